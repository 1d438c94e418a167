package io.github.logitlens;

import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.SpecialTokens;
import java.util.Arrays;
import java.util.Objects;

/// What a run begins with: text, or token ids.
///
/// ```java
/// lens.runAll(List.of(Prompt.of("The capital of France is"), Prompt.ids(464, 3139)), LensOptions.defaults())
/// ```
public sealed interface Prompt {

    /// A text, which the model's tokenizer turns into ids.
    ///
    /// @param text any text
    record Text(String text) implements Prompt {

        /// Checks that there is a text.
        public Text {
            Objects.requireNonNull(text, "text");
        }

        @Override
        public int[] ids(Gpt2Tokenizer tokenizer, SpecialTokens specialTokens) {
            return tokenizer.encode(text, specialTokens);
        }

        /// The text.
        @Override
        public String toString() {
            return text;
        }
    }

    /// Token ids, without BOS.
    ///
    /// @param ids *copied* on the way in and out
    record Ids(int... ids) implements Prompt {

        /// Copies the ids.
        public Ids {
            ids = ids.clone();
        }

        /// The ids.
        ///
        /// @return a copy
        @Override
        public int[] ids() {
            return ids.clone();
        }

        @Override
        public int[] ids(Gpt2Tokenizer tokenizer, SpecialTokens specialTokens) {
            return ids();
        }

        /// Same ids.
        @Override
        public boolean equals(Object other) {
            return other instanceof Ids prompt && Arrays.equals(ids, prompt.ids);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(ids);
        }

        /// The ids, such as `[464, 3139]`.
        @Override
        public String toString() {
            return Arrays.toString(ids);
        }
    }

    /// A text.
    ///
    /// @param text any text; whether it is fit for a model is found when it runs
    /// @return the prompt
    static Prompt of(String text) {
        return new Text(text);
    }

    /// Token ids.
    ///
    /// @param ids without BOS; *copied*
    /// @return the prompt
    static Prompt ids(int... ids) {
        return new Ids(ids);
    }

    /// The ids of this prompt, without BOS.
    ///
    /// @param tokenizer     that of the model
    /// @param specialTokens what the text of a special token means
    /// @return owned by the caller
    int[] ids(Gpt2Tokenizer tokenizer, SpecialTokens specialTokens);
}
