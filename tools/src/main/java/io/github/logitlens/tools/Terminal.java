package io.github.logitlens.tools;

import io.github.logitlens.tools.view.grid.ColourDepth;
import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// What standard output is connected to: a terminal with colours and a width, or something else.
///
/// @param attached    whether it is a terminal
/// @param columns     the terminal's width, if it tells; asked once it matters
/// @param environment the environment variables
record Terminal(boolean attached, Supplier<Optional<Integer>> columns, Map<String, String> environment) {

    /// A file or a pipe, and no environment.
    static final Terminal NONE = new Terminal(false, Optional::empty, Map.of());

    /// What `--color` takes.
    static final List<String> COLOUR_CHOICES = List.of("auto", "always", "never", "24bit", "256", "16");

    private static final int DEFAULT_WIDTH = 80;
    /// Set by `bin/lens`: `none`, or what `stty size` says, rows and columns.
    private static final String LAUNCHER_SAYS = "lens.terminal";
    /// Set by `bin/lens`: `terminal`, or something else.
    private static final String LAUNCHER_SAYS_INPUT = "lens.input";
    /// Set by `bin/lens`: `terminal`, or something else.
    private static final String LAUNCHER_SAYS_ERRORS = "lens.errors";
    private static final List<String> TRUE_COLOUR_TERMS = List.of("direct", "truecolor", "kitty", "alacritty", "wezterm",
            "ghostty", "foot");
    private static final List<String> TRUE_COLOUR_PROGRAMS = List.of("iTerm.app", "WezTerm", "vscode", "ghostty");

    /// The standard output of this process.
    static Terminal ofProcess() {
        String said = System.getProperty(LAUNCHER_SAYS);
        if (said != null) {
            return new Terminal(!said.equals("none"), () -> columns(said), System.getenv());
        }
        Console console = System.console();
        boolean attached = console != null && console.isTerminal();
        return new Terminal(attached, () -> attached ? columns(sttySize()) : Optional.empty(), System.getenv());
    }

    /// Whether the standard input of this process is a terminal.
    static boolean isTyped() {
        String said = System.getProperty(LAUNCHER_SAYS_INPUT);
        if (said != null) {
            return said.equals("terminal");
        }
        try {
            return new ProcessBuilder("test", "-t", "0").redirectInput(ProcessBuilder.Redirect.INHERIT).start().waitFor() == 0;
        } catch (IOException e) {
            // No such program, as on Windows.
            return System.console() != null && System.console().isTerminal();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Whether the standard error of this process is a terminal, where a line can change; without the launcher, which knows, whether
    /// all of its streams are.
    static boolean showsErrors() {
        String said = System.getProperty(LAUNCHER_SAYS_ERRORS);
        return said == null ? System.console() != null && System.console().isTerminal() : said.equals("terminal");
    }

    private static Optional<Integer> columns(String rowsAndColumns) {
        String[] words = rowsAndColumns.strip().split(" ");
        return words.length == 2 ? positive(words[1]) : Optional.empty();
    }

    private static Optional<Integer> positive(String number) {
        return Optional.ofNullable(number).filter(n -> n.matches("[1-9]\\d{0,3}")).map(Integer::valueOf);
    }

    private static String sttySize() {
        try {
            Process stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            if (!stty.waitFor(1, TimeUnit.SECONDS)) {
                stty.destroyForcibly();
                return "";
            }
            return new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            // No stty, as on Windows: the width stays unknown.
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /// The columns to draw in: `COLUMNS`, else what the terminal says, else 80.
    int width() {
        return positive(environment.get("COLUMNS")).or(columns).orElse(DEFAULT_WIDTH);
    }

    /// The columns that a table has to fit into: those of a terminal; none where it is written to a file or a pipe, whose readers
    /// count on its full form.
    ///
    /// @param attached whether the result goes to this terminal
    OptionalInt tableWidth(boolean attached) {
        return attached && attached() ? OptionalInt.of(width()) : OptionalInt.empty();
    }

    /// The colours to draw with.
    ///
    /// `auto` means none if `NO_COLOR` is set, if `TERM` is `dumb`, or if the output is no terminal and `CLICOLOR_FORCE` is
    /// not set; otherwise as many as `COLORTERM` and `TERM` promise. `always` means those, or 256 where nothing is promised.
    ///
    /// @param choice   one of [#COLOUR_CHOICES]
    /// @param attached whether the result goes to this terminal
    ColourDepth colours(String choice, boolean attached) {
        return switch (choice) {
            case "never" -> ColourDepth.NONE;
            case "16" -> ColourDepth.ANSI_16;
            case "256" -> ColourDepth.ANSI_256;
            case "24bit" -> ColourDepth.TRUE_COLOUR;
            case "always" -> forced();
            default -> automatic(attached && attached());
        };
    }

    private ColourDepth automatic(boolean toTerminal) {
        if (isSet("NO_COLOR")) {
            return ColourDepth.NONE;
        }
        if (isSet("CLICOLOR_FORCE") && !variable("CLICOLOR_FORCE").equals("0")) {
            return forced();
        }
        return toTerminal && !variable("CLICOLOR").equals("0") ? promised() : ColourDepth.NONE;
    }

    private ColourDepth forced() {
        ColourDepth promised = promised();
        return promised == ColourDepth.NONE ? ColourDepth.ANSI_256 : promised;
    }

    private ColourDepth promised() {
        String term = variable("TERM");
        boolean all = Stream.of("truecolor", "24bit").anyMatch(variable("COLORTERM")::equalsIgnoreCase)
                || TRUE_COLOUR_TERMS.stream().anyMatch(term::contains)
                || TRUE_COLOUR_PROGRAMS.contains(variable("TERM_PROGRAM")) || isSet("WT_SESSION");
        if (term.equals("dumb")) {
            return ColourDepth.NONE;
        }
        if (all) {
            return ColourDepth.TRUE_COLOUR;
        }
        if (term.isEmpty()) {
            return ColourDepth.NONE;
        }
        return term.contains("256") ? ColourDepth.ANSI_256 : ColourDepth.ANSI_16;
    }

    private String variable(String name) {
        return environment.getOrDefault(name, "");
    }

    private boolean isSet(String name) {
        return !variable(name).isEmpty();
    }
}
