package io.github.logitlens.tokenizer;

/// UTF-8 as the WHATWG encoding standard, Python and Rust read it: each maximal part of an ill-formed sequence becomes one
/// U+FFFD. The JDK's own decoder differs after a byte `ED` (it swallows a second byte `A0`–`BF`), and its encoder writes
/// `?` for a lone surrogate, where this one writes U+FFFD.
final class Utf8 {
    static final int REPLACEMENT = 0xFFFD;

    private Utf8() {
    }

    /// Writes `chars[0, count)` as UTF-8 to `out` at `at` and returns the index after it; a lone surrogate becomes U+FFFD.
    /// There must be room for three bytes a unit.
    static int encode(char[] chars, int count, byte[] out, int at) {
        int all = 0;
        for (int i = 0; i < count; i++) {
            all |= chars[i];
        }
        if (all < 0x80) {
            for (int i = 0; i < count; i++) {
                out[at + i] = (byte) chars[i];
            }
            return at + count;
        }
        int to = at;
        for (int i = 0; i < count; i++) {
            char c = chars[i];
            if (c < 0x80) {
                out[to++] = (byte) c;
            } else if (c < 0x800) {
                out[to++] = (byte) (0xC0 | c >> 6);
                out[to++] = (byte) (0x80 | c & 0x3F);
            } else if (Character.isHighSurrogate(c) && i + 1 < count && Character.isLowSurrogate(chars[i + 1])) {
                int codePoint = Character.toCodePoint(c, chars[++i]);
                out[to++] = (byte) (0xF0 | codePoint >> 18);
                out[to++] = (byte) (0x80 | codePoint >> 12 & 0x3F);
                out[to++] = (byte) (0x80 | codePoint >> 6 & 0x3F);
                out[to++] = (byte) (0x80 | codePoint & 0x3F);
            } else {
                int unit = Character.isSurrogate(c) ? REPLACEMENT : c;
                out[to++] = (byte) (0xE0 | unit >> 12);
                out[to++] = (byte) (0x80 | unit >> 6 & 0x3F);
                out[to++] = (byte) (0x80 | unit & 0x3F);
            }
        }
        return to;
    }

    /// The text of `bytes[from, to)`, with U+FFFD for each maximal ill-formed part.
    static String decode(byte[] bytes, int from, int to) {
        StringBuilder text = new StringBuilder(to - from);
        int at = from;
        while (at < to) {
            int length = sequenceLength(bytes, at, to);
            text.appendCodePoint(length > 0 ? codePoint(bytes, at) : REPLACEMENT);
            at += Math.abs(length);
        }
        return text.toString();
    }

    /// The length of the well-formed sequence at `from`, or minus the length of the maximal ill-formed part there (at least
    /// 1). `bytes[from, to)` must not be empty.
    static int sequenceLength(byte[] bytes, int from, int to) {
        int lead = bytes[from] & 0xFF;
        if (lead < 0x80) {
            return 1;
        }
        int length = expectedLength(lead);
        if (length == 0) {
            return -1;
        }
        for (int i = 1; i < length; i++) {
            if (from + i >= to || !continues(lead, i, bytes[from + i] & 0xFF)) {
                return -i;
            }
        }
        return length;
    }

    /// How many bytes at the end of `bytes[from, to)` are the beginning of a character whose rest is still to come.
    static int unfinished(byte[] bytes, int from, int to) {
        for (int back = 1; back <= Math.min(3, to - from); back++) {
            int lead = bytes[to - back] & 0xFF;
            if (lead >= 0xC0) {
                return expectedLength(lead) > back && sequenceLength(bytes, to - back, to) == -back ? back : 0;
            }
        }
        return 0;
    }

    /// The code point of the well-formed sequence at `from`.
    static int codePoint(byte[] bytes, int from) {
        int lead = bytes[from];
        if (lead >= 0) {
            return lead;
        }
        int second = bytes[from + 1] & 0x3F;
        if ((lead & 0xE0) == 0xC0) {
            return (lead & 0x1F) << 6 | second;
        }
        int third = bytes[from + 2] & 0x3F;
        if ((lead & 0xF0) == 0xE0) {
            return (lead & 0x0F) << 12 | second << 6 | third;
        }
        return (lead & 0x07) << 18 | second << 12 | third << 6 | bytes[from + 3] & 0x3F;
    }

    /// The sequence length that a lead byte of 0x80 or more announces, 0 if it can lead none.
    private static int expectedLength(int lead) {
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    }

    private static boolean continues(int lead, int index, int b) {
        if (index > 1) {
            return b >= 0x80 && b <= 0xBF;
        }
        int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        return b >= low && b <= high;
    }
}
