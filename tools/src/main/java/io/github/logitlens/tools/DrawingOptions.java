package io.github.logitlens.tools;

import io.github.logitlens.tools.view.draw.Drawing;
import io.github.logitlens.tools.view.draw.Theme;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// How a picture is written, for every command that draws one.
final class DrawingOptions implements OptionGroup {

    /// The formats that a drawing has.
    static final Set<Format> FORMATS = EnumSet.of(Format.SVG, Format.PNG);

    private final Argument<Theme> theme = Argument.option(Theme.class, "--theme", "THEME",
            "svg, png: light, dark, or auto, which in SVG follows the reader's and in PNG is light. Default: auto.")
            .usually(Theme.AUTO);

    private CommandSpec spec;

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        theme.addTo(command);
    }

    /// Refuses options that the format has no use for.
    ///
    /// @param format the format asked for
    /// @throws ParameterException if there are any
    void check(Format format) {
        if (theme.isGiven() && !FORMATS.contains(format)) {
            throw new ParameterException(spec.commandLine(), "--theme: expected --format svg or png with it, got " + format);
        }
    }

    /// Writes a drawing.
    ///
    /// @param drawing what is drawn
    /// @param format  one of [#FORMATS]
    /// @param output  where to
    /// @param stdio   for standard output
    void write(Drawing drawing, Format format, OutputOptions output, Stdio stdio) {
        if (format == Format.PNG) {
            output.writeBytes(stdio, out -> drawing.writePng(theme.get(), out));
        } else {
            output.write(stdio, out -> drawing.writeSvg(theme.get(), out));
        }
    }
}
