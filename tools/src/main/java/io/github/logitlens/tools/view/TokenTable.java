package io.github.logitlens.tools.view;

import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;

/// Tokens as text: a line each, with id, bytes and text.
public final class TokenTable {

    /// A run of a hundred dashes is one token: it may stand out of its column.
    private static final int BYTES_WIDTH = 24;
    private static final int ID_WIDTH = 5;
    private static final String GAP = "  ";

    private TokenTable() {
    }

    /// Writes a heading and one line a token.
    ///
    /// @param tokens the tokens
    /// @param width  the terminal's columns, to which long bytes and texts are cut; empty for the full form
    /// @param out    where to
    /// @throws IOException if `out` fails
    public static void write(List<Token> tokens, OptionalInt width, Writer out) throws IOException {
        int hex = tokens.stream().mapToInt(token -> token.hex().length()).max().orElse(0);
        hex = Math.clamp(hex, "bytes".length(), BYTES_WIDTH);
        out.write(TextWidth.leftPadded("id", ID_WIDTH) + GAP + TextWidth.padded("bytes", hex) + GAP + "text\n");
        for (Token token : tokens) {
            String line = line(token, token.hex(), hex, token.display());
            if (TextWidth.of(line) > width.orElse(Integer.MAX_VALUE)) {
                int room = width.getAsInt() - TextWidth.of(line(token, "", 0, ""));
                String bytes = cut(token.hex(), Math.min(hex, room / 2));
                line = line(token, bytes, hex, cut(token.display(), room - Math.max(hex, bytes.length())));
            }
            out.write(line + "\n");
        }
    }

    private static String line(Token token, String bytes, int hex, String text) {
        return TextWidth.leftPadded(Integer.toString(token.id()), ID_WIDTH) + GAP + TextWidth.padded(bytes, hex) + GAP
                + "\"" + text + "\"";
    }

    private static String cut(String text, int width) {
        return TextWidth.of(text) <= width ? text : SafeText.start(text, width - 1) + "…";
    }

    /// Text in the form in which tokens are shown, so that nothing in it can disturb a terminal.
    static String display(String text) {
        return new Token(0, text.getBytes(StandardCharsets.UTF_8)).display();
    }
}
