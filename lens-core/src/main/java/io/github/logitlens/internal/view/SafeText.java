package io.github.logitlens.internal.view;

/// Text that does no harm to what stands around it, in the columns it is given.
///
/// A token's display form has no control characters. What is left are right-to-left letters, which a terminal that reorders
/// them would swap with the cells beside them, and combining marks, which would sit on the neighbour's last letter.
public final class SafeText {

    private static final String LEFT_TO_RIGHT_MARK = "\u200e";
    private static final String DOTTED_CIRCLE = "◌";

    private SafeText() {
    }

    /// A text in exactly `width` columns: cut with an ellipsis, or with spaces behind it.
    ///
    /// @param display a token as a screen shows it
    /// @param width   columns, at least 1
    /// @return `width` columns
    public static String fitted(String display, int width) {
        return TextWidth.padded(isolated(cut(display, width)), width);
    }

    /// A text that a terminal shows in one piece, with invisible marks around it where it has right-to-left letters.
    ///
    /// @param text such as a cell of a table
    /// @return the same width
    public static String isolated(String text) {
        return isRightToLeft(text) ? LEFT_TO_RIGHT_MARK + text + LEFT_TO_RIGHT_MARK : text;
    }

    /// A text in at most `width` columns, with an ellipsis where it was cut.
    ///
    /// @param display a token as a screen shows it
    /// @param width   columns, at least 1
    /// @return at most `width` columns
    public static String cut(String display, int width) {
        String text = alone(display);
        return TextWidth.of(text) <= width ? text : start(text, width - 1) + "…";
    }

    /// A text that is seen: nothing but spaces stands in quotes, and a combining mark at the start has a circle to sit on.
    ///
    /// @param display a token as a screen shows it
    /// @return what a cell shows
    public static String alone(String display) {
        if (display.codePoints().allMatch(Character::isSpaceChar)) {
            return "\"" + display + "\"";
        }
        return !display.isEmpty() && TextWidth.of(display.codePointAt(0)) == 0 ? DOTTED_CIRCLE + display : display;
    }

    /// As many characters from the start as fit into `width` columns.
    public static String start(String text, int width) {
        int end = 0;
        int used = 0;
        while (end < text.length()) {
            int codePoint = text.codePointAt(end);
            used += TextWidth.of(codePoint);
            if (used > width) {
                break;
            }
            end += Character.charCount(codePoint);
        }
        return text.substring(0, end);
    }

    /// As many characters from the end as fit into `width` columns.
    public static String end(String text, int width) {
        int begin = text.length();
        int used = 0;
        while (begin > 0) {
            int codePoint = text.codePointBefore(begin);
            used += TextWidth.of(codePoint);
            if (used > width) {
                break;
            }
            begin -= Character.charCount(codePoint);
        }
        return text.substring(begin);
    }

    private static boolean isRightToLeft(String text) {
        return text.codePoints().anyMatch(codePoint -> switch (Character.getDirectionality(codePoint)) {
            case Character.DIRECTIONALITY_RIGHT_TO_LEFT, Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC,
                    Character.DIRECTIONALITY_ARABIC_NUMBER -> true;
            default -> false;
        });
    }

    /// A text of the user's own, such as a token on the command line, with control and format characters as `\n` or `\u200f`.
    ///
    /// @param text any text
    /// @return one line of it
    public static String escaped(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(codePoint -> {
            switch (Character.getType(codePoint)) {
                case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE -> shown.append(escape(codePoint));
                default -> shown.appendCodePoint(codePoint);
            }
        });
        return shown.toString();
    }

    private static String escape(int codePoint) {
        return switch (codePoint) {
            case '\n' -> "\\n";
            case '\t' -> "\\t";
            case '\r' -> "\\r";
            default -> String.format("\\u%04x", codePoint);
        };
    }
}
