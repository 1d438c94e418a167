package io.github.logitlens.tokenizer;

import java.util.Arrays;

/// A stretch of text that knows, for each of its UTF-16 units, which units of the text that was given it stands for: what a
/// normalizer or a space in front has made of a text still has its places there.
final class AlignedText {
    private final String text;
    private final int from;
    private final int to;
    /// Where the text was only cut: unit `i` of `text` stands for unit `i + shift`, if that is not before `floor`.
    private final int shift;
    private final int floor;
    /// Where it was changed: by unit of `text`; else null.
    private final int[] starts;
    private final int[] ends;

    private AlignedText(String text, int from, int to, int shift, int floor, int[] starts, int[] ends) {
        this.text = text;
        this.from = from;
        this.to = to;
        this.shift = shift;
        this.floor = floor;
        this.starts = starts;
        this.ends = ends;
    }

    /// All of the text that was given.
    static AlignedText of(String text) {
        return new AlignedText(text, 0, text.length(), 0, 0, null, null);
    }

    int length() {
        return to - from;
    }

    char charAt(int index) {
        return text.charAt(from + index);
    }

    int codePointAt(int index) {
        return text.codePointAt(from + index);
    }

    int codePointBefore(int index) {
        return text.codePointBefore(from + index);
    }

    boolean startsWith(String prefix, int index) {
        return from + index + prefix.length() <= to && text.startsWith(prefix, from + index);
    }

    /// The stretch from `start` to `end` of this one.
    AlignedText part(int start, int end) {
        return new AlignedText(text, from + start, from + end, shift, floor, starts, ends);
    }

    /// Where in the given text the part begins that unit `index` stands for.
    int start(int index) {
        return starts == null ? Math.max(from + index + shift, floor) : starts[from + index];
    }

    /// Where in the given text the part ends that unit `index` stands for.
    int end(int index) {
        return ends == null ? Math.max(from + index + 1 + shift, floor) : ends[from + index];
    }

    /// This text, not empty, after a space, which stands for nothing.
    AlignedText afterSpace() {
        if (starts == null) {
            return new AlignedText(" " + this, 0, length() + 1, start(0) - 1, start(0), null, null);
        }
        Builder builder = new Builder(length() + 1);
        builder.append(" ", start(0), start(0));
        builder.append(this, 0, length());
        return builder.build();
    }

    Utf8Text utf8() {
        return Utf8Text.of(text, from, to);
    }

    @Override
    public String toString() {
        return text.substring(from, to);
    }

    /// Puts a changed text together.
    static final class Builder {
        private final StringBuilder text;
        private int[] starts;
        private int[] ends;

        Builder(int expected) {
            text = new StringBuilder(expected);
            starts = new int[Math.max(16, expected)];
            ends = new int[starts.length];
        }

        /// Appends `part`, all of which stands for the given text's units from `start` to `end`.
        void append(String part, int start, int end) {
            int at = text.length();
            reserve(part.length());
            text.append(part);
            Arrays.fill(starts, at, text.length(), start);
            Arrays.fill(ends, at, text.length(), end);
        }

        /// Appends the units from `start` to `end` of `part`, each of which stands for what it stands for there.
        void append(AlignedText part, int start, int end) {
            int at = text.length();
            reserve(end - start);
            text.append(part.text, part.from + start, part.from + end);
            for (int i = start; i < end; i++) {
                starts[at] = part.start(i);
                ends[at++] = part.end(i);
            }
        }

        private void reserve(int more) {
            int needed = Math.addExact(text.length(), more);
            if (needed > starts.length) {
                int length = (int) Math.min(Math.max(needed, 2L * starts.length), Integer.MAX_VALUE - 16);
                starts = Arrays.copyOf(starts, length);
                ends = Arrays.copyOf(ends, length);
            }
        }

        boolean holds(String expected) {
            return expected.contentEquals(text);
        }

        AlignedText build() {
            return new AlignedText(text.toString(), 0, text.length(), 0, 0, starts, ends);
        }
    }
}
