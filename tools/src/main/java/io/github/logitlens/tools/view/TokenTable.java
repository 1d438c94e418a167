package io.github.logitlens.tools.view;

import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Tokens as text: a line each, with id, bytes and text.
public final class TokenTable {

    /// A run of a hundred dashes is one token: it may stand out of its column.
    private static final int BYTES_WIDTH = 24;

    private TokenTable() {
    }

    /// Writes a heading and one line a token.
    ///
    /// @param tokens the tokens
    /// @param out    where to
    /// @throws IOException if `out` fails
    public static void write(List<Token> tokens, Writer out) throws IOException {
        int hex = tokens.stream().mapToInt(token -> token.hex().length()).max().orElse(0);
        hex = Math.clamp(hex, "bytes".length(), BYTES_WIDTH);
        out.write("   id  " + TextWidth.padded("bytes", hex) + "  text\n");
        for (Token token : tokens) {
            out.write(TextWidth.leftPadded(Integer.toString(token.id()), 5) + "  " + TextWidth.padded(token.hex(), hex) + "  \""
                    + token.display() + "\"\n");
        }
    }

    /// Text in the form in which tokens are shown, so that nothing in it can disturb a terminal.
    static String display(String text) {
        return new Token(0, text.getBytes(StandardCharsets.UTF_8)).display();
    }
}
