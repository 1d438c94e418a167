package io.github.logitlens.tools.view;

import io.github.logitlens.tokenizer.Explanation;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;

/// How a text became tokens, for people: each pre-token with its bytes, its merges in the order in which they were made, and
/// the tokens it ended in.
///
/// ```text
/// " world"   20 77 6f 72 6c 64
///   " " + "w" → " w"   rank 2
///   …
///   = " world" 995
/// ```
public final class ExplanationText {

    private ExplanationText() {
    }

    /// Writes an explanation.
    ///
    /// @param explanation how a text became tokens
    /// @param out         where to
    /// @throws IOException if it cannot be written
    public static void write(Explanation explanation, Writer out) throws IOException {
        for (Explanation.PreToken part : explanation.preTokens()) {
            out.write("\"" + TokenTable.display(part.text()) + "\"   " + part.hex().replaceAll("..(?=.)", "$0 ") + "\n");
            for (Explanation.Merge merge : part.merges()) {
                out.write("  " + quoted(merge.left()) + " + " + quoted(merge.right()) + " → " + quoted(merge.result())
                        + "   rank " + merge.rank() + "\n");
            }
            StringBuilder tokens = new StringBuilder("  =");
            for (Token token : part.tokens()) {
                tokens.append(' ').append(quoted(token)).append(' ').append(token.id());
            }
            out.write(tokens.append('\n').toString());
        }
    }

    private static String quoted(Token token) {
        return "\"" + token.display() + "\"";
    }
}
