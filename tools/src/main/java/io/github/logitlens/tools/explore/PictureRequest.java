package io.github.logitlens.tools.explore;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.tools.view.draw.Drawing;
import io.github.logitlens.tools.view.draw.Theme;
import io.github.logitlens.tools.view.grid.GridChoice;
import io.github.logitlens.tools.view.grid.GridPicture;
import io.github.logitlens.tools.view.grid.Quantity;
import io.github.logitlens.tools.view.grid.Scale;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What the page asks to be drawn: a run, and how its grid is coloured.
///
/// @param run    what is run, with what the colours need
/// @param choice what the colours show
/// @param png    whether as PNG, else as SVG
/// @param theme  the ground it is for
record PictureRequest(RunRequest run, GridChoice choice, boolean png, Theme theme) {

    static final Set<String> FIELDS = fields();

    private static Set<String> fields() {
        Set<String> fields = new HashSet<>(RunRequest.FIELDS);
        fields.addAll(List.of("metric", "scale", "format", "theme"));
        return Set.copyOf(fields);
    }

    static PictureRequest read(Exchange exchange, String model) throws IOException {
        RequestJson json = RequestJson.read(exchange, FIELDS);
        RunRequest run = RunRequest.of(json, model);
        LensOptions options = run.options();
        Quantity quantity = Subject.asked(() -> Quantity.named(json.text("metric", LensMetric.PROBABILITY.key()), options));
        Scale scale = oneOf("scale", Scale.values(), json.text("scale", quantity.kind().usualScale().toString()));
        if (quantity instanceof Quantity.OfPoint of) {
            Set<LensMetric> metrics = new LinkedHashSet<>(options.metrics());
            metrics.add(of.metric());
            run = run.reading(options.metrics(metrics.toArray(LensMetric[]::new)));
        }
        String format = json.text("format", "svg");
        if (!format.equals("svg") && !format.equals("png")) {
            throw Refusal.badRequest("format: expected svg or png, got \"" + format + "\"");
        }
        return new PictureRequest(run, new GridChoice(quantity, scale, 1, false), format.equals("png"),
                oneOf("theme", Theme.values(), json.text("theme", Theme.AUTO.toString())));
    }

    /// The value of a field that has one of some names.
    static <T extends Enum<T>> T oneOf(String field, T[] values, String name) {
        return Arrays.stream(values).filter(value -> value.toString().equals(name)).findFirst().orElseThrow(() ->
                Refusal.badRequest(field + ": expected one of " + Arrays.toString(values).toLowerCase(Locale.ROOT)
                        + ", got \"" + name + "\""));
    }

    String contentType() {
        return png ? "image/png" : "image/svg+xml";
    }

    /// Draws the run.
    ///
    /// @throws Refusal if it cannot be drawn so
    byte[] draw(LensResult result) throws IOException {
        return bytes(Subject.asked(() -> GridPicture.of(result, choice)), png, theme);
    }

    /// A drawing as PNG, else as SVG.
    ///
    /// @throws Refusal if it is too large to be painted
    static byte[] bytes(Drawing drawing, boolean png, Theme theme) throws IOException {
        if (!png) {
            StringWriter svg = new StringWriter();
            drawing.writeSvg(theme, svg);
            return svg.toString().getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            drawing.writePng(theme, bytes);
        } catch (IllegalArgumentException e) {
            throw Refusal.refused(e.getMessage());
        }
        return bytes.toByteArray();
    }
}
