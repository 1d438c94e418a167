package io.github.logitlens.internal.view;

/// Lines that are too long for a terminal.
public final class Wrapping {

    private Wrapping() {
    }

    /// A line broken at spaces so that it fits, what follows indented like the values of a header. A word that is too long
    /// for a line of its own is broken anywhere.
    ///
    /// @param line  without line ends
    /// @param width columns it may take, more than the indent
    /// @return the line, or several with line ends between them
    public static String wrapped(String line, int width) {
        if (TextWidth.of(line) <= width) {
            return line;
        }
        StringBuilder text = new StringBuilder();
        String indent = " ".repeat(RunHeader.INDENT);
        String rest = line;
        while (TextWidth.of(rest) > width) {
            int space = lastSpace(rest, width);
            int end = space < 0 ? Math.max(SafeText.start(rest, width).length(), indent.length() + 1) : space;
            text.append(rest, 0, end).append('\n');
            rest = indent + rest.substring(space < 0 ? end : end + 1);
        }
        return text + rest;
    }

    /// The last space within `width` columns, or -1; never one of the indent.
    private static int lastSpace(String line, int width) {
        int found = -1;
        for (int at = line.indexOf(' ', RunHeader.INDENT); at >= 0; at = line.indexOf(' ', at + 1)) {
            if (TextWidth.of(line.substring(0, at)) > width) {
                break;
            }
            found = at;
        }
        return found;
    }
}
