package io.github.logitlens.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The four classes of characters that GPT-2's pattern knows: `\p{L}`, `\p{N}`, `\s` and the rest.
///
/// Letters and numbers are those of Unicode 14, the version in Hugging Face's regular expression engine, whatever the JDK
/// has: the table is a frozen resource. White space is the 25 characters of Unicode's `White_Space`.
final class CharClasses {
    static final byte OTHER = 0;
    static final byte LETTER = 1;
    static final byte NUMBER = 2;
    static final byte SPACE = 3;

    private static final String RESOURCE = "unicode-14-classes.txt";
    /// One past the last letter of Unicode 14.
    private static final int LIMIT = 0x3134B;
    private static final byte[] CLASSES = load();

    private CharClasses() {
    }

    static byte of(int codePoint) {
        return codePoint < LIMIT ? CLASSES[codePoint] : OTHER;
    }

    private static byte[] load() {
        byte[] classes = new byte[LIMIT];
        try (InputStream in = CharClasses.class.getResourceAsStream(RESOURCE);
             BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int first = line.indexOf(' ');
                int second = line.indexOf(' ', first + 1);
                Arrays.fill(classes, Integer.parseInt(line, 0, first, 16),
                        Integer.parseInt(line, first + 1, second, 16) + 1,
                        line.charAt(second + 1) == 'L' ? LETTER : NUMBER);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Arrays.fill(classes, 0x09, 0x0D + 1, SPACE);
        Arrays.fill(classes, 0x2000, 0x200A + 1, SPACE);
        for (int c : new int[] {0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}) {
            classes[c] = SPACE;
        }
        return classes;
    }
}
