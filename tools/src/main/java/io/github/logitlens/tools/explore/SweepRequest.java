package io.github.logitlens.tools.explore;

import io.github.logitlens.LogitLens;
import io.github.logitlens.PatchDirection;
import io.github.logitlens.Prompt;
import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.SweepMetric;
import io.github.logitlens.SweepOptions;
import io.github.logitlens.SweepSite;
import io.github.logitlens.TokenRef;
import io.github.logitlens.tools.view.SweepCsv;
import io.github.logitlens.tools.view.SweepJson;
import io.github.logitlens.tools.view.SweepLines;
import io.github.logitlens.tools.view.draw.Theme;
import io.github.logitlens.tools.view.grid.SweepPicture;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which places the page wants changed one after the other, and what is read each time.
///
/// @param subject   the clean run
/// @param corrupted the prompt that is patched with it, or it with that; empty for an ablation
/// @param options   what is changed and measured
/// @param format    one of [#FORMATS]
/// @param theme     the ground that a picture is for
record SweepRequest(Subject subject, Optional<Prompt> corrupted, SweepOptions options, String format, Theme theme) {

    static final Set<String> FIELDS = fields();
    static final String LINES = "lines";
    static final List<String> FORMATS = List.of(LINES, "json", "csv", "svg", "png");

    private static final int PER_CENT = 100;

    private static Set<String> fields() {
        Set<String> fields = new HashSet<>(Subject.FIELDS);
        // A sweep is of the model as it is: its own changes are all there are.
        fields.removeAll(Set.of("edits", "from"));
        fields.addAll(List.of("corrupted", "metric", "token", "versus", "sites", "direction", "format", "theme"));
        return Set.copyOf(fields);
    }

    /// Some cells, and at the end the whole.
    record Part(List<SweepCell> cells, Optional<Sweep> whole) {

        List<LineStream.Lines> lines() {
            List<LineStream.Lines> lines = new ArrayList<>();
            if (!cells.isEmpty()) {
                lines.add(out -> SweepLines.cells(cells, out));
            }
            whole.ifPresent(sweep -> lines.add(out -> SweepLines.sweep(sweep, out)));
            return lines;
        }
    }

    static SweepRequest read(Exchange exchange, String model) throws IOException {
        RequestJson json = RequestJson.read(exchange, FIELDS);
        Subject subject = Subject.of(json, model);
        String format = json.text("format", LINES);
        if (!FORMATS.contains(format)) {
            throw Refusal.badRequest("format: expected one of " + FORMATS + ", got \"" + format + "\"");
        }
        SweepOptions options = SweepOptions.of(Subject.asked(() -> SweepMetric.named(json.text("metric", "logit"), token(json, "token"),
                        token(json, "versus"))))
                .direction(Subject.asked(() -> PatchDirection.named(json.text("direction", PatchDirection.DENOISE.key()))))
                .bos(subject.bos()).specialTokens(subject.prompt().special());
        if (json.has("sites")) {
            options = options.sites(json.list("sites", SweepSite.values().length).stream()
                    .map(site -> Subject.asked(() -> SweepSite.named(site.asText()))).toArray(SweepSite[]::new));
        }
        return new SweepRequest(subject, json.has("corrupted") ? Optional.of(Prompt.of(json.text("corrupted"))) : Optional.empty(),
                options, format, PictureRequest.oneOf("theme", Theme.values(), json.text("theme", Theme.AUTO.toString())));
    }

    private static Optional<TokenRef> token(RequestJson json, String field) {
        return json.has(field) ? Optional.of(Subject.token(field, json.any(field))) : Optional.empty();
    }

    /// Sweeps; cells are handed on pass by pass.
    Job<Part> job() {
        return (lens, turn) -> {
            List<SweepCell> read = new ArrayList<>();
            SweepOptions heard = options.progress(done -> {
                turn.reached("cells", Math.round(PER_CENT * done), PER_CENT);
                if (!read.isEmpty()) {
                    turn.part(new Part(List.copyOf(read), Optional.empty()));
                    read.clear();
                }
            });
            Sweep sweep = sweep(lens, format.equals(LINES) ? heard.cells(read::add) : heard);
            turn.part(new Part(List.copyOf(read), Optional.of(sweep)));
        };
    }

    private Sweep sweep(LogitLens lens, SweepOptions heard) {
        Prompt clean = subject.prompt().text().map(Prompt::of).orElseGet(() -> Prompt.ids(subject.prompt().ids(lens.tokenizer())));
        return corrupted.map(other -> lens.sweep(clean, other, heard)).orElseGet(() -> lens.ablate(clean, heard));
    }

    String contentType() {
        return switch (format) {
            case "json" -> "application/json; charset=utf-8";
            case "csv" -> "text/csv; charset=utf-8";
            case "png" -> "image/png";
            default -> "image/svg+xml";
        };
    }

    /// The sweep in a form that is no lines.
    ///
    /// @throws Refusal if it cannot be drawn so
    byte[] bytes(Part end) throws IOException {
        Sweep sweep = end.whole().orElseThrow();
        StringWriter out = new StringWriter();
        switch (format) {
            case "json" -> SweepJson.write(sweep, out);
            case "csv" -> SweepCsv.write(sweep, out);
            default -> {
                return PictureRequest.bytes(SweepPicture.of(sweep), format.equals("png"), theme);
            }
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }
}
