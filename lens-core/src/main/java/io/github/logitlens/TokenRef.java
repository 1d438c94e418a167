package io.github.logitlens;

import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import java.util.Objects;

/// A token named by its text or by its id.
///
/// ```java
/// TokenRef.of(" Paris").id(tokenizer)    // 6342
/// TokenRef.parse("id:6342")              // TokenRef.of(6342)
/// ```
public sealed interface TokenRef {

    /// A token named by its text.
    ///
    /// @param text the text of exactly one token, such as `" Paris"` with its leading space
    record Text(String text) implements TokenRef {

        /// Checks the text.
        public Text {
            Objects.requireNonNull(text, "token text");
        }

        @Override
        public int id(Gpt2Tokenizer tokenizer) {
            return tokenizer.requireSingleToken(text);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// A token named by its id.
    ///
    /// @param id in `[0, vocabSize)`
    record Id(int id) implements TokenRef {

        @Override
        public int id(Gpt2Tokenizer tokenizer) {
            return id;
        }

        @Override
        public String toString() {
            return "id:" + id;
        }
    }

    /// A token by its text.
    ///
    /// @param text the text of exactly one token
    /// @return the reference
    static TokenRef of(String text) {
        return new Text(text);
    }

    /// A token by its id.
    ///
    /// @param id in `[0, vocabSize)`
    /// @return the reference
    static TokenRef of(int id) {
        return new Id(id);
    }

    /// Reads the command line's form: `id:` and a number, or else the text itself.
    ///
    /// @param written the written form
    /// @return the reference
    static TokenRef parse(String written) {
        return written.matches("id:\\d{1,9}") ? of(Integer.parseInt(written.substring(3))) : of(written);
    }

    /// The token's id.
    ///
    /// @param tokenizer that of the model
    /// @return the id; whether the model has it is checked where it is used
    /// @throws IllegalArgumentException if the text is not exactly one token
    int id(Gpt2Tokenizer tokenizer);
}
