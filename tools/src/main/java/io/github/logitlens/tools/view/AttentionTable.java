package io.github.logitlens.tools.view;

import io.github.logitlens.Attention;
import io.github.logitlens.AttentionHead;
import io.github.logitlens.internal.view.RunHeader;
import io.github.logitlens.internal.view.TextWidth;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;
import java.util.OptionalInt;

/// Attention as text: a line for each head with what it looks like.
///
/// ```text
///        entropy  previous     first  induction
/// L0H0      1.29      0.09      0.51       0.02
/// ```
public final class AttentionTable {

    private static final int LABEL = 8;
    private static final int NUMBER = 10;
    private static final int WIDEST_HEADER = 100;

    private AttentionTable() {
    }

    /// Writes a header and the table.
    ///
    /// @param attention what to show
    /// @param compute   kernels and threads, in a few words
    /// @param width     the terminal's columns, for the header; empty for its full form
    /// @param hashes    whether the header has the hashes of weights and tokenizer, as one that is kept should
    /// @param out       where to
    /// @throws IOException if `out` fails
    public static void write(Attention attention, String compute, OptionalInt width, boolean hashes, Writer out) throws IOException {
        RunHeader header = new RunHeader(compute, width.orElse(WIDEST_HEADER));
        header.within(lines -> header.write(attention, hashes, lines), out);
        out.write('\n');
        StringBuilder names = new StringBuilder(" ".repeat(LABEL));
        for (String name : new String[] {"entropy", "previous", "first", "induction"}) {
            names.append(TextWidth.leftPadded(name, NUMBER));
        }
        out.write(names + "\n");
        for (AttentionHead head : attention.heads()) {
            StringBuilder line = new StringBuilder(TextWidth.padded(head.label(), LABEL));
            for (double score : new double[] {head.entropy(), head.previous(), head.first(), head.induction()}) {
                line.append(TextWidth.leftPadded(Double.isNaN(score) ? "-" : String.format(Locale.ROOT, "%.3f", score), NUMBER));
            }
            out.write(line + "\n");
        }
    }
}
