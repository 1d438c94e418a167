package io.github.logitlens;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Some of the indices `0` to `count − 1`: listed, or a slice. Negative indices count from the end.
final class IndexChoice {

    /// What is counted, as messages call it.
    ///
    /// @param what  such as `position`
    /// @param owner what has them, such as `the prompt`
    /// @param unit  what it has, in the singular, such as `token`
    record Counted(String what, String owner, String unit) {

        /// Such as `the prompt has 1 token`.
        String total(int count) {
            return owner + " has " + count + " " + unit + (count == 1 ? "" : "s");
        }

        int index(int index, int count) {
            int absolute = index < 0 ? index + count : index;
            if (absolute < 0 || absolute >= count) {
                throw new IllegalArgumentException(what + ": expected " + -count + " to " + (count - 1) + " ("
                        + total(count) + "), got " + index);
            }
            return absolute;
        }
    }

    private static final int TO_THE_END = Integer.MAX_VALUE;

    private final String text;
    private final boolean slice;
    /// The indices; of a slice, its first index, its end and its step.
    private final int[] values;

    private IndexChoice(String text, boolean slice, int... values) {
        this.text = text;
        this.slice = slice;
        this.values = values;
    }

    static IndexChoice all() {
        return new IndexChoice("all", true, 0, TO_THE_END, 1);
    }

    /// @param indices copied
    static IndexChoice of(String text, int... indices) {
        return new IndexChoice(text, false, indices.clone());
    }

    /// @param indices copied
    static IndexChoice of(int... indices) {
        return of(IntStream.of(indices).mapToObj(Integer::toString).collect(Collectors.joining(",")), indices);
    }

    static IndexChoice slice(int from, int to, int step) {
        return new IndexChoice(from + ":" + to + (step == 1 ? "" : ":" + step), true, from, to, step);
    }

    /// Reads `N`, `N,M`, `A:B`, `A:`, `:B`, and, where a step is allowed, any slice followed by `:STEP`.
    ///
    /// @throws NumberFormatException if the text has none of these forms
    static IndexChoice parse(String text, boolean stepAllowed) {
        String[] ends = text.split(":", -1);
        if (ends.length == 1) {
            return of(text, Arrays.stream(text.split(",", -1)).mapToInt(IndexChoice::number).toArray());
        }
        if (ends.length > (stepAllowed ? 3 : 2)) {
            throw new NumberFormatException("too many colons");
        }
        int step = ends.length == 3 ? number(ends[2]) : 1;
        if (step < 1) {
            throw new NumberFormatException("step below 1");
        }
        return new IndexChoice(text, true, ends[0].isBlank() ? 0 : number(ends[0]),
                ends[1].isBlank() ? TO_THE_END : number(ends[1]), step);
    }

    private static int number(String text) {
        return Integer.parseInt(text.strip());
    }

    /// The indices that are meant where there are `count`.
    ///
    /// @return ascending, each once, at least one
    /// @throws IllegalArgumentException if a listed index is none of them, or the slice holds none of them
    int[] resolve(int count, Counted counted) {
        if (!slice) {
            return IntStream.of(values).map(index -> counted.index(index, count)).sorted().distinct().toArray();
        }
        int from = clamp(values[0], count);
        int to = clamp(values[1], count);
        if (from >= to) {
            throw new IllegalArgumentException(counted.what() + " " + text + ": expected at least one of " + count + " ("
                    + counted.total(count) + "), got none");
        }
        return IntStream.range(from, to).filter(index -> (index - from) % values[2] == 0).toArray();
    }

    /// Whether all that is named is there: no end of a slice lies beyond the `count`.
    boolean isWithin(int count) {
        return !slice || values[0] >= -count && values[0] < count && (values[1] == TO_THE_END || values[1] >= -count && values[1] <= count);
    }

    private static int clamp(int index, int count) {
        return Math.clamp(index < 0 ? index + count : index, 0, count);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IndexChoice choice && slice == choice.slice && Arrays.equals(values, choice.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values) * 31 + Boolean.hashCode(slice);
    }

    @Override
    public String toString() {
        return text;
    }
}
