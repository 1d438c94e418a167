package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.internal.view.Figures;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.draw.Canvas;
import io.github.logitlens.tools.view.draw.ColourMap;
import io.github.logitlens.tools.view.draw.Drawing;
import io.github.logitlens.tools.view.draw.Ink;
import io.github.logitlens.tools.view.draw.Paint;
import io.github.logitlens.tools.view.draw.Rgb;
import io.github.logitlens.tools.view.draw.Shape.Anchor;
import io.github.logitlens.tools.view.draw.Shape.Size;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A result as a picture: rows are points, columns positions, a cell the most likely next token on the colour of a number. A frame
/// marks each position's decision layer; below the columns stand what is known of a position over all its points. Long prompts
/// become several blocks, and tracked tokens have their paths below.
///
/// ```java
/// LensResult result = Lens.run("The Eiffel Tower is in");
/// GridChoice choice = new GridChoice(Quantity.named("entropy", result.options()), Scale.LINEAR, 1, false);
/// GridPicture.of(result, choice).writeSvg(Theme.AUTO, out);
/// ```
public final class GridPicture {

    private static final double CELL_WIDTH = 78;
    private static final double CELL_HEIGHT = 22;
    private static final int CELLS_A_LINE = 16;
    private static final int CELL_COLUMNS = 10;
    private static final double FACT_HEIGHT = 13;
    private static final double LEAST_WIDTH = 620;
    private static final double BLOCK_GAP = 18;
    private static final double HEADS = 2 * 16 + 4;

    private final LensGrid grid;
    private final Sheet sheet;
    private final double left;
    private final ColourMap colours;

    private GridPicture(LensGrid grid, Sheet sheet, double left) {
        this.grid = grid;
        this.sheet = sheet;
        this.left = left;
        colours = grid.quantity().kind().colours();
    }

    /// Draws a result.
    ///
    /// @param result the run
    /// @param choice what is drawn
    /// @return the picture
    /// @throws IllegalArgumentException if a logarithmic scale is asked of negative numbers
    public static Drawing of(LensResult result, GridChoice choice) {
        LensGrid grid = LensGrid.of(result, choice);
        int widest = grid.rows().stream().mapToInt(point -> TextWidth.of(point.label())).max().orElse(0);
        double left = Sheet.MARGIN + 12 + Math.ceil(Size.NORMAL.column() * widest);
        int columns = Math.min(CELLS_A_LINE, grid.positions().size());
        double width = Math.max(LEAST_WIDTH, left + columns * CELL_WIDTH + Sheet.MARGIN);
        Sheet sheet = new Sheet(title(result), width, Optional.of(result.provenance()));
        return new GridPicture(grid, sheet, left).drawing(width);
    }

    private Drawing drawing(double width) {
        heading();
        double y = sheet.below();
        for (int first = 0; first < grid.positions().size(); first += CELLS_A_LINE) {
            y = block(first, Math.min(first + CELLS_A_LINE, grid.positions().size()), y);
        }
        y -= BLOCK_GAP;
        if (!grid.result().options().tracked().isEmpty()) {
            y = PathChart.draw(grid.result(), sheet.canvas(), Sheet.MARGIN, y + BLOCK_GAP, width - 2 * Sheet.MARGIN);
        }
        return sheet.end(y, description());
    }

    private static String title(LensResult result) {
        String kind = result.provenance().lens();
        return kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1) + " lens: " + result.modelId();
    }

    private String description() {
        LensResult result = grid.result();
        LensPoint last = result.points().getLast();
        int position = grid.positions().getLast();
        boolean residual = grid.rows().stream().allMatch(point -> point.kind().isResidual());
        return "A grid of " + grid.rows().size() + (residual ? " points of the residual stream" : " points") + " by "
                + grid.positions().size() + " of " + result.tokens().size() + " token positions, norm "
                + result.options().layerNorm().key() + ". Each cell holds the most likely next token; its colour shows "
                + grid.quantity().title() + ", from " + grid.quantity().figure(grid.scale().darkest()) + " (" + ends()[0] + ") to "
                + grid.quantity().figure(grid.scale().brightest()) + " (" + ends()[1] + "), " + grid.scale().scale()
                + " scale. At the last position, " + last.label() + "'s first choice is \""
                + result.top(last, position).getFirst().token().display() + "\""
                + (result.stopped() ? "." : ", decided at " + result.decisionLayer(position).label() + ".");
    }

    private String[] ends() {
        return colours == ColourMap.DIVERGING ? new String[] {"blue", "orange"} : new String[] {"dark", "bright"};
    }

    private void heading() {
        LensResult result = grid.result();
        sheet.line(prompt(result), Ink.TEXT);
        sheet.legend(grid.quantity().title() + ", " + grid.scale().scale(), colours, ScaleText.darkest(grid), ScaleText.brightest(grid));
        sheet.text(grid.quantity().meaning() + (grid.facts().isEmpty() ? "" : " Framed: the decision layer, from which on the first choice stays.")
                + (grid.knowsWhatFollows() ? " ✓ the token that does follow." : ""), Ink.QUIET);
    }

    /// The prompt for a screen: put together from bytes, since a character may be several tokens.
    private static String prompt(LensResult result) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        result.tokens().forEach(token -> bytes.writeBytes(token.bytes()));
        return new Token(0, bytes.toByteArray()).display();
    }

    /// @return where the next block begins
    private double block(int first, int end, double top) {
        Canvas canvas = sheet.canvas();
        for (int column = first; column < end; column++) {
            int position = grid.positions().get(column);
            double x = left + (column - first) * CELL_WIDTH + 5;
            canvas.words(Integer.toString(position), x, top + 11, Size.NORMAL, Ink.QUIET);
            canvas.words(SafeText.cut(grid.token(position).display(), CELL_COLUMNS), x, top + 27, Size.NORMAL, Ink.TEXT);
        }
        double y = top + HEADS;
        for (int row = 0; row < grid.rows().size(); row++) {
            LensPoint point = grid.rows().get(row);
            canvas.words(point.label(), left - 8, y + 15, Size.NORMAL, Anchor.END, 0, Ink.QUIET);
            List<LensGrid.Cell> cells = grid.cells().get(row);
            for (int column = first; column < end; column++) {
                cell(point, grid.positions().get(column), cells.get(column), left + (column - first) * CELL_WIDTH, y);
            }
            y += CELL_HEIGHT;
        }
        for (LensGrid.Fact fact : grid.facts()) {
            canvas.words(fact.label(), left - 8, y + 10, Size.SMALL, Anchor.END, 0, Ink.QUIET);
            for (int column = first; column < end; column++) {
                canvas.words(SafeText.cut(fact.texts().get(column), CELL_COLUMNS + 2), left + (column - first) * CELL_WIDTH + 5, y + 10,
                        Size.SMALL, Ink.QUIET);
            }
            y += FACT_HEIGHT;
        }
        return y + BLOCK_GAP;
    }

    private void cell(LensPoint point, int position, LensGrid.Cell cell, double x, double y) {
        boolean coloured = !Double.isNaN(cell.place());
        Paint ground = coloured ? colours.at(cell.place()) : Ink.EMPTY;
        Paint ink = ground instanceof Rgb rgb ? rgb.ink() : Ink.TEXT;
        Canvas within = new Canvas();
        within.box(x, y, CELL_WIDTH - 2, CELL_HEIGHT - 2, 3, ground);
        int width = CELL_COLUMNS - (cell.follows() ? 1 : 0);
        within.words(SafeText.cut(cell.top().token().display(), width), x + 5, y + 14, Size.NORMAL, ink);
        if (cell.follows()) {
            within.words("✓", x + CELL_WIDTH - 13, y + 14, Size.NORMAL, ink);
        }
        if (cell.decided()) {
            within.mark(x - 0.5, y - 0.5, CELL_WIDTH - 1, CELL_HEIGHT - 1, 3.5);
        }
        sheet.canvas().hint(details(point, position, cell), within);
    }

    private String details(LensPoint point, int position, LensGrid.Cell cell) {
        return point.label() + ", position " + position + ", after \"" + grid.token(position).display() + "\"\n\""
                + cell.top().token().display() + "\" (id " + cell.top().id() + "), probability "
                + Figures.small(cell.top().probability()) + "\n"
                + grid.quantity().title() + ": " + grid.quantity().figure(cell.value())
                + (cell.follows() ? "\n✓ the token that does follow" : "")
                + (cell.decided() ? "\nthe decision layer of this position" : "");
    }
}
