package io.github.logitlens.internal.view;

/// How many columns of a terminal a text takes: two for East Asian wide characters and emoji, none for combining marks.
public final class TextWidth {

    /// Pairs of first and last code point that are wide (East Asian Width W and F, in blocks).
    private static final int[] WIDE = {
        0x1100, 0x115F, 0x231A, 0x231B, 0x23E9, 0x23EC, 0x2614, 0x2615, 0x2E80, 0x303E, 0x3041, 0x33FF, 0x3400, 0x4DBF,
        0x4E00, 0xA4CF, 0xA960, 0xA97C, 0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE10, 0xFE19, 0xFE30, 0xFE6B, 0xFF01, 0xFF60,
        0xFFE0, 0xFFE6, 0x16FE0, 0x18DFF, 0x1AFF0, 0x1B2FF, 0x1F18E, 0x1F18E, 0x1F191, 0x1F19A, 0x1F200, 0x1F64F,
        0x1F680, 0x1F6FF, 0x1F7E0, 0x1F7EB, 0x1F90C, 0x1F9FF, 0x1FA70, 0x1FAFF, 0x20000, 0x3FFFD
    };

    private TextWidth() {
    }

    /// The columns of a text.
    ///
    /// @param text without control characters
    /// @return columns of a terminal
    public static int of(String text) {
        return text.codePoints().map(TextWidth::of).sum();
    }

    /// The columns of one character.
    ///
    /// @param codePoint not a control character
    /// @return 0, 1 or 2
    public static int of(int codePoint) {
        if (codePoint < 0x300) {
            return 1;
        }
        switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> {
                return 0;
            }
            default -> {
                for (int i = 0; i < WIDE.length && codePoint >= WIDE[i]; i += 2) {
                    if (codePoint <= WIDE[i + 1]) {
                        return 2;
                    }
                }
                return 1;
            }
        }
    }

    /// The text, with spaces behind it.
    ///
    /// @param text  without control characters
    /// @param width columns to fill
    /// @return `width` columns, or more if the text is wider
    public static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - of(text)));
    }

    /// The text, with spaces before it.
    ///
    /// @param text  without control characters
    /// @param width columns to fill
    /// @return `width` columns, or more if the text is wider
    public static String leftPadded(String text, int width) {
        return " ".repeat(Math.max(0, width - of(text))) + text;
    }
}
