package io.github.logitlens;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The token positions a lens reads. Positions count from 0; negative ones count from the end, `-1` being the last.
///
/// ```java
/// Positions.last().resolve(6)          // [5]
/// Positions.range(1, -1).resolve(6)    // [1, 2, 3, 4]
/// Positions.parse("0:40")              // Positions.range(0, 40)
/// ```
public final class Positions {

    private static final Positions ALL = new Positions("all", true, new int[] {0, Integer.MAX_VALUE});
    private static final Positions LAST = of(-1);

    private final String text;
    private final boolean range;
    private final int[] values;

    private Positions(String text, boolean range, int[] values) {
        this.text = text;
        this.range = range;
        this.values = values;
    }

    /// Every position of the prompt.
    ///
    /// @return the choice of all positions
    public static Positions all() {
        return ALL;
    }

    /// The last position only: the one that predicts the next token.
    ///
    /// @return the choice of the last position
    public static Positions last() {
        return LAST;
    }

    /// Chosen positions; the result's order is ascending, and a position named twice is read once.
    ///
    /// @param positions at least one position; negative ones count from the end; copied
    /// @return the choice of those positions
    public static Positions of(int... positions) {
        if (positions.length == 0) {
            throw new IllegalArgumentException("positions: expected at least one, got none");
        }
        String text = Arrays.equals(positions, new int[] {-1})
                ? "last"
                : IntStream.of(positions).mapToObj(Integer::toString).collect(Collectors.joining(","));
        return new Positions(text, false, positions.clone());
    }

    /// A half-open range. Ends beyond the prompt are cut to it, as slices are in Python.
    ///
    /// @param from first position, inclusive; negative counts from the end
    /// @param to   end, exclusive; negative counts from the end
    /// @return the choice of that range
    public static Positions range(int from, int to) {
        return new Positions(from + ":" + to, true, new int[] {from, to});
    }

    /// Reads the command line's form: `last`, `all`, `N`, `N,M`, `A:B`, `A:` or `:B`.
    ///
    /// @param text the written form
    /// @return the choice it names
    /// @throws IllegalArgumentException if the text has none of these forms
    public static Positions parse(String text) {
        Objects.requireNonNull(text, "text");
        String s = text.strip();
        try {
            if (s.equals("all")) {
                return ALL;
            }
            if (s.equals("last")) {
                return LAST;
            }
            int colon = s.indexOf(':');
            if (colon < 0) {
                return of(Arrays.stream(s.split(",", -1)).mapToInt(part -> Integer.parseInt(part.strip())).toArray());
            }
            String from = s.substring(0, colon);
            String to = s.substring(colon + 1);
            return new Positions(s, true, new int[] {
                from.isBlank() ? 0 : Integer.parseInt(from.strip()),
                to.isBlank() ? Integer.MAX_VALUE : Integer.parseInt(to.strip())});
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "position: expected last, all, N, N,M or A:B, got \"" + text + "\"", e);
        }
    }

    /// The positions this choice means for a prompt of `seqLen` tokens.
    ///
    /// @param seqLen tokens in the prompt, at least 1
    /// @return ascending positions in `[0, seqLen)`, at least one
    /// @throws IllegalArgumentException if a named position lies outside the prompt, or a range holds no position
    public int[] resolve(int seqLen) {
        if (range) {
            int from = clamp(values[0], seqLen);
            int to = clamp(values[1], seqLen);
            if (from >= to) {
                throw new IllegalArgumentException(
                        "position " + text + ": expected at least one of the prompt's " + seqLen + " positions, got none");
            }
            return IntStream.range(from, to).toArray();
        }
        return IntStream.of(values).map(p -> index(p, seqLen)).sorted().distinct().toArray();
    }

    private static int clamp(int p, int seqLen) {
        return Math.max(0, Math.min(seqLen, p < 0 ? p + seqLen : p));
    }

    static int index(int position, int seqLen) {
        int index = position < 0 ? position + seqLen : position;
        if (index < 0 || index >= seqLen) {
            throw new IllegalArgumentException("position: expected " + -seqLen + " to " + (seqLen - 1)
                    + " (the prompt has " + seqLen + " tokens), got " + position);
        }
        return index;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Positions p && range == p.range && Arrays.equals(values, p.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values) * 31 + Boolean.hashCode(range);
    }

    /// The written form that [#parse] reads.
    @Override
    public String toString() {
        return text;
    }
}
