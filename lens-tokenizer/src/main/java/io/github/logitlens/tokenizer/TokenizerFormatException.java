package io.github.logitlens.tokenizer;

import io.github.logitlens.error.LensException;

/// A tokenizer's files are missing or not what they should be. The message says what was expected, what was found, and
/// where:
///
/// ```
/// merge: expected two symbols separated by one space, got "a b c" (in merges.txt, line 12)
/// ```
public final class TokenizerFormatException extends LensException {
    private static final long serialVersionUID = 1L;

    /// What is wrong.
    public enum Reason {
        /// The directory holds neither `tokenizer.json` nor `vocab.json` with `merges.txt`, and GPT-2's own vocabulary cannot
        /// be what is meant.
        MISSING_FILE,
        /// The file is there but is no regular file, or reading it failed.
        UNREADABLE,
        /// The file, the vocabulary or the list of merges is larger than any tokenizer's.
        TOO_LARGE,
        /// Not well-formed UTF-8.
        BAD_ENCODING,
        /// Not JSON, or cut short, or nested without end.
        BAD_JSON,
        /// JSON, but not the structure of this file: a field is missing or has another type.
        BAD_STRUCTURE,
        /// One token twice.
        DUPLICATE_TOKEN,
        /// Two tokens with one id.
        DUPLICATE_ID,
        /// One of the 256 bytes has no token, and the token for unknown ones is not in the vocabulary either.
        MISSING_BYTE,
        /// A merge that is not two symbols.
        BAD_MERGE,
        /// A merge of, or into, something that is not in the vocabulary.
        UNKNOWN_SYMBOL,
        /// One merge twice.
        DUPLICATE_MERGE,
        /// A tokenizer of another kind than GPT-2's, or a feature that would change its ids.
        UNSUPPORTED
    }

    /// What to do with a model whose tokenizer is not GPT-2's.
    private static final String REMEDY = "; give token ids in place of text";

    /// Why the file was refused.
    private final Reason reason;

    TokenizerFormatException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /// A tokenizer of another kind; `message` says what was expected and found.
    static TokenizerFormatException unsupported(String message) {
        return new TokenizerFormatException(Reason.UNSUPPORTED, message + REMEDY);
    }

    /// The same refusal, thrown where the tokenizer is used.
    TokenizerFormatException again() {
        return new TokenizerFormatException(reason, getMessage(), this);
    }

    TokenizerFormatException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /// Why the file was refused.
    ///
    /// @return the reason
    @Override
    public Reason reason() {
        return reason;
    }
}
