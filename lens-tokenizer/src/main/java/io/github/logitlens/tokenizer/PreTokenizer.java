package io.github.logitlens.tokenizer;

/// Cuts text where GPT-2's pattern does, left to right, without a regular expression engine:
///
/// ```
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// ```
///
/// It reads well-formed UTF-8, needs no look-behind, and takes time linear in the text.
final class PreTokenizer {
    private PreTokenizer() {
    }

    /// The end of the pre-token that begins at `from` of `text[0, end)`, well-formed UTF-8; `from < end`.
    static int next(byte[] text, int from, int end) {
        if (text[from] == '\'') {
            int contraction = contraction(text, from, end);
            if (contraction > 0) {
                return from + contraction;
            }
        }
        int start = text[from] == ' ' && from + 1 < end ? from + 1 : from;
        byte kind = classAt(text, start);
        return kind == CharClasses.SPACE ? spaces(text, from, end) : run(text, start, end, kind);
    }

    /// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at the apostrophe at `from`, or 0.
    private static int contraction(byte[] text, int from, int end) {
        if (from + 1 >= end) {
            return 0;
        }
        return switch (text[from + 1]) {
            case 's', 't', 'm', 'd' -> 2;
            case 'r', 'v' -> from + 2 < end && text[from + 2] == 'e' ? 3 : 0;
            case 'l' -> from + 2 < end && text[from + 2] == 'l' ? 3 : 0;
            default -> 0;
        };
    }

    /// The end of the run of `kind` at `from`.
    private static int run(byte[] text, int from, int end, byte kind) {
        int at = from;
        while (at < end && classAt(text, at) == kind) {
            at += length(text[at]);
        }
        return at;
    }

    /// `\s+(?!\S)|\s+`: all the white space up to the end of the text, or all but its last character before something else
    /// (which that character then leads, or stands alone).
    private static int spaces(byte[] text, int from, int end) {
        int at = from;
        int last = from;
        while (at < end && classAt(text, at) == CharClasses.SPACE) {
            last = at;
            at += length(text[at]);
        }
        return at == end || last == from ? at : last;
    }

    private static byte classAt(byte[] text, int at) {
        return CharClasses.of(Utf8.codePoint(text, at));
    }

    private static int length(byte lead) {
        return lead >= 0 ? 1 : (lead & 0xE0) == 0xC0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : 4;
    }
}
