package io.github.logitlens.tokenizer;

import java.util.BitSet;

/// What merging begins with.
///
/// @param byteTokens   by byte: its token, or -1 if it has none
/// @param unknown      the token in the place of a byte that has none, or -1: the byte is dropped
/// @param fusesUnknown whether several such bytes in a row are one [#unknown]
/// @param unmerged     the tokens that a pre-token of their bytes becomes without any merge
record Symbols(int[] byteTokens, int unknown, boolean fusesUnknown, BitSet unmerged) {
    /// Whether every byte has a token.
    boolean isComplete() {
        for (int token : byteTokens) {
            if (token < 0) {
                return false;
            }
        }
        return true;
    }

    /// Whether they are as GPT-2's: each byte has a token, and only merges make longer ones.
    boolean isPlain() {
        return isComplete() && unmerged.isEmpty();
    }

    /// What sets them apart from GPT-2's, the vocabulary aside.
    String description() {
        return (isComplete() ? "" : "unknown " + unknown + (fusesUnknown && unknown >= 0 ? " fused" : ""))
                + (unmerged.isEmpty() ? "" : " merges ignored");
    }
}
