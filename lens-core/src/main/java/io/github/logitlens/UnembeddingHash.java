package io.github.logitlens;

import io.github.logitlens.model.Unembedding;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// tuned-lens' hash of an unembedding: the sha256 of what NumPy prints of `W_Uᵀ`, `[vocabSize, dModel]`, with a precision of one
/// digit. Of a large matrix NumPy prints the first and last three rows and columns, so that is all the hash depends on.
final class UnembeddingHash {

    /// Above so many elements NumPy leaves the middle out.
    private static final int THRESHOLD = 1000;
    private static final int EDGE = 3;
    private static final int LINE = 75;

    private UnembeddingHash() {
    }

    /// 64 lower-case hexadecimal digits.
    static String of(Unembedding unembedding) {
        String text = text(unembedding.vocabSize(), unembedding.dModel(), unembedding::direction);
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /// `numpy.array_str(matrix, precision=1)` of a float32 matrix of finite numbers.
    ///
    /// @param row gives a row, `[columns]`
    static String text(int rows, int columns, IntFunction<float[]> row) {
        boolean cut = (long) rows * columns > THRESHOLD;
        int[] shownRows = shown(rows, cut);
        int[] shownColumns = shown(columns, cut);
        float[][] values = new float[shownRows.length][shownColumns.length];
        for (int i = 0; i < shownRows.length; i++) {
            float[] whole = row.apply(shownRows[i]);
            for (int j = 0; j < shownColumns.length; j++) {
                values[i][j] = whole[shownColumns[j]];
            }
        }
        String[][] words = words(values);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < shownRows.length; i++) {
            if (i == EDGE && shownRows.length < rows) {
                lines.add("...");
            }
            lines.add(line(words[i], shownColumns.length < columns));
        }
        return "[" + String.join("\n ", lines) + "]";
    }

    private static int[] shown(int size, boolean cut) {
        if (!cut || size <= 2 * EDGE) {
            return IntStream.range(0, size).toArray();
        }
        return new int[] {0, 1, 2, size - 3, size - 2, size - 1};
    }

    /// One row in brackets, broken where it is longer than a line.
    private static String line(String[] words, boolean cut) {
        StringBuilder done = new StringBuilder();
        StringBuilder line = new StringBuilder("  ");
        for (int j = 0; j < words.length; j++) {
            if (cut && j == EDGE) {
                line.append("... ");
            }
            if (line.length() > 2 && line.length() + words[j].length() > LINE - 2) {
                done.append(line.toString().stripTrailing()).append('\n');
                line = new StringBuilder("  ");
            }
            line.append(words[j]).append(j < words.length - 1 ? " " : "");
        }
        return "[" + done.append(line).substring(2) + "]";
    }

    /// The numbers in one width, as NumPy writes them: with an exponent where they differ by more than a factor of 1000.
    private static String[][] words(float[][] values) {
        float least = Float.POSITIVE_INFINITY;
        float most = 0;
        for (float[] row : values) {
            for (float value : row) {
                if (value != 0) {
                    least = Math.min(least, Math.abs(value));
                    most = Math.max(most, Math.abs(value));
                }
            }
        }
        boolean exponents = most > 0 && (most >= 1e8f || least < 1e-4f || most / least > 1000);
        String[][] words = new String[values.length][];
        int before = 0;
        int after = 0;
        for (int i = 0; i < values.length; i++) {
            words[i] = new String[values[i].length];
            for (int j = 0; j < values[i].length; j++) {
                String word = exponents ? scientific(values[i][j]) : positional(values[i][j]);
                words[i][j] = word;
                before = Math.max(before, word.indexOf('.'));
                int end = exponents ? word.indexOf('e') : word.length();
                after = Math.max(after, end - word.indexOf('.') - 1);
            }
        }
        for (String[] row : words) {
            for (int j = 0; j < row.length; j++) {
                row[j] = padded(row[j], before, after);
            }
        }
        return words;
    }

    private static String positional(float value) {
        String digits = new BigDecimal(Math.abs(value)).setScale(1, RoundingMode.HALF_EVEN).toPlainString();
        return sign(value) + (digits.endsWith("0") ? digits.substring(0, digits.length() - 1) : digits);
    }

    private static String scientific(float value) {
        BigDecimal rounded = new BigDecimal(Math.abs(value)).round(new MathContext(2, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        BigDecimal mantissa = rounded.scaleByPowerOfTen(-exponent).setScale(1, RoundingMode.UNNECESSARY);
        String digits = mantissa.toPlainString();
        return sign(value) + (digits.endsWith("0") ? digits.substring(0, digits.length() - 1) : digits)
                + "e" + (exponent < 0 ? "-" : "+") + "%02d".formatted(Math.abs(exponent));
    }

    private static String sign(float value) {
        return Float.floatToRawIntBits(value) < 0 ? "-" : "";
    }

    /// Spaces before the digits, and behind them spaces or, before an exponent, zeros.
    private static String padded(String word, int before, int after) {
        int point = word.indexOf('.');
        int exponent = word.indexOf('e');
        String left = " ".repeat(before - point) + word.substring(0, exponent < 0 ? word.length() : exponent);
        int missing = after - ((exponent < 0 ? word.length() : exponent) - point - 1);
        return exponent < 0 ? left + " ".repeat(missing) : left + "0".repeat(missing) + word.substring(exponent);
    }
}
