package io.github.logitlens;

/// What became of one prompt of several: its result, or why it could not run.
///
/// ```java
/// switch (outcome) {
///     case Outcome.Read read -> read.result().decisionLayer(-1);
///     case Outcome.Refused refused -> refused.message();    // "prompt: expected at least one token, got none"
/// }
/// ```
public sealed interface Outcome {

    /// Why a prompt could not run.
    enum Reason {
        /// It is a text, and the model has no tokenizer that this library knows.
        NO_TOKENIZER,
        /// It has no tokens.
        EMPTY,
        /// It has more tokens than the model's context.
        TOO_LONG,
        /// It has an id that is not in the model's vocabulary.
        UNKNOWN_ID,
        /// It has none of the positions that are to be read.
        NO_SUCH_POSITION,
        /// An edit of the run does not fit it.
        EDIT_REFUSED
    }

    /// A prompt that ran.
    ///
    /// @param index  which prompt, from 0
    /// @param prompt the prompt
    /// @param result with the bits that the prompt has alone
    record Read(long index, Prompt prompt, LensResult result) implements Outcome {
    }

    /// A prompt that could not run.
    ///
    /// @param index   which prompt, from 0
    /// @param prompt  the prompt
    /// @param reason  as a constant
    /// @param message in words: what was expected, what was there
    record Refused(long index, Prompt prompt, Reason reason, String message) implements Outcome {

        /// @throws IllegalArgumentException always, with the message
        @Override
        public LensResult result() {
            throw new IllegalArgumentException(message);
        }
    }

    /// Which prompt this is about.
    ///
    /// @return its place in the input, from 0
    long index();

    /// The prompt.
    ///
    /// @return as it was given
    Prompt prompt();

    /// The result.
    ///
    /// @return what was read
    /// @throws IllegalArgumentException if the prompt could not run
    LensResult result();
}
