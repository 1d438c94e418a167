package io.github.logitlens.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Bytes, text as a rule, with eight bytes to spare after them, so that eight can be read at once at any of them.
///
/// (A `ByteBuffer` reads as fast as a `VarHandle` here, and its first use does not cost ten milliseconds.)
final class Utf8Text {
    static final int PADDING = 8;

    /// Units encoded at a time.
    private static final int CHUNK = 4096;

    private final byte[] bytes;
    private final ByteBuffer words;
    private final int length;

    /// The first `length` of `bytes`, *owned from here on*; from `length` on, at least [#PADDING] of them are there.
    Utf8Text(byte[] bytes, int length) {
        this.bytes = bytes;
        this.words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.length = length;
    }

    /// `text[from, to)` as UTF-8; a lone surrogate becomes U+FFFD.
    ///
    /// @throws IllegalArgumentException if that is 2 GiB or more
    static Utf8Text of(String text, int from, int to) {
        char[] chars = new char[Math.min(to - from, CHUNK)];
        byte[] out = new byte[to - from + Math.min((to - from) / 8 + 3 * CHUNK, 2 * (to - from)) + PADDING];
        int length = 0;
        int at = from;
        while (at < to) {
            int count = Math.min(to - at, CHUNK);
            if (at + count < to && Character.isHighSurrogate(text.charAt(at + count - 1))) {
                count--;
            }
            text.getChars(at, at + count, chars, 0);
            long needed = length + 3L * count + PADDING;
            if (needed > out.length) {
                if (needed > Integer.MAX_VALUE - 16) {
                    throw new IllegalArgumentException("text: expected less than 2 GiB of UTF-8, got more");
                }
                out = Arrays.copyOf(out, (int) Math.max(needed, Math.min(out.length * 3L / 2, Integer.MAX_VALUE - 16)));
            }
            length = Utf8.encode(chars, count, out, length);
            at += count;
        }
        return new Utf8Text(out, length);
    }

    static Utf8Text of(String text) {
        return of(text, 0, text.length());
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /// The eight bytes from `at` on, the first in the lowest bits.
    long eight(int at) {
        return words.getLong(at);
    }

    /// What a table is searched by: up to eight bytes, the bytes themselves; a longer part, a hash of them.
    long key(int from, int to) {
        int count = to - from;
        if (count <= 8) {
            return eight(from) & mask(count);
        }
        long hash = count;
        int at = from;
        for (; at + 8 <= to; at += 8) {
            hash = mix(hash ^ eight(at));
        }
        return mix(hash ^ eight(at) & mask(to - at));
    }

    /// The lowest `count` bytes of a `long`, 0 to 8 of them.
    static long mask(int count) {
        return count == 0 ? 0 : -1L >>> 64 - 8 * count;
    }

    private static long mix(long hash) {
        long product = hash * 0x9E3779B97F4A7C15L;
        return product ^ product >>> 32;
    }
}
