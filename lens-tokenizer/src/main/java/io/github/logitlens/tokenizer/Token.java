package io.github.logitlens.tokenizer;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/// One entry of the vocabulary: an id and the bytes it stands for, which need not be whole characters.
///
/// ```java
/// Token token = tokenizer.token(6342);
/// token.display()                      // " Paris"
/// token.hex()                          // "205061726973"
/// tokenizer.token(198).display()       // "\n", a backslash and an n
/// tokenizer.token(222).display()       // "\x80", a byte that is no character of its own
/// ```
///
/// Libraries that write records as JSON write `{"id":6342,"text":" Paris","bytes":"IFBhcmlz"}`.
///
/// @param id    the token's id
/// @param text  the bytes read as UTF-8, with U+FFFD where they are not: for looking at, since the tokens of one character,
///              read one by one, do not give that character ([Gpt2Tokenizer#decode(int...)] does)
/// @param bytes the bytes, *copied* on the way in and out
public record Token(int id, String text, byte[] bytes) {
    /// A token of its own bytes and the text that they are read as.
    ///
    /// @throws IllegalArgumentException if `text` is not what `bytes` are read as
    public Token {
        bytes = bytes.clone();
        String read = Utf8.decode(bytes, 0, bytes.length);
        if (!text.equals(read)) {
            throw new IllegalArgumentException(
                    "text of token " + id + ": expected " + Place.quote(read) + ", got " + Place.quote(text));
        }
    }

    /// A token of its own bytes.
    ///
    /// @param id    the token's id
    /// @param bytes the bytes, *copied*
    public Token(int id, byte[] bytes) {
        this(id, Utf8.decode(bytes, 0, bytes.length), bytes);
    }

    /// The bytes.
    ///
    /// @return the bytes, *copied*
    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    /// The text for a screen: the token's characters, with control characters and bytes that are no character as `\n`,
    /// `\t`, `\r` or `\x80`. Format characters, variation selectors and others that are drawn as nothing, and U+FFFD itself, are shown by their bytes too, so the result
    /// never holds a bare U+FFFD, a line break or a change of direction.
    ///
    /// @return the text for a screen
    public String display() {
        StringBuilder shown = new StringBuilder(bytes.length);
        int at = 0;
        while (at < bytes.length) {
            int length = Utf8.sequenceLength(bytes, at, bytes.length);
            int codePoint = length > 0 ? Utf8.codePoint(bytes, at) : Utf8.REPLACEMENT;
            if (isVisible(codePoint)) {
                shown.appendCodePoint(codePoint);
            } else {
                for (int i = at; i < at + Math.abs(length); i++) {
                    appendEscape(shown, bytes[i]);
                }
            }
            at += Math.abs(length);
        }
        return shown.toString();
    }

    /// The bytes in lower-case hexadecimal.
    ///
    /// @return two digits a byte
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    private static boolean isVisible(int codePoint) {
        return codePoint != Utf8.REPLACEMENT && switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> !isIgnorable(codePoint);
        };
    }

    /// The code points of Unicode's Default_Ignorable_Code_Point, which fonts draw as nothing, that are no format characters: fillers,
    /// joiners, variation selectors, and what is kept free for more of them.
    private static boolean isIgnorable(int codePoint) {
        return switch (codePoint) {
            case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2065, 0x3164, 0xFFA0 -> true;
            default -> codePoint >= 0xFE00 && codePoint <= 0xFE0F || codePoint >= 0xFFF0 && codePoint <= 0xFFF8
                    || codePoint >= 0xE0000 && codePoint <= 0xE0FFF;
        };
    }

    private static void appendEscape(StringBuilder shown, byte b) {
        switch (b) {
            case '\n' -> shown.append("\\n");
            case '\t' -> shown.append("\\t");
            case '\r' -> shown.append("\\r");
            default -> shown.append("\\x").append(HexFormat.of().toHexDigits(b));
        }
    }

    /// Same id, same bytes.
    @Override
    public boolean equals(Object other) {
        return other instanceof Token token && id == token.id && Arrays.equals(bytes, token.bytes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, Arrays.hashCode(bytes));
    }

    /// The id and the display form, `Token[id=6342, " Paris"]`.
    @Override
    public String toString() {
        return "Token[id=" + id + ", \"" + display() + "\"]";
    }
}
