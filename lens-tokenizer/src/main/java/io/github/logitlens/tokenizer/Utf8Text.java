package io.github.logitlens.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Bytes with eight zero bytes after them, so that eight can be read at once at any of them.
///
/// (A `ByteBuffer` reads as fast as a `VarHandle` here, and its first use does not cost ten milliseconds.)
final class Utf8Text {
    static final int PADDING = 8;

    private final byte[] bytes;
    private final ByteBuffer words;
    private final int length;

    /// `bytes` is *owned from here on*; its last [#PADDING] bytes are zero and not part of the text.
    Utf8Text(byte[] bytes) {
        this(bytes, bytes.length - PADDING);
    }

    /// The first `length` of `bytes`, *owned from here on*, with at least [#PADDING] more behind them.
    Utf8Text(byte[] bytes, int length) {
        this.bytes = bytes;
        this.words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.length = length;
    }

    /// The text as UTF-8; a lone surrogate becomes U+FFFD.
    static Utf8Text of(String text) {
        return new Utf8Text(Utf8.encode(text, PADDING));
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
