package io.github.logitlens.tools.view.grid;

import io.github.logitlens.Bos;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.internal.view.Figures;
import io.github.logitlens.internal.view.RunView;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// A result as a picture, SVG 1.1 without script: rows are points, columns positions, a cell the most likely next token on
/// the colour of a number. Resting the pointer on a cell shows its figures. Long prompts become several blocks.
///
/// The document follows the reader's light or dark theme, needs no font of its own, and describes itself to screen readers.
public final class SvgGrid implements RunView {

    private static final int MARGIN = 16;
    private static final int CELL_WIDTH = 78;
    private static final int CELL_HEIGHT = 22;
    private static final int CELLS_A_LINE = 16;
    private static final int CELL_COLUMNS = 10;
    private static final double COLUMN = 7.0;
    private static final int TITLE_LINE = 20;
    private static final int LEGEND_WIDTH = 256;
    private static final int LEGEND_STEPS = 16;
    private static final int LEAST_WIDTH = 620;
    private static final int BLOCK_GAP = 18;
    private static final int HEADS = 2 * 16 + 4;
    private static final String STYLE = """
            svg { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 11.5px; }
            text { white-space: pre; }
            .ground { fill: #ffffff; } .ink { fill: #1b1b22; } .quiet { fill: #62626d; } .title { font-size: 15px; font-weight: 600; }
            .none { fill: #e6e6ea; } .none-ink { fill: #1b1b22; } .follows { font-weight: 700; }
            @media (prefers-color-scheme: dark) {
              .ground { fill: #15151a; } .ink { fill: #ececf1; } .quiet { fill: #a0a0ab; }
              .none { fill: #2b2b33; } .none-ink { fill: #ececf1; }
            }
            """;

    private final GridChoice choice;

    /// A picture of a certain choice.
    ///
    /// @param choice what is drawn
    public SvgGrid(GridChoice choice) {
        this.choice = Objects.requireNonNull(choice, "choice");
    }

    @Override
    public void write(LensResult result, Writer out) throws IOException {
        LensGrid grid = LensGrid.of(result, choice);
        int labels = 12 + (int) Math.ceil(COLUMN * grid.rows().stream().mapToInt(p -> TextWidth.of(p.label())).max().orElse(0));
        int columns = Math.min(CELLS_A_LINE, grid.positions().size());
        int blocks = Math.ceilDiv(grid.positions().size(), CELLS_A_LINE);
        int blockHeight = HEADS + grid.rows().size() * CELL_HEIGHT + BLOCK_GAP;
        int top = MARGIN + 5 * TITLE_LINE + 12;
        int width = Math.max(LEAST_WIDTH, 2 * MARGIN + labels + columns * CELL_WIDTH);
        int height = top + blocks * blockHeight - BLOCK_GAP + MARGIN;

        try (XmlWriter xml = new XmlWriter(out)) {
            xml.start("svg", "xmlns", "http://www.w3.org/2000/svg", "viewBox", "0 0 " + width + " " + height,
                    "width", width, "height", height, "role", "img", "aria-labelledby", "title description");
            xml.element("title", title(result), "id", "title");
            xml.element("desc", description(grid), "id", "description");
            xml.element("style", STYLE);
            xml.empty("rect", "class", "ground", "width", width, "height", height, "rx", 8);
            heading(grid, width, xml);
            for (int block = 0; block < blocks; block++) {
                int first = block * CELLS_A_LINE;
                int end = Math.min(first + CELLS_A_LINE, grid.positions().size());
                block(grid, first, end, MARGIN + labels, top + block * blockHeight, xml);
            }
            xml.end();
        }
        out.write('\n');
    }

    private static String title(LensResult result) {
        String kind = result.provenance().lens();
        return kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1) + " lens: " + result.modelId();
    }

    private static String description(LensGrid grid) {
        LensResult result = grid.result();
        return "A grid of " + grid.rows().size() + " points of the residual stream by " + grid.positions().size()
                + " of " + result.tokens().size() + " token positions. Each cell holds the most likely next token; its colour shows "
                + grid.quantity().title() + ", from " + grid.quantity().figure(grid.scale().darkest()) + " (dark) to "
                + grid.quantity().figure(grid.scale().brightest()) + " (bright), " + grid.scale().scale()
                + " scale. At the last position, " + result.points().getLast().label() + "'s first choice is \""
                + result.top(result.points().getLast(), grid.positions().getLast()).getFirst().token().display() + "\".";
    }

    private void heading(LensGrid grid, int width, XmlWriter xml) throws IOException {
        LensResult result = grid.result();
        int columns = (int) ((width - 2 * MARGIN) / COLUMN);
        int y = MARGIN + 14;
        xml.element("text", title(result), "class", "ink title", "x", MARGIN, "y", y);
        xml.element("text", SafeText.cut(prompt(result), columns), "class", "ink", "x", MARGIN, "y", y + TITLE_LINE);
        xml.element("text", SafeText.cut(result.config().nLayers() + " layers, dModel " + result.config().dModel() + ", "
                + result.tokens().size() + " tokens, BOS " + (result.options().bos() == Bos.NONE ? "none" : "prepended")
                + (grid.knowsWhatFollows() ? "; ✓ the token that does follow in the prompt" : ""), columns),
                "class", "quiet", "x", MARGIN, "y", y + 2 * TITLE_LINE);
        legend(grid, y + 3 * TITLE_LINE, xml);
        xml.element("text", SafeText.cut(grid.quantity().meaning(), columns), "class", "quiet", "x", MARGIN, "y", y + 4 * TITLE_LINE);
    }

    /// The prompt for a screen: put together from bytes, since a character may be several tokens.
    private static String prompt(LensResult result) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        result.tokens().forEach(token -> bytes.writeBytes(token.bytes()));
        return new Token(0, bytes.toByteArray()).display();
    }

    private static void legend(LensGrid grid, int y, XmlWriter xml) throws IOException {
        String name = grid.quantity().title() + ", " + grid.scale().scale();
        String low = ScaleText.darkest(grid);
        double x = MARGIN;
        xml.element("text", name, "class", "ink", "x", x, "y", y);
        x += COLUMN * (TextWidth.of(name) + 2);
        xml.element("text", low, "class", "ink", "x", x, "y", y);
        x += COLUMN * (TextWidth.of(low) + 1);
        xml.start("linearGradient", "id", "viridis");
        for (int step = 0; step <= LEGEND_STEPS; step++) {
            double place = (double) step / LEGEND_STEPS;
            xml.empty("stop", "offset", place, "stop-color", Viridis.at(place));
        }
        xml.end();
        xml.empty("rect", "fill", "url(#viridis)", "x", x, "y", y - 11, "width", LEGEND_WIDTH, "height", 14, "rx", 2);
        xml.element("text", ScaleText.brightest(grid), "class", "ink", "x", x + LEGEND_WIDTH + COLUMN, "y", y);
    }

    private static void block(LensGrid grid, int first, int end, int left, int top, XmlWriter xml)
            throws IOException {
        for (int column = first; column < end; column++) {
            int position = grid.positions().get(column);
            int x = left + (column - first) * CELL_WIDTH + 5;
            xml.element("text", Integer.toString(position), "class", "quiet", "x", x, "y", top + 11);
            xml.element("text", SafeText.cut(grid.token(position).display(), CELL_COLUMNS), "class", "ink", "x", x, "y", top + 27);
        }
        for (int row = 0; row < grid.rows().size(); row++) {
            LensPoint point = grid.rows().get(row);
            int y = top + HEADS + row * CELL_HEIGHT;
            xml.element("text", point.label(), "class", "quiet", "x", MARGIN, "y", y + 15);
            List<LensGrid.Cell> cells = grid.cells().get(row);
            for (int column = first; column < end; column++) {
                cell(grid, point, grid.positions().get(column), cells.get(column), left + (column - first) * CELL_WIDTH, y, xml);
            }
        }
    }

    private static void cell(LensGrid grid, LensPoint point, int position, LensGrid.Cell cell, int x, int y, XmlWriter xml)
            throws IOException {
        boolean coloured = !Double.isNaN(cell.place());
        Rgb colour = coloured ? Viridis.at(cell.place()) : Rgb.WHITE;
        String fill = coloured ? "fill" : "class";
        int width = CELL_COLUMNS - (cell.follows() ? 1 : 0);
        xml.start("g");
        xml.element("title", details(grid, point, position, cell));
        xml.empty("rect", fill, coloured ? colour : "none", "x", x, "y", y, "width", CELL_WIDTH - 2, "height", CELL_HEIGHT - 2, "rx", 3);
        String text = SafeText.cut(cell.top().token().display(), width);
        xml.element("text", text, fill, coloured ? colour.ink() : "none-ink", "x", x + 5, "y", y + 14);
        if (cell.follows()) {
            xml.element("text", "✓", fill, coloured ? colour.ink() : "none-ink", "x", x + CELL_WIDTH - 13, "y", y + 14);
        }
        xml.end();
    }

    private static String details(LensGrid grid, LensPoint point, int position, LensGrid.Cell cell) {
        return point.label() + ", position " + position + ", after \"" + grid.token(position).display() + "\"\n\""
                + cell.top().token().display() + "\" (id " + cell.top().id() + "), probability "
                + Figures.small(cell.top().probability()) + "\n"
                + grid.quantity().title() + ": " + grid.quantity().figure(cell.value())
                + (cell.follows() ? "\n✓ the token that does follow" : "");
    }
}
