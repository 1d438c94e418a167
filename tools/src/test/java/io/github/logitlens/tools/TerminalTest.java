package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitlens.tools.view.grid.ColourDepth;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {

    private static Map<String, String> environment(String assignments) {
        Map<String, String> environment = new HashMap<>();
        if (assignments != null) {
            for (String assignment : assignments.split(" ")) {
                environment.put(assignment.substring(0, assignment.indexOf('=')), assignment.substring(assignment.indexOf('=') + 1));
            }
        }
        return environment;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // choice | terminal | environment | colours
        "auto   | true  | TERM=xterm-256color                         | ANSI_256",
        "auto   | true  | TERM=xterm-256color COLORTERM=truecolor     | TRUE_COLOUR",
        "auto   | true  | TERM=xterm-256color COLORTERM=24bit         | TRUE_COLOUR",
        "auto   | true  | TERM=xterm-direct                           | TRUE_COLOUR",
        "auto   | true  | TERM=xterm-kitty                            | TRUE_COLOUR",
        "auto   | true  | WT_SESSION=1                                | TRUE_COLOUR",
        "auto   | true  | TERM=xterm                                  | ANSI_16",
        "auto   | true  | TERM=linux                                  | ANSI_16",
        "auto   | true  | TERM=dumb                                   | NONE",
        "auto   | true  | TERM=dumb COLORTERM=truecolor               | NONE",
        "auto   | true  |                                             | NONE",
        "auto   | false | TERM=xterm-256color COLORTERM=truecolor     | NONE",
        "auto   | true  | TERM=xterm-256color NO_COLOR=1              | NONE",
        "auto   | true  | TERM=xterm-256color NO_COLOR=               | ANSI_256",
        "auto   | true  | TERM=xterm-256color CLICOLOR=0              | NONE",
        "auto   | false | TERM=xterm-256color CLICOLOR_FORCE=1        | ANSI_256",
        "auto   | false | CLICOLOR_FORCE=1                            | ANSI_256",
        "auto   | false | TERM=xterm-256color CLICOLOR_FORCE=0        | NONE",
        "auto   | true  | TERM=xterm NO_COLOR=1 CLICOLOR_FORCE=1      | NONE",
        "always | false | TERM=xterm NO_COLOR=1                       | ANSI_16",
        "always | false | COLORTERM=truecolor                         | TRUE_COLOUR",
        "always | false |                                             | ANSI_256",
        "never  | true  | COLORTERM=truecolor CLICOLOR_FORCE=1        | NONE",
        "24bit  | false | NO_COLOR=1                                  | TRUE_COLOUR",
        "256    | false | TERM=dumb                                   | ANSI_256",
        "16     | false |                                             | ANSI_16"
    })
    void colours(String choice, boolean attached, String assignments, ColourDepth expected) {
        Terminal terminal = new Terminal(attached, Optional::empty, environment(assignments));
        assertEquals(expected, terminal.colours(choice, true));
    }

    @ParameterizedTest
    @CsvSource({"auto, NONE", "always, TRUE_COLOUR", "16, ANSI_16"})
    void aFileIsNoTerminal(String choice, ColourDepth expected) {
        Terminal terminal = new Terminal(true, Optional::empty, Map.of("TERM", "xterm", "COLORTERM", "truecolor"));
        assertEquals(expected, terminal.colours(choice, false));
    }

    @ParameterizedTest
    @CsvSource({"100, 120, 100", ", 120, 120", "x, 120, 120", "0, 120, 120", "-4, , 80", ", , 80", "99999, , 80"})
    void width(String variable, Integer columns, int expected) {
        Map<String, String> environment = variable == null ? Map.of() : Map.of("COLUMNS", variable);
        assertEquals(expected, new Terminal(true, () -> Optional.ofNullable(columns), environment).width());
    }
}
