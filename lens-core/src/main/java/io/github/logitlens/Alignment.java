package io.github.logitlens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Which positions of two prompts belong together.
public enum Alignment {
    /// Those of one number, as many as the shorter prompt has.
    POSITIONS,
    /// Those of one number, counted from the end.
    ENDS,
    /// Those of the longest sequence of tokens that both prompts have, in its order; of equally long ones, the one that begins
    /// first in the first prompt.
    TOKENS;

    /// The alignment that a key names.
    ///
    /// @param key such as `tokens`, in any case
    /// @return the alignment
    /// @throws IllegalArgumentException if there is none
    public static Alignment named(String key) {
        return Arrays.stream(values()).filter(alignment -> alignment.key().equalsIgnoreCase(key)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("align: expected one of "
                        + Arrays.stream(values()).map(Alignment::key).collect(Collectors.joining(", ")) + ", got \"" + key + "\""));
    }

    /// The name on the command line and in JSON.
    ///
    /// @return such as `tokens`
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// @param before ids, *not modified*
    /// @param after  ids, *not modified*
    /// @return ascending in both
    List<LensComparison.Pair> pairs(int[] before, int[] after) {
        int shorter = Math.min(before.length, after.length);
        return switch (this) {
            case POSITIONS -> IntStream.range(0, shorter).mapToObj(i -> new LensComparison.Pair(i, i)).toList();
            case ENDS -> IntStream.range(0, shorter).mapToObj(i -> new LensComparison.Pair(
                    before.length - shorter + i, after.length - shorter + i)).toList();
            case TOKENS -> common(before, after);
        };
    }

    private static List<LensComparison.Pair> common(int[] before, int[] after) {
        int[][] longest = new int[before.length + 1][after.length + 1];
        for (int i = before.length - 1; i >= 0; i--) {
            for (int j = after.length - 1; j >= 0; j--) {
                longest[i][j] = before[i] == after[j] ? 1 + longest[i + 1][j + 1] : Math.max(longest[i + 1][j], longest[i][j + 1]);
            }
        }
        List<LensComparison.Pair> pairs = new ArrayList<>();
        for (int i = 0, j = 0; i < before.length && j < after.length; ) {
            if (before[i] == after[j]) {
                pairs.add(new LensComparison.Pair(i++, j++));
            } else if (longest[i][j + 1] >= longest[i + 1][j]) {
                j++;
            } else {
                i++;
            }
        }
        return pairs;
    }
}
