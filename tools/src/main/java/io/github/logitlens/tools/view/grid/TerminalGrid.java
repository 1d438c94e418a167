package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.internal.view.RunHeader;
import io.github.logitlens.internal.view.RunView;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import io.github.logitlens.internal.view.Wrapping;
import io.github.logitlens.tools.view.draw.ColourMap;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A result as a coloured grid in a terminal: rows are points, columns positions, a cell the most likely next token on the
/// colour of a number. A long prompt becomes several blocks, one below the other, each as wide as the terminal allows.
///
/// ```text
///            5      6
///             is     in
/// Layer 6   │ the ▄│ the   ▆│
/// Layer 7   │ in✓▇│ Paris ██│
/// ```
///
/// That is the form without colours, where the height of a block at a cell's end stands for the colour.
public final class TerminalGrid implements RunView {

    private static final char FOLLOWS = '✓';
    private static final char DECIDED = '◆';
    private static final char BOTH = '◈';
    private static final int WIDEST_CELL = 12;
    private static final int NARROWEST_CELL = 3;
    private static final int LEGEND_WIDTH = 24;

    private final GridChoice choice;
    private final ColourDepth depth;
    private final int width;
    private final String compute;
    private final boolean hashes;

    /// A grid for one kind of terminal.
    ///
    /// @param choice  what is drawn
    /// @param depth   the terminal's colours
    /// @param width   the terminal's columns
    /// @param compute kernels and threads, in a few words
    /// @param hashes  whether the header has the hashes of weights and tokenizer, as one that is kept should
    public TerminalGrid(GridChoice choice, ColourDepth depth, int width, String compute, boolean hashes) {
        this.choice = Objects.requireNonNull(choice, "choice");
        this.depth = Objects.requireNonNull(depth, "depth");
        this.width = width;
        this.compute = Objects.requireNonNull(compute, "compute");
        this.hashes = hashes;
    }

    @Override
    public void write(LensResult result, Writer out) throws IOException {
        LensGrid grid = LensGrid.of(result, choice);
        RunHeader header = new RunHeader(compute, width);
        header.within(lines -> header.write(result, hashes, lines), out);
        legend(grid, out);
        int labels = grid.rows().stream().mapToInt(point -> TextWidth.of(point.label())).max().orElse(0) + 1;
        for (int first = 0; first < grid.positions().size();) {
            int end = blockEnd(grid, first, labels);
            out.write('\n');
            block(grid, first, end, labels, out);
            first = end;
        }
        new TokenPath(depth, width).write(grid, out);
    }

    private void legend(LensGrid grid, Writer out) throws IOException {
        ColourScale scale = grid.scale();
        StringBuilder ramp = new StringBuilder();
        String darkest = ScaleText.darkest(grid);
        String brightest = ScaleText.brightest(grid);
        int room = width - RunHeader.INDENT - TextWidth.of(darkest) - TextWidth.of(brightest) - 2;
        int steps = depth == ColourDepth.NONE ? 8 : Math.clamp(room, 8, LEGEND_WIDTH);
        for (int i = 0; i < steps; i++) {
            double place = i / (steps - 1.0);
            ramp.append(depth == ColourDepth.NONE ? Blocks.height(place) : depth.painted(" ", place, grid.quantity().kind().colours()));
        }
        RunHeader.field(depth == ColourDepth.NONE ? "block" : "colour",
                darkest + " " + ramp + " " + brightest, out);
        out.write(Wrapping.wrapped(" ".repeat(RunHeader.INDENT) + grid.quantity().title() + ", " + scale.scale()
                + " scale. " + grid.quantity().meaning(), width) + "\n");
        if (grid.knowsWhatFollows()) {
            out.write(Wrapping.wrapped(TextWidth.padded(String.valueOf(FOLLOWS), RunHeader.INDENT)
                    + "the token that does follow in the prompt", width) + "\n");
        }
        if (!grid.facts().isEmpty()) {
            out.write(Wrapping.wrapped(TextWidth.padded(String.valueOf(DECIDED), RunHeader.INDENT)
                    + "the decision layer: from here on the first choice stays"
                    + (grid.knowsWhatFollows() ? "; " + BOTH + " both" : ""), width) + "\n");
        }
    }

    /// The column behind the last one that fits; always at least one.
    private int blockEnd(LensGrid grid, int first, int labels) {
        int used = labels + edge();
        int end = first;
        while (end < grid.positions().size() && (end == first || used + columnWidth(grid, end) <= width)) {
            used += columnWidth(grid, end);
            end++;
        }
        return end;
    }

    /// The columns before the first cell.
    private int edge() {
        return depth == ColourDepth.NONE ? 1 : 0;
    }

    /// A cell, its mark, its block if there are no colours, and what separates it from the next.
    private int columnWidth(LensGrid grid, int column) {
        return textWidth(grid, column) + (depth == ColourDepth.NONE ? 3 : 2);
    }

    private static int textWidth(LensGrid grid, int column) {
        int position = grid.positions().get(column);
        int widest = Math.max(TextWidth.of(SafeText.alone(grid.token(position).display())), Integer.toString(position).length());
        for (LensGrid.Fact fact : grid.facts()) {
            widest = Math.max(widest, TextWidth.of(fact.texts().get(column)));
        }
        for (List<LensGrid.Cell> row : grid.cells()) {
            widest = Math.max(widest, TextWidth.of(SafeText.alone(row.get(column).top().token().display())));
        }
        return Math.clamp(widest, NARROWEST_CELL, WIDEST_CELL);
    }

    private void block(LensGrid grid, int first, int end, int labels, Writer out) throws IOException {
        List<String> numbers = new ArrayList<>();
        List<String> tokens = new ArrayList<>();
        for (int column = first; column < end; column++) {
            int position = grid.positions().get(column);
            int cell = columnWidth(grid, column);
            numbers.add(TextWidth.padded(Integer.toString(position), cell));
            tokens.add(TextWidth.padded(SafeText.fitted(grid.token(position).display(), textWidth(grid, column)), cell));
        }
        String indent = " ".repeat(labels + edge());
        out.write(depth.faint((indent + String.join("", numbers)).stripTrailing()) + "\n");
        out.write(depth.bold((indent + String.join("", tokens)).stripTrailing()) + "\n");
        for (int row = 0; row < grid.rows().size(); row++) {
            LensPoint point = grid.rows().get(row);
            out.write(TextWidth.padded(point.label(), labels) + (depth == ColourDepth.NONE ? "│" : ""));
            for (int column = first; column < end; column++) {
                cell(grid.cells().get(row).get(column), textWidth(grid, column), grid.quantity().kind().colours(), out);
            }
            out.write('\n');
        }
        for (LensGrid.Fact fact : grid.facts()) {
            StringBuilder line = new StringBuilder(TextWidth.padded(fact.label(), labels + edge()));
            for (int column = first; column < end; column++) {
                line.append(TextWidth.padded(SafeText.fitted(fact.texts().get(column), textWidth(grid, column)),
                        columnWidth(grid, column)));
            }
            out.write(depth.faint(line.toString().stripTrailing()) + "\n");
        }
    }

    private void cell(LensGrid.Cell cell, int textWidth, ColourMap colours, Writer out) throws IOException {
        String text = SafeText.fitted(cell.top().token().display(), textWidth) + mark(cell);
        out.write(depth == ColourDepth.NONE
                ? text + Blocks.height(cell.place()) + "│"
                : depth.painted(text, cell.place(), colours) + " ");
    }

    private static char mark(LensGrid.Cell cell) {
        return cell.decided() ? (cell.follows() ? BOTH : DECIDED) : cell.follows() ? FOLLOWS : ' ';
    }
}
