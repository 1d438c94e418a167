package io.github.logitlens.tokenizer;

import java.util.Arrays;

/// The four classes of characters that GPT-2's pattern knows: `\p{L}`, `\p{N}`, `\s` and the rest.
///
/// Letters and numbers are those of Unicode 14, whatever the JDK has. White space is the 25 characters of Unicode's
/// `White_Space`, which neither `Character.isWhitespace` nor a plain `\s` gives.
final class CharClasses {
    static final byte OTHER = 0;
    static final byte LETTER = 1;
    static final byte NUMBER = 2;
    static final byte SPACE = 3;

    /// One past the last letter of Unicode 14.
    private static final int LIMIT = 0x3134B;
    private static final byte[] CLASSES = new byte[LIMIT];

    static {
        fill(Unicode14.LETTERS, LETTER);
        fill(Unicode14.NUMBERS, NUMBER);
        fill("9-D 20 85 A0 1680 2000-200A 2028-2029 202F 205F 3000 ", SPACE);
    }

    private CharClasses() {
    }

    static byte of(int codePoint) {
        return codePoint < LIMIT ? CLASSES[codePoint] : OTHER;
    }

    /// Gives all code points of `ranges`, each followed by white space, the class `kind`.
    private static void fill(String ranges, byte kind) {
        int first = -1;
        int value = 0;
        for (int i = 0; i < ranges.length(); i++) {
            char c = ranges.charAt(i);
            if (c == '-') {
                first = value;
                value = 0;
            } else if (c > ' ') {
                value = 16 * value + Character.digit(c, 16);
            } else {
                Arrays.fill(CLASSES, first < 0 ? value : first, value + 1, kind);
                first = -1;
                value = 0;
            }
        }
    }
}
