package io.github.logitlens.tools.view;

import io.github.logitlens.GeneratedSample;
import io.github.logitlens.GeneratedToken;
import io.github.logitlens.Generation;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.internal.view.SafeText;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;

/// A line for each token that a model writes, as it comes: where it stands, how likely it was, where it was decided.
public final class GenerationLines {

    private static final int TOKEN_WIDTH = 18;

    private GenerationLines() {
    }

    /// Writes a heading, the lines, and how each sample ended.
    ///
    /// @param generation with a lens, and not begun; brought to its end
    /// @param out        where to; flushed after each token
    /// @throws IOException if `out` fails
    public static void write(Generation generation, Writer out) throws IOException {
        boolean alone = generation.options().samples() == 1;
        out.write((alone ? "" : "sample  ") + "position  " + SafeText.fitted("token", TOKEN_WIDTH)
                + "  probability  decided at\n");
        while (generation.hasNext()) {
            GeneratedToken token = generation.next();
            LensResult lens = token.lens().orElseThrow();
            out.write((alone ? "" : String.format(Locale.ROOT, "%6d  ", token.sample()))
                    + String.format(Locale.ROOT, "%8d  ", token.position())
                    + SafeText.fitted('"' + token.token().display() + '"', TOKEN_WIDTH)
                    + String.format(Locale.ROOT, "  %11.3f  ", token.probability())
                    + decision(lens, token) + "\n");
            out.flush();
        }
        List<GeneratedSample> samples = generation.samples();
        for (int i = 0; i < samples.size(); i++) {
            out.write((alone ? "" : "sample " + i + " ") + "ended: " + samples.get(i).ended().orElseThrow().key() + "\n");
        }
    }

    /// A token that was drawn need not be the one that was decided.
    private static String decision(LensResult lens, GeneratedToken token) {
        if (lens.stopped()) {
            return "not read to the end";
        }
        TokenPrediction first = lens.top(lens.finalPoint(), -1).getFirst();
        String at = lens.decisionLayer(-1).label();
        return first.id() == token.id() ? at : at + ", for \"" + first.token().display() + '"';
    }
}
