package io.github.logitlens.tokenizer;

/// A token and the part of the text it covers, counted in UTF-16 units (`String.substring`) and in code points (what
/// Hugging Face reports).
///
/// ```java
/// tokenizer.encodeWithSpans("Hi 😀!")
/// // TokenSpan[id=17250, start=0, end=2, codePointStart=0, codePointEnd=2]    "Hi"
/// // TokenSpan[id=30325, start=2, end=5, codePointStart=2, codePointEnd=4]    " 😀", its first three bytes
/// // TokenSpan[id=222, start=3, end=5, codePointStart=3, codePointEnd=4]      "😀", its last byte
/// // TokenSpan[id=0, start=5, end=6, codePointStart=4, codePointEnd=5]        "!"
/// ```
///
/// A leading space belongs to its token. Tokens that share a character each cover all of it, so spans may overlap there.
///
/// @param id             the token's id
/// @param start          index of the first UTF-16 unit
/// @param end            index after the last UTF-16 unit
/// @param codePointStart index of the first code point
/// @param codePointEnd   index after the last code point
public record TokenSpan(int id, int start, int end, int codePointStart, int codePointEnd) {
}
