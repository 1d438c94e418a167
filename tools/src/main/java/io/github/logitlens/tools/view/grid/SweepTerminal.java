package io.github.logitlens.tools.view.grid;

import io.github.logitlens.Sweep;
import io.github.logitlens.SweepGrid;
import io.github.logitlens.internal.view.RunHeader;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import io.github.logitlens.internal.view.Wrapping;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.SweepHeader;
import io.github.logitlens.tools.view.draw.ColourMap;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.OptionalInt;

/// A sweep as coloured grids in a terminal, one below the other; a wide one in several blocks.
///
/// ```text
/// Residual before the block
///          0     1     2
///          The   Eif.. Tow..
/// Layer 0 +0.00 +0.12 +0.93
/// ```
public final class SweepTerminal {

    private static final int CELL = 8;
    private static final int LEGEND_STEPS = 25;

    private final ColourDepth depth;
    private final int width;
    private final String compute;

    /// Grids for one kind of terminal.
    ///
    /// @param depth   the terminal's colours
    /// @param width   the terminal's columns
    /// @param compute kernels and threads, in a few words
    public SweepTerminal(ColourDepth depth, int width, String compute) {
        this.depth = depth;
        this.width = width;
        this.compute = compute;
    }

    /// Writes a header and the grids.
    ///
    /// @param sweep what to show
    /// @param out   where to
    /// @throws IOException if `out` fails
    public void write(Sweep sweep, Writer out) throws IOException {
        new SweepHeader(sweep).write(compute, OptionalInt.of(width), out);
        SweepScale scale = SweepScale.of(sweep);
        if (depth != ColourDepth.NONE) {
            StringBuilder ramp = new StringBuilder();
            for (int step = 0; step < LEGEND_STEPS; step++) {
                ramp.append(depth.painted(" ", step / (LEGEND_STEPS - 1.0), ColourMap.DIVERGING));
            }
            RunHeader.field("colour", scale.figure(-scale.largest()) + " " + ramp + " " + scale.figure(scale.largest()), out);
        }
        out.write(Wrapping.wrapped(TextWidth.padded("cells", RunHeader.INDENT) + scale.title() + ". " + scale.meaning(), width) + "\n");
        for (SweepGrid grid : sweep.grids()) {
            out.write("\n" + depth.bold(grid.site().label()) + "\n");
            grid(sweep, scale, grid, out);
        }
    }

    private void grid(Sweep sweep, SweepScale scale, SweepGrid grid, Writer out) throws IOException {
        int labels = grid.rowLabels().stream().mapToInt(TextWidth::of).max().orElse(0) + 1;
        int fit = Math.max(1, (width - labels) / CELL);
        for (int first = 0; first < grid.columns(); first += fit) {
            int end = Math.min(grid.columns(), first + fit);
            if (first > 0) {
                out.write('\n');
            }
            heads(sweep, grid, first, end, labels, out);
            for (int row = 0; row < grid.rows(); row++) {
                out.write(TextWidth.padded(grid.rowLabels().get(row), labels));
                for (int column = first; column < end; column++) {
                    String text = TextWidth.leftPadded(scale.figure(scale.change(grid.cell(row, column))), CELL - 1);
                    out.write(depth.painted(text, scale.place(grid.cell(row, column)), ColourMap.DIVERGING));
                    out.write(column == end - 1 ? "" : " ");
                }
                out.write('\n');
            }
        }
    }

    private void heads(Sweep sweep, SweepGrid grid, int first, int end, int labels, Writer out) throws IOException {
        StringBuilder numbers = new StringBuilder(" ".repeat(labels));
        for (int column = first; column < end; column++) {
            numbers.append(TextWidth.leftPadded(grid.columnLabels().get(column), CELL - 1)).append(' ');
        }
        out.write(depth.faint(numbers.toString().stripTrailing()) + "\n");
        if (grid.columnAxis().equals("position")) {
            tokens(sweep.clean(), first, end, labels, out);
            if (sweep.corrupted().isPresent()) {
                tokens(sweep.corrupted().get(), first, end, labels, out);
            }
        }
    }

    private void tokens(List<Token> tokens, int first, int end, int labels, Writer out) throws IOException {
        StringBuilder texts = new StringBuilder(" ".repeat(labels));
        for (int column = first; column < end; column++) {
            texts.append(TextWidth.leftPadded(SafeText.fitted(tokens.get(column).display(), CELL - 1).strip(), CELL - 1)).append(' ');
        }
        out.write(texts.toString().stripTrailing() + "\n");
    }
}
