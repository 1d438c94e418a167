package io.github.logitlens.tools.view.grid;

import io.github.logitlens.tools.view.RunHeader;
import io.github.logitlens.tools.view.TextWidth;

/// Lines that are too long for a terminal.
final class Wrapping {

    private Wrapping() {
    }

    /// A line broken at spaces so that it fits, what follows indented like the values of a header. A word that is too long
    /// stays whole.
    static String wrapped(String line, int width) {
        if (TextWidth.of(line) <= width) {
            return line;
        }
        StringBuilder text = new StringBuilder();
        String rest = line;
        while (TextWidth.of(rest) > width) {
            int space = lastSpace(rest, width);
            if (space < 0) {
                break;
            }
            text.append(rest, 0, space).append('\n');
            rest = " ".repeat(RunHeader.INDENT) + rest.substring(space + 1);
        }
        return text + rest;
    }

    /// The last space within `width` columns, or the first one behind them, or -1; never one of the indent.
    private static int lastSpace(String line, int width) {
        int found = -1;
        for (int at = line.indexOf(' ', RunHeader.INDENT); at >= 0; at = line.indexOf(' ', at + 1)) {
            if (found >= 0 && TextWidth.of(line.substring(0, at)) > width) {
                break;
            }
            found = at;
        }
        return found;
    }
}
