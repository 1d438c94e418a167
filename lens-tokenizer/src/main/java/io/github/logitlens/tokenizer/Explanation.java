package io.github.logitlens.tokenizer;

import java.util.List;

/// How a text becomes tokens, step by step.
///
/// ```java
/// Explanation explanation = tokenizer.explain("Hello world");
/// Explanation.PreToken word = explanation.preTokens().get(1);
/// word.text()      // " world"
/// word.hex()       // "20776f726c64"
/// word.merges()    // " "+"w" → " w" (rank 2), "o"+"r" → "or" (rank 14), …
/// word.tokens()    // [Token[id=995, " world"]]
/// ```
///
/// @param text      the text
/// @param preTokens the parts that are merged on their own, in order
public record Explanation(String text, List<PreToken> preTokens) {
    /// An explanation with its own copy of the list.
    public Explanation {
        preTokens = List.copyOf(preTokens);
    }

    /// A part of the text that is merged on its own, or an added token, which is not merged at all.
    ///
    /// @param text   its characters
    /// @param hex    its UTF-8 bytes in lower-case hexadecimal
    /// @param merges the merges, in the order in which they are made
    /// @param tokens what they end in
    public record PreToken(String text, String hex, List<Merge> merges, List<Token> tokens) {
        /// A pre-token with its own copies of the lists.
        public PreToken {
            merges = List.copyOf(merges);
            tokens = List.copyOf(tokens);
        }
    }

    /// Two neighbours become one token.
    ///
    /// @param rank   the merge's rank, 0 for the first of `merges.txt`; lower goes first
    /// @param offset the byte of the pre-token where `left` begins
    /// @param left   the left neighbour
    /// @param right  the right neighbour
    /// @param result what they become
    public record Merge(int rank, int offset, Token left, Token right, Token result) {
    }
}
