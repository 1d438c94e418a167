package io.github.logitlens.tools;

import io.github.logitlens.tools.view.grid.ColourDepth;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// The colours of a grid in a terminal.
final class ColourOptions implements OptionGroup {

    private final Argument<String> color = Argument.text("--color", "WHEN",
            "grid: auto, always, never, 24bit, 256 or 16. Default: auto, which heeds NO_COLOR, CLICOLOR_FORCE, "
                    + "COLORTERM and TERM. COLUMNS sets the width.");

    private CommandSpec spec;

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        color.addTo(command);
    }

    /// Refuses the option where the format has no use for it.
    ///
    /// @param format the format asked for
    /// @throws ParameterException if it is given for another format than a grid
    void check(Format format) {
        if (color.isGiven() && format != Format.GRID) {
            throw wrong("--color: expected --format grid with it, got " + format);
        }
    }

    /// The colours to draw with.
    ///
    /// @param terminal   what standard output is
    /// @param toTerminal whether the result goes there
    /// @return how many
    /// @throws ParameterException if there is no such choice
    ColourDepth depth(Terminal terminal, boolean toTerminal) {
        String choice = color.given().orElse("auto").toLowerCase(Locale.ROOT);
        if (!Terminal.COLOUR_CHOICES.contains(choice)) {
            throw wrong("--color: expected " + String.join(", ", Terminal.COLOUR_CHOICES) + ", got \"" + color.get() + "\"");
        }
        return terminal.colours(choice, toTerminal);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
