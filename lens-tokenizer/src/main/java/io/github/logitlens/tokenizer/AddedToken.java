package io.github.logitlens.tokenizer;

/// A token that is found in a text as it stands, before the text is cut into pre-tokens.
///
/// @param id         the token's id
/// @param content    the text it matches, not empty
/// @param special    whether it matches only with [SpecialTokens#PARSE]
/// @param stripLeft  whether it takes the white space before it along
/// @param stripRight whether it takes the white space after it along
/// @param singleWord whether it matches only where no letter, digit or underscore touches it
/// @param late       whether it is looked for, normalized, in what a normalizer made of the text that the others
///                   (`normalized: false`) left over
record AddedToken(int id, String content, boolean special, boolean stripLeft, boolean stripRight, boolean singleWord,
        boolean late) {
    /// A special token that matches where its text stands and takes nothing along.
    static AddedToken special(int id, String content) {
        return new AddedToken(id, content, true, false, false, false, false);
    }

    /// The same token, as a special one.
    AddedToken asSpecial() {
        return new AddedToken(id, content, true, stripLeft, stripRight, singleWord, late);
    }

    /// A token that is found by another text.
    AddedToken withContent(String other) {
        return new AddedToken(id, other, special, stripLeft, stripRight, singleWord, late);
    }

    /// The same token under another id.
    AddedToken withId(int other) {
        return new AddedToken(other, content, special, stripLeft, stripRight, singleWord, late);
    }
}
