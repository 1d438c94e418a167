package io.github.logitlens;

import java.io.Reader;
import java.util.Objects;
import java.util.Optional;

/// A text of a corpus, of any length: from memory, or read bit by bit as it is needed.
///
/// ```java
/// CorpusDocument.of("greeting", Prompt.of("Hello world"))
/// CorpusDocument.of("moby-dick", Files.newBufferedReader(Path.of("moby-dick.txt")))
/// ```
public final class CorpusDocument {

    private final String id;
    private final Optional<Prompt> prompt;
    /// Null where there is a prompt.
    private final Reader text;

    private CorpusDocument(String id, Optional<Prompt> prompt, Reader text) {
        this.id = Objects.requireNonNull(id, "id");
        this.prompt = prompt;
        this.text = text;
    }

    /// A text or token ids.
    ///
    /// @param id     what its rows are to bear
    /// @param prompt a text or ids, without BOS
    /// @return the document
    public static CorpusDocument of(String id, Prompt prompt) {
        return new CorpusDocument(id, Optional.of(prompt), null);
    }

    /// A text that is read once, a few kilobytes at a time.
    ///
    /// @param id   what its rows are to bear
    /// @param text the text; closed at its end, or by [CorpusReader#close]
    /// @return the document
    public static CorpusDocument of(String id, Reader text) {
        return new CorpusDocument(id, Optional.empty(), Objects.requireNonNull(text, "text"));
    }

    /// What its rows bear.
    ///
    /// @return the id, as it was given
    public String id() {
        return id;
    }

    Optional<Prompt> prompt() {
        return prompt;
    }

    Reader text() {
        return text;
    }

    /// The id.
    @Override
    public String toString() {
        return "CorpusDocument[" + id + "]";
    }
}
