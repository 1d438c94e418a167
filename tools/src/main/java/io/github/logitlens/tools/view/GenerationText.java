package io.github.logitlens.tools.view;

import io.github.logitlens.GeneratedSample;
import io.github.logitlens.GeneratedToken;
import io.github.logitlens.Generation;
import io.github.logitlens.internal.view.SafeText;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/// What a model writes, as it comes; of several samples, one after another once all are there.
public final class GenerationText {

    private GenerationText() {
    }

    /// Writes the text, and a line feed behind it.
    ///
    /// @param generation what has not begun; brought to its end
    /// @param terminal   whether control characters are shown as escapes, line feeds excepted
    /// @param out        where to; flushed after each token
    /// @throws IOException if `out` fails
    public static void write(Generation generation, boolean terminal, Writer out) throws IOException {
        boolean alone = generation.options().samples() == 1;
        while (generation.hasNext()) {
            GeneratedToken token = generation.next();
            if (alone) {
                out.write(shown(token.text(), terminal));
                out.flush();
            }
        }
        List<GeneratedSample> samples = generation.samples();
        for (int i = 0; !alone && i < samples.size(); i++) {
            out.write("sample " + i + ", seed " + (generation.options().seed() + i) + ", "
                    + samples.get(i).ended().orElseThrow().key() + ":\n" + shown(samples.get(i).text(), terminal) + "\n");
        }
        out.write(alone ? "\n" : "");
    }

    static String shown(String text, boolean terminal) {
        if (!terminal) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        for (String line : text.splitWithDelimiters("\n", 0)) {
            shown.append(line.equals("\n") ? line : SafeText.escaped(line));
        }
        return shown.toString();
    }
}
