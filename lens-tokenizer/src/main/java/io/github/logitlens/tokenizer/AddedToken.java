package io.github.logitlens.tokenizer;

/// A token that is found in a text as it stands, before the text is cut into pre-tokens.
///
/// @param id        the token's id
/// @param content   the text it matches, not empty
/// @param special   whether it matches only with [SpecialTokens#PARSE]
/// @param stripLeft  whether it takes the white space before it along
/// @param stripRight whether it takes the white space after it along
/// @param late      whether it is looked for only where the others (`normalized: false`) left text over
record AddedToken(int id, String content, boolean special, boolean stripLeft, boolean stripRight, boolean late) {
}
