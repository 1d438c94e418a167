package io.github.logitlens;

/// How far a [CorpusReader] has come: where another one goes on, in another process, with the same rows.
///
/// ```java
/// CorpusPlace place = reader.place();    // CorpusPlace[document=0, windows=3900, bytes=3996071, tokens=998312]
/// try (Reader rest = …) {                // the same text, its first place.bytes() bytes skipped
///     lens.corpus(List.of(CorpusDocument.of("book", rest)).iterator(), options.from(place))
/// }
/// ```
///
/// @param document the document in which it goes on, from 0: as many are finished
/// @param windows  how many of its windows are finished
/// @param bytes    as many bytes of its text, as UTF-8, are not needed any more; 0 for a [Prompt], which is given whole
/// @param tokens   how many tokens these are
public record CorpusPlace(long document, long windows, long bytes, long tokens) {

    /// The beginning of the first document.
    public static final CorpusPlace START = new CorpusPlace(0, 0, 0, 0);

    /// Checks the numbers.
    ///
    /// @throws IllegalArgumentException if one is negative
    public CorpusPlace {
        if (document < 0 || windows < 0 || bytes < 0 || tokens < 0) {
            throw new IllegalArgumentException("place: expected no negative number, got document " + document + ", windows " + windows
                    + ", bytes " + bytes + ", tokens " + tokens);
        }
    }

    /// The beginning of a document.
    ///
    /// @param document which, from 0
    /// @return the place
    public static CorpusPlace ofDocument(long document) {
        return new CorpusPlace(document, 0, 0, 0);
    }
}
