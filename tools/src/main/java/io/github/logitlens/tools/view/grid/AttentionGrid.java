package io.github.logitlens.tools.view.grid;

import io.github.logitlens.Attention;
import io.github.logitlens.AttentionHead;
import io.github.logitlens.internal.view.RunHeader;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import io.github.logitlens.internal.view.Wrapping;
import io.github.logitlens.tools.view.draw.ColourMap;
import java.io.IOException;
import java.io.Writer;
import java.util.Locale;

/// Attention in a terminal: per head a triangle, a row for each query, a cell for each key that it sees, on the colour of its weight
/// or as a block whose height is the weight.
///
/// ```text
/// L3H0      entropy 1.02, previous 0.31, first 0.22, induction -
///                0  1  2
///  0 The         █
///  1  capital    ▇  ▂
///  2  of         ▅  ▁  ▃
/// ```
public final class AttentionGrid {

    private static final int TOKEN = 12;
    private static final int CELL = 3;

    private final ColourDepth depth;
    private final int width;
    private final String compute;
    private final boolean hashes;

    /// A grid for one kind of terminal.
    ///
    /// @param depth   the terminal's colours
    /// @param width   the terminal's columns
    /// @param compute kernels and threads, in a few words
    /// @param hashes  whether the header has the hashes of weights and tokenizer, as one that is kept should
    public AttentionGrid(ColourDepth depth, int width, String compute, boolean hashes) {
        this.depth = depth;
        this.width = width;
        this.compute = compute;
        this.hashes = hashes;
    }

    /// Writes a header and each head's triangle.
    ///
    /// @param attention what to show
    /// @param out       where to
    /// @throws IOException if `out` fails
    public void write(Attention attention, Writer out) throws IOException {
        RunHeader header = new RunHeader(compute, width);
        header.within(lines -> header.write(attention, hashes, lines), out);
        StringBuilder ramp = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            ramp.append(depth == ColourDepth.NONE ? Blocks.height(i / 7.0) : depth.painted("  ", i / 7.0, ColourMap.SEQUENTIAL));
        }
        RunHeader.field(depth == ColourDepth.NONE ? "block" : "colour", "0 " + ramp + " 1", out);
        out.write(Wrapping.wrapped(" ".repeat(RunHeader.INDENT) + "Weight of a key; rows are queries, columns keys.", width) + "\n");
        for (AttentionHead head : attention.heads()) {
            head(attention, head, out);
        }
    }

    private void head(Attention attention, AttentionHead head, Writer out) throws IOException {
        String scores = TextWidth.padded(head.label(), RunHeader.INDENT) + "entropy " + figure(head.entropy()) + ", previous "
                + figure(head.previous()) + ", first " + figure(head.first()) + ", induction " + figure(head.induction());
        out.write("\n" + depth.bold(Wrapping.wrapped(scores, width)) + "\n");
        int seqLen = attention.tokens().size();
        int digits = Integer.toString(seqLen - 1).length();
        int labels = digits + 1 + TOKEN + 1;
        int keys = Math.max(1, (width - labels) / CELL);
        for (int firstKey = 0; firstKey < seqLen; firstKey += keys) {
            int end = Math.min(firstKey + keys, seqLen);
            StringBuilder numbers = new StringBuilder(" ".repeat(labels));
            for (int key = firstKey; key < end; key++) {
                String number = Integer.toString(key);
                numbers.append(TextWidth.padded(number.substring(Math.max(0, number.length() - CELL)), CELL));
            }
            out.write(depth.faint(numbers.toString().stripTrailing()) + "\n");
            for (int query = firstKey; query < seqLen; query++) {
                StringBuilder line = new StringBuilder(TextWidth.leftPadded(Integer.toString(query), digits) + " "
                        + SafeText.fitted(attention.tokens().get(query).display(), TOKEN) + " ");
                for (int key = firstKey; key < Math.min(end, query + 1); key++) {
                    double weight = Math.clamp(head.weight(query, key), 0f, 1f);
                    line.append(depth == ColourDepth.NONE ? Blocks.height(weight) + "  " : depth.painted("   ", weight, ColourMap.SEQUENTIAL));
                }
                out.write(line.toString().stripTrailing() + "\n");
            }
        }
    }

    private static String figure(double score) {
        return Double.isNaN(score) ? "-" : String.format(Locale.ROOT, "%.2f", score);
    }
}
