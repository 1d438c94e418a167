package io.github.logitlens.bench.model;

import java.util.Arrays;

/// Token ids to run. What a prompt says does not matter to the speed; which rows of the embedding it touches might.
public final class Prompts {

    /// How many of a prompt's first positions are compared with the scalar kernels: later ones change no bit of them.
    private static final int CHECKED = 5;

    private Prompts() {
    }

    /// `n` ids spread over the vocabulary.
    public static int[] tokens(int n, int vocabSize) {
        int[] tokens = new int[n];
        for (int i = 0; i < n; i++) {
            tokens[i] = (i * 7919 + 13) % vocabSize;
        }
        return tokens;
    }

    /// The part of a prompt that is compared with the scalar kernels.
    public static int[] checked(int[] tokens) {
        return Arrays.copyOf(tokens, Math.min(tokens.length, CHECKED));
    }
}
