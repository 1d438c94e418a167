package io.github.logitlens.tokenizer;

import java.util.Random;

/// Random texts that reach what uniformly random code points would not: runs of one script, contractions, white space.
final class RandomText {
    private static final int[][] POOLS = {
        {0x20, 0x7E}, {0x20, 0x7E}, {0x61, 0x7A}, {0x30, 0x39}, {0x00, 0x1F}, {0x80, 0x24F}, {0x370, 0x5FF}, {0x600, 0x6FF},
        {0x900, 0xDFF}, {0x3040, 0x30FF}, {0x4E00, 0x4FFF}, {0xAC00, 0xADFF}, {0x2000, 0x206F}, {0x1F300, 0x1F64F},
        {0x20000, 0x200FF}, {0x300, 0x36F}, {0x0, 0xD7FF}, {0xE000, 0x10FFFF}};
    private static final String[] PIECES = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'", "'S", "\u2019s", " ", "  ", "   ",
        "\n", "\r\n", "\t", "\u0085", "\u00A0", "\u1680", "\u3000", "\u200B", "\uFEFF", "\u2028", "0", "²", "Ⅷ", "the", " the",
        "é", "e\u0301", "<|endoftext|>", "\uFFFD", "\0", "aaaaaaaa", "👩\u200D👩\u200D👧"};

    private RandomText() {
    }

    /// A text of about `length` code points, all of them characters that UTF-8 can hold.
    static String next(Random random, int length) {
        StringBuilder text = new StringBuilder();
        while (text.codePointCount(0, text.length()) < length) {
            if (random.nextInt(3) == 0) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            } else {
                int[] pool = POOLS[random.nextInt(POOLS.length)];
                for (int i = random.nextInt(8); i >= 0; i--) {
                    text.appendCodePoint(random.nextInt(pool[0], pool[1] + 1));
                }
            }
        }
        return text.toString();
    }
}
