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

    /// The 256 bytes in the order of GPT-2's first 256 ids: first those that stand for themselves.
    static byte[] inIdOrder() {
        byte[] bytes = new byte[256];
        int count = 0;
        for (char symbol = 0; symbol < BYTES.length; symbol++) {
            if (BYTES[symbol] >= 0) {
                bytes[count++] = (byte) BYTES[symbol];
            }
        }
        return bytes;
    }

    static char symbol(int b) {
        return SYMBOLS[b];
    }

    /// The byte that `symbol` stands for, or -1 if it stands for none.
    static int byteOf(char symbol) {
        return symbol < BYTES.length ? BYTES[symbol] : -1;
    }

    /// The byte that a character of the two UTF-8 bytes `lead` and `next` stands for, or -1.
    static int byteOf(byte lead, byte next) {
        boolean isCharacter = lead >= (byte) 0xC2 && lead <= (byte) 0xC5 && next < (byte) 0xC0;
        return isCharacter ? byteOf((char) ((lead & 0x1F) << 6 | next & 0x3F)) : -1;
    }
}
