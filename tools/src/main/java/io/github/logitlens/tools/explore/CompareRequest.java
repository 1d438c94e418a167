package io.github.logitlens.tools.explore;

import io.github.logitlens.Alignment;
import io.github.logitlens.LensComparison;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.TokenRef;
import io.github.logitlens.internal.view.ComparisonView;
import io.github.logitlens.tools.view.ComparisonCsv;
import io.github.logitlens.tools.view.draw.Drawing;
import io.github.logitlens.tools.view.draw.Theme;
import io.github.logitlens.tools.view.grid.ComparisonHtml;
import io.github.logitlens.tools.view.grid.ComparisonPicture;
import io.github.logitlens.tools.view.grid.Difference;
import io.github.logitlens.tools.view.grid.Scale;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which two runs the page wants compared, and in which form.
///
/// @param before    the first run
/// @param after     the second one
/// @param alignment which of their positions belong together; empty for those of one number, or, of prompts with different
///                  numbers of tokens, those of one number from the end
/// @param format    one of [#FORMATS]
/// @param metric    what a picture shows; empty for the usual one
/// @param scale     how its numbers become colours
/// @param theme     the ground it is for
record CompareRequest(RunRequest before, RunRequest after, Optional<Alignment> alignment, String format, Optional<String> metric,
        Scale scale, Theme theme) {

    static final Set<String> FIELDS = fields();
    /// What the second run may have for itself; all else is the first one's.
    static final Set<String> FIELDS_OF_B = Set.of("prompt", "ids", "model", "lens", "edits", "from");
    static final String LINES = "lines";
    static final List<String> FORMATS = List.of(LINES, "csv", "html", "svg", "png");

    private static Set<String> fields() {
        Set<String> fields = new HashSet<>(RunRequest.FIELDS);
        fields.addAll(List.of("b", "align", "format", "metric", "scale", "theme"));
        return Set.copyOf(fields);
    }

    static CompareRequest read(Exchange exchange, String model) throws IOException {
        RequestJson json = RequestJson.read(exchange, FIELDS);
        RequestJson other = json.with("b", FIELDS_OF_B, List.of(Set.of("prompt", "ids")));
        String format = json.text("format", LINES);
        if (!FORMATS.contains(format)) {
            throw Refusal.badRequest("format: expected one of " + FORMATS + ", got \"" + format + "\"");
        }
        return new CompareRequest(RunRequest.of(json, model), RunRequest.of(other, model),
                json.has("align") ? Optional.of(Subject.asked(() -> Alignment.named(json.text("align")))) : Optional.empty(),
                format, json.has("metric") ? Optional.of(json.text("metric")) : Optional.empty(),
                PictureRequest.oneOf("scale", Scale.values(), json.text("scale", Scale.LINEAR.toString())),
                PictureRequest.oneOf("theme", Theme.values(), json.text("theme", Theme.AUTO.toString())));
    }

    /// Reads both and compares. Where no token is tracked, that is the first run's first choice at its end.
    Job<LensComparison> job(Lenses lenses, Models models) {
        String one = lenses.name(before.lens());
        String other = lenses.name(after.lens());
        ModelChoice model = models.known(after.subject().model());
        return (lens, turn) -> {
            LogitLens beside = turn.other(model);
            LensOptions options = before.options().readout(lens.readout(one)).keepResiduals(true);
            LensOptions asked = options.tracked().isEmpty() ? options.track(answer(lens, options, turn)) : options;
            LensResult first = run(lens, before, asked, turn);
            LensResult second = run(beside, after, asked.readout(beside.readout(other)), turn);
            turn.part(first.compare(second, alignment.orElse(
                    first.tokens().size() == second.tokens().size() ? Alignment.POSITIONS : Alignment.ENDS)));
        };
    }

    private static LensResult run(LogitLens lens, RunRequest run, LensOptions options, Job.Turn<?> turn) {
        return lens.run(run.subject().prompt().ids(lens.tokenizer()), options, turn.watched(run.subject().hooks(), lens));
    }

    private TokenRef answer(LogitLens lens, LensOptions options, Job.Turn<?> turn) {
        LensResult last = run(lens, before, LensOptions.defaults().bos(options.bos()).topK(1).positions(Positions.last()), turn);
        return TokenRef.of(last.top(last.finalPoint(), -1).getFirst().id());
    }

    String contentType() {
        return switch (format) {
            case "csv" -> "text/csv; charset=utf-8";
            case "html" -> "text/html; charset=utf-8";
            case "png" -> "image/png";
            default -> "image/svg+xml";
        };
    }

    /// The comparison in a form that is no lines.
    ///
    /// @throws Refusal if it cannot be drawn so
    byte[] bytes(LensComparison comparison) throws IOException {
        Difference shown = Subject.asked(() -> Difference.named(metric, comparison.before().options().tracked()));
        return switch (format) {
            case "csv" -> written(new ComparisonCsv(), comparison);
            case "html" -> written(new ComparisonHtml(shown, scale), comparison);
            default -> {
                Drawing drawing = Subject.asked(() -> ComparisonPicture.of(comparison, shown, scale));
                yield PictureRequest.bytes(drawing, format.equals("png"), theme);
            }
        };
    }

    private static byte[] written(ComparisonView view, LensComparison comparison) throws IOException {
        StringWriter out = new StringWriter();
        view.write(comparison, out);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }
}
