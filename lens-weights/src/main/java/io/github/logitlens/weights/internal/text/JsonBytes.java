package io.github.logitlens.weights.internal.text;

import io.github.logitlens.weights.internal.bytes.ByteSource;
import java.lang.foreign.MemorySegment;

/// The bytes of a JSON text, such as a safetensors header, read through a small window: 100 MB that say nothing need no memory.
public final class JsonBytes {

    private static final int WINDOW = 1 << 16;

    /// What [#peek()] and [#next()] answer behind the last byte.
    public static final int END = -1;

    private final ByteSource source;
    private final long start;
    private final int length;
    private final byte[] window;
    private int windowStart;
    private int windowLength;
    private int at;

    /// The `length` bytes from `start` on.
    public JsonBytes(ByteSource source, long start, int length) {
        this.source = source;
        this.start = start;
        this.length = length;
        this.window = new byte[Math.min(WINDOW, length)];
    }

    /// Index of the byte that comes next, from the text's first.
    public int position() {
        return windowStart + at;
    }

    public void seek(int position) {
        if (position >= windowStart && position <= windowStart + windowLength) {
            at = position - windowStart;
        } else {
            windowStart = position;
            windowLength = 0;
            at = 0;
        }
    }

    public int peek() {
        return at < windowLength || fill() ? window[at] & 0xFF : END;
    }

    public int next() {
        return at < windowLength || fill() ? window[at++] & 0xFF : END;
    }

    /// The bytes from `from` up to the next one, as characters; for short tokens.
    String ascii(int from) {
        StringBuilder text = new StringBuilder();
        int to = position();
        for (seek(from); position() < to; ) {
            text.append((char) next());
        }
        return text.toString();
    }

    private boolean fill() {
        windowStart += at;
        at = 0;
        windowLength = Math.min(window.length, length - windowStart);
        if (windowLength == 0) {
            return false;
        }
        source.read(start + windowStart, MemorySegment.ofArray(window).asSlice(0, windowLength));
        return true;
    }

    private void skipAscii() {
        while (at < windowLength && window[at] >= 0) {
            at++;
        }
    }

    public void skipWhitespace() {
        do {
            while (at < windowLength && isWhitespace(window[at])) {
                at++;
            }
        } while (at == windowLength && fill());
    }

    public static boolean isWhitespace(int b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /// Reads to the end and returns the index of the first byte that is not part of valid UTF-8 (shortest forms only,
    /// no surrogates, nothing above U+10FFFF), or [#END].
    public int firstInvalidUtf8() {
        int missing = 0;
        int low = 0x80;
        int high = 0xBF;
        for (int b = next(); b != END; b = next()) {
            if (missing == 0 && b < 0x80) {
                skipAscii();
            } else if (missing > 0) {
                if (b < low || b > high) {
                    return position() - 1;
                }
                missing--;
                low = 0x80;
                high = 0xBF;
            } else {
                if (b < 0xC2 || b > 0xF4) {
                    return position() - 1;
                }
                missing = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
                low = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : 0x80;
                high = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : 0xBF;
            }
        }
        return missing > 0 ? position() : END;
    }
}
