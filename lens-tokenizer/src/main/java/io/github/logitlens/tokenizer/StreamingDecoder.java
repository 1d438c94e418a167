package io.github.logitlens.tokenizer;

import java.util.Arrays;

/// Turns tokens into text one by one and never gives half a character: bytes that begin one wait for the rest.
///
/// ```java
/// StreamingDecoder decoder = tokenizer.streamingDecoder();
/// decoder.accept(30325)    // " ", and three bytes of 😀 are held back
/// decoder.accept(222)      // "😀"
/// decoder.finish()         // ""
/// ```
///
/// All that [#accept(int)] and, at the end, [#finish()] return is together what [Gpt2Tokenizer#decode(int...)] gives for
/// the same ids. Not for use by several threads at once.
public final class StreamingDecoder {
    private final Vocabulary vocabulary;
    /// The beginning of a character, up to three bytes.
    private byte[] held = new byte[0];

    StreamingDecoder(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    /// The text that token `id` completes, often all of its own; empty if it only begins a character.
    ///
    /// @param id the next token
    /// @return the text, perhaps empty
    /// @throws IllegalArgumentException if there is no such token
    public String accept(int id) {
        Gpt2Tokenizer.checkId(id, vocabulary);
        byte[] bytes = Arrays.copyOf(held, held.length + vocabulary.length(id));
        vocabulary.copy(id, bytes, held.length);
        int complete = bytes.length - Utf8.unfinished(bytes, 0, bytes.length);
        held = Arrays.copyOfRange(bytes, complete, bytes.length);
        return Utf8.decode(bytes, 0, complete);
    }

    /// What is still held back, as U+FFFD, since nothing follows; then the decoder is as new.
    ///
    /// @return the rest, most often empty
    public String finish() {
        String rest = Utf8.decode(held, 0, held.length);
        held = new byte[0];
        return rest;
    }
}
