package io.github.logitlens;

import java.util.Arrays;

/// The token positions a lens reads. Positions count from 0; negative ones count from the end, `-1` being the last.
///
/// ```java
/// Positions.last().resolve(6)          // [5]
/// Positions.range(1, -1).resolve(6)    // [1, 2, 3, 4]
/// Positions.parse("0:40")              // Positions.range(0, 40)
/// ```
public final class Positions {

    private static final IndexChoice.Counted COUNTED = new IndexChoice.Counted("position", "the prompt", "token");
    private static final Positions ALL = new Positions(IndexChoice.all());
    private static final Positions LAST = new Positions(IndexChoice.of("last", -1));

    private final IndexChoice choice;

    private Positions(IndexChoice choice) {
        this.choice = choice;
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
        return Arrays.equals(positions, new int[] {-1}) ? LAST : new Positions(IndexChoice.of(positions));
    }

    /// A half-open range. Ends beyond the prompt are cut to it, as slices are in Python.
    ///
    /// @param from first position, inclusive; negative counts from the end
    /// @param to   end, exclusive; negative counts from the end
    /// @return the choice of that range
    public static Positions range(int from, int to) {
        return new Positions(IndexChoice.slice(from, to, 1));
    }

    /// Reads the command line's form: `last`, `all`, `N`, `N,M`, `A:B`, `A:` or `:B`.
    ///
    /// @param text the written form
    /// @return the choice it names
    /// @throws IllegalArgumentException if the text has none of these forms
    public static Positions parse(String text) {
        String written = text.strip();
        if (written.equals("all")) {
            return ALL;
        }
        if (written.equals("last")) {
            return LAST;
        }
        try {
            return new Positions(IndexChoice.parse(written, false));
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
        return choice.resolve(seqLen, COUNTED);
    }

    /// The positions this choice means for a prompt of `seqLen` tokens, all of which have to be there: a range is not cut.
    ///
    /// @param seqLen tokens in the prompt, at least 1
    /// @return ascending positions in `[0, seqLen)`, at least one
    /// @throws IllegalArgumentException if a named position or an end of the range lies outside the prompt
    public int[] resolveWhole(int seqLen) {
        if (!choice.isWithin(seqLen)) {
            throw new IllegalArgumentException("position: expected a range within 0:" + seqLen + " (" + COUNTED.total(seqLen)
                    + "), got " + this);
        }
        return resolve(seqLen);
    }

    static int index(int position, int seqLen) {
        return COUNTED.index(position, seqLen);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Positions positions && choice.equals(positions.choice);
    }

    @Override
    public int hashCode() {
        return choice.hashCode();
    }

    /// The written form that [#parse] reads.
    @Override
    public String toString() {
        return choice.toString();
    }
}
