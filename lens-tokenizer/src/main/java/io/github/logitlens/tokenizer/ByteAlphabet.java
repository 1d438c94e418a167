package io.github.logitlens.tokenizer;

import java.util.Arrays;

/// The printable alphabet in which GPT-2's files write bytes: `!`–`~`, `¡`–`¬` and `®`–`ÿ` stand for themselves, the other
/// 68 bytes, in order, are the characters from U+0100 on (so the space is `Ġ`, U+0120).
final class ByteAlphabet {
    private static final char[] SYMBOLS = new char[256];
    private static final short[] BYTES = new short[0x144];

    static {
        Arrays.fill(BYTES, (short) -1);
        char next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean itself = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            SYMBOLS[b] = itself ? (char) b : next++;
            BYTES[SYMBOLS[b]] = (short) b;
        }
    }

    private ByteAlphabet() {
    }

    static char symbol(int b) {
        return SYMBOLS[b];
    }

    /// The byte that `symbol` stands for, or -1 if it stands for none.
    static int byteOf(char symbol) {
        return symbol < BYTES.length ? BYTES[symbol] : -1;
    }
}
