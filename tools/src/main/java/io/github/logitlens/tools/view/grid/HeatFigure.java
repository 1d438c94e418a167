package io.github.logitlens.tools.view.grid;

import io.github.logitlens.Provenance;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import io.github.logitlens.tools.view.draw.Canvas;
import io.github.logitlens.tools.view.draw.ColourMap;
import io.github.logitlens.tools.view.draw.Drawing;
import io.github.logitlens.tools.view.draw.Ink;
import io.github.logitlens.tools.view.draw.Paint;
import io.github.logitlens.tools.view.draw.Rgb;
import io.github.logitlens.tools.view.draw.Shape.Anchor;
import io.github.logitlens.tools.view.draw.Shape.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Heat maps on one scale as a picture: their title, a legend, and the maps beside and below each other, those of many smaller.
/// Immutable: each method returns a changed copy.
///
/// ```java
/// HeatFigure.of("Patching: The Eiffel Tower is in", maps)
///         .shows("Logit difference", "nats", Kind.SIGNED, Scale.LINEAR)
///         .line("clean into corrupted, Paris less Rome")
///         .madeWith(result.provenance())
///         .drawing().writeSvg(Theme.AUTO, out);
/// ```
///
/// [Kind#SIGNED] draws blue below 0, white at 0 and orange above; [Kind#PROBABILITY] from 0 to 1.
public final class HeatFigure {

    private static final double WIDEST = 1180;
    private static final double LEAST_WIDTH = 480;
    private static final double GAP = 26;
    private static final double NAME = 20;
    private static final double NOTE = 14;
    private static final double NUMBER_HEIGHT = 20;
    private static final double TURNED = -55;
    /// Labels that are longer are cut.
    private static final int LABEL_COLUMNS = 14;
    /// Cells that are smaller have no labels.
    private static final double LABELLED = 9;
    /// From how many maps on they are small.
    static final int MANY = 5;
    private static final double ROOM_OF_MANY = 150;
    private static final double LEAST_ROOM = 40;

    private final String title;
    private final List<HeatMap> maps;
    private List<String> lines = List.of();
    private String quantity = "Value";
    private String unit = "";
    private String meaning = "";
    private Kind kind = Kind.NUMBER;
    private Scale scale = Scale.LINEAR;
    private Optional<Provenance> provenance = Optional.empty();
    private int perRow;

    private HeatFigure(String title, List<HeatMap> maps) {
        this.title = title;
        this.maps = maps;
    }

    private HeatFigure copy() {
        HeatFigure copy = new HeatFigure(title, maps);
        copy.lines = lines;
        copy.quantity = quantity;
        copy.unit = unit;
        copy.meaning = meaning;
        copy.kind = kind;
        copy.scale = scale;
        copy.provenance = provenance;
        copy.perRow = perRow;
        return copy;
    }

    /// A figure of numbers without a name or unit, on a linear scale.
    ///
    /// @param title what stands on top
    /// @param maps  at least one, in the order in which they are read
    /// @return the figure
    /// @throws IllegalArgumentException if there is no map
    public static HeatFigure of(String title, List<HeatMap> maps) {
        if (maps.isEmpty()) {
            throw new IllegalArgumentException("heat figure: expected at least one map, got none");
        }
        return new HeatFigure(Objects.requireNonNull(title, "title"), List.copyOf(maps));
    }

    /// Says what the numbers are.
    ///
    /// @param quantity their name
    /// @param unit     such as `nats`; empty if they have none
    /// @param kind     on which colours and figures depend
    /// @param scale    how they become colours
    /// @return a changed figure
    public HeatFigure shows(String quantity, String unit, Kind kind, Scale scale) {
        HeatFigure copy = copy();
        copy.quantity = Objects.requireNonNull(quantity, "quantity");
        copy.unit = Objects.requireNonNull(unit, "unit");
        copy.kind = Objects.requireNonNull(kind, "kind");
        copy.scale = Objects.requireNonNull(scale, "scale");
        return copy;
    }

    /// Explains the numbers in a sentence or two below the legend.
    ///
    /// @param meaning the sentences
    /// @return a changed figure
    public HeatFigure meaning(String meaning) {
        HeatFigure copy = copy();
        copy.meaning = Objects.requireNonNull(meaning, "meaning");
        return copy;
    }

    /// Adds a line below the title.
    ///
    /// @param line such as a prompt
    /// @return a changed figure
    public HeatFigure line(String line) {
        HeatFigure copy = copy();
        copy.lines = new ArrayList<>(lines);
        copy.lines.add(line);
        return copy;
    }

    /// Puts so many maps beside each other, where there are many, instead of as many as there is room for.
    ///
    /// @param maps at least 1
    /// @return a changed figure
    /// @throws IllegalArgumentException if it is less
    public HeatFigure perRow(int maps) {
        if (maps < 1) {
            throw new IllegalArgumentException("maps in a row: expected at least 1, got " + maps);
        }
        HeatFigure copy = copy();
        copy.perRow = maps;
        return copy;
    }

    /// Says what the numbers were made with: at the figure's foot, and in its metadata.
    ///
    /// @param provenance of the result that the numbers are of
    /// @return a changed figure
    public HeatFigure madeWith(Provenance provenance) {
        HeatFigure copy = copy();
        copy.provenance = Optional.of(provenance);
        return copy;
    }

    /// A map's size and where things in it are.
    ///
    /// @param left   room for the rows' labels
    /// @param top    room for name, axes and the columns' labels
    /// @param labels whether rows and columns have labels
    /// @param turned whether the columns' labels are turned
    private record Layout(HeatMap map, double cellWidth, double cellHeight, double left, double top, double right, boolean labels,
            boolean turned) {

        double width() {
            return left + map.columns().size() * cellWidth + right;
        }

        double height() {
            return top + map.rows().size() * cellHeight + (map.note().isEmpty() ? 0 : NOTE);
        }
    }

    /// Draws it.
    ///
    /// @return the picture
    /// @throws IllegalArgumentException if a logarithmic scale is asked of negative numbers
    public Drawing drawing() {
        double[] all = maps.stream().flatMapToDouble(map -> Arrays.stream(map.shown())).toArray();
        if (scale == Scale.LOG && Arrays.stream(all).anyMatch(value -> value < 0)) {
            throw new IllegalArgumentException("scale log: expected numbers of at least 0, got "
                    + figure(Arrays.stream(all).filter(Double::isFinite).min().orElseThrow()) + " (" + quantity + ")");
        }
        ColourScale colours = ColourScale.of(kind, scale, all);
        List<Layout> layouts = maps.stream().map(this::layout).toList();
        List<List<Layout>> rows = rows(layouts);
        double widest = rows.stream().mapToDouble(row ->
                row.stream().mapToDouble(Layout::width).sum() + GAP * (row.size() - 1)).max().orElseThrow();
        double width = Math.max(LEAST_WIDTH, widest + 2 * Sheet.MARGIN);
        Sheet sheet = new Sheet(title, width, provenance);
        lines.forEach(line -> sheet.line(line, Ink.TEXT));
        sheet.legend(name() + ", " + scale.label(), kind.colours(), end(colours, colours.darkest(), all), end(colours, colours.brightest(), all));
        if (!meaning.isEmpty()) {
            sheet.text(meaning, Ink.QUIET);
        }
        double y = sheet.below();
        for (List<Layout> row : rows) {
            double x = Sheet.MARGIN;
            for (Layout layout : row) {
                draw(layout, colours, sheet.canvas(), x, y);
                x += layout.width() + GAP;
            }
            y += row.stream().mapToDouble(Layout::height).max().orElseThrow() + GAP / 2;
        }
        return sheet.end(y - GAP / 2, description(colours));
    }

    private String name() {
        return unit.isEmpty() ? quantity : quantity + ", " + unit;
    }

    private String figure(double value) {
        return ShortNumber.of(value, kind == Kind.RANK);
    }

    private String end(ColourScale colours, double end, double[] all) {
        boolean below = end == colours.low() && Arrays.stream(all).anyMatch(value -> value < end);
        boolean above = end == colours.high() && Arrays.stream(all).anyMatch(value -> value > end);
        return (below ? "≤ " : above ? "≥ " : "") + figure(end);
    }

    private String description(ColourScale colours) {
        StringBuilder text = new StringBuilder();
        text.append(maps.size() == 1 ? "A heat map" : maps.size() + " heat maps").append(" of ").append(name()).append(", from ")
                .append(figure(colours.darkest())).append(" to ").append(figure(colours.brightest())).append('.');
        for (HeatMap map : maps.subList(0, Math.min(maps.size(), MANY))) {
            text.append(' ').append(map.name().isEmpty() ? "" : map.name() + ": ").append(map.rows().size()).append(" rows")
                    .append(map.rowAxis().isEmpty() ? "" : " (" + map.rowAxis() + ")").append(" by ").append(map.columns().size())
                    .append(" columns").append(map.columnAxis().isEmpty() ? "" : " (" + map.columnAxis() + ")").append('.');
        }
        return text.toString();
    }

    private Layout layout(HeatMap map) {
        int columns = map.columns().size();
        double cellWidth;
        double cellHeight;
        if (map.hasNumbers()) {
            int widest = Arrays.stream(map.shown()).mapToObj(this::figure).mapToInt(TextWidth::of).max().orElse(1);
            cellWidth = Math.clamp(Size.NORMAL.column() * widest + 8, 34, 78);
            cellHeight = NUMBER_HEIGHT;
        } else {
            double room = maps.size() >= MANY ? roomOfMany() : columns <= 8 ? 220 : columns <= 30 ? 480 : 900;
            cellWidth = Math.clamp(Math.floor(room / Math.max(columns, map.rows().size())), 2, 26);
            cellHeight = cellWidth;
        }
        boolean labels = cellHeight >= LABELLED && maps.size() < MANY || map.hasNumbers();
        int label = labels ? widest(map.rows()) : 0;
        boolean turned = labels && widest(map.columns()) * Size.SMALL.column() > cellWidth - 2;
        double turnedRoom = Math.sin(Math.toRadians(-TURNED)) * widest(map.columns()) * Size.SMALL.column() + 8;
        double leaning = Math.cos(Math.toRadians(-TURNED)) * widest(map.columns().subList(columns - 1, columns)) * Size.SMALL.column();
        double top = (map.name().isEmpty() && map.rowAxis().isEmpty() ? 0 : NAME) + (turned ? turnedRoom : labels ? 14 : 0);
        double left = labels ? Math.ceil(label * Size.SMALL.column()) + 8 : 0;
        double least = Math.max(TextWidth.of(heading(map)) * Size.HEADING.column(), map.note().length() * Size.SMALL.column())
                - left - columns * cellWidth;
        return new Layout(map, cellWidth, cellHeight, left, top, Math.max(turned ? leaning : 0, Math.max(0, least)), labels, turned);
    }

    private double roomOfMany() {
        return perRow == 0 ? ROOM_OF_MANY
                : Math.clamp((WIDEST - 2 * Sheet.MARGIN) / perRow - GAP, LEAST_ROOM, ROOM_OF_MANY);
    }

    private static int widest(List<String> labels) {
        return labels.stream().mapToInt(label -> TextWidth.of(SafeText.cut(label, LABEL_COLUMNS))).max().orElse(0);
    }

    private static String heading(HeatMap map) {
        String axes = map.rowAxis().isEmpty() ? "" : map.rowAxis() + " ↓ " + map.columnAxis() + " →";
        return map.name() + (map.name().isEmpty() || axes.isEmpty() ? "" : "  ") + axes;
    }

    private List<List<Layout>> rows(List<Layout> layouts) {
        boolean counted = perRow > 0 && maps.size() >= MANY;
        List<List<Layout>> rows = new ArrayList<>();
        double used = 0;
        for (Layout layout : layouts) {
            boolean full = !rows.isEmpty() && (counted ? rows.getLast().size() == perRow
                    : used + GAP + layout.width() > WIDEST - 2 * Sheet.MARGIN);
            if (rows.isEmpty() || full) {
                rows.add(new ArrayList<>());
                used = -GAP;
            }
            rows.getLast().add(layout);
            used += GAP + layout.width();
        }
        return rows;
    }

    private void draw(Layout layout, ColourScale colours, Canvas canvas, double x, double y) {
        HeatMap map = layout.map();
        double left = x + layout.left();
        double top = y + layout.top();
        if (!map.name().isEmpty()) {
            canvas.words(map.name(), left, y + 11, Size.HEADING, Ink.TEXT);
        }
        if (!map.rowAxis().isEmpty()) {
            double beside = map.name().isEmpty() ? 0 : Size.HEADING.column() * (TextWidth.of(map.name()) + 1.5);
            canvas.words(map.rowAxis() + " ↓ " + map.columnAxis() + " →", left + beside, y + 11, Size.SMALL, Ink.QUIET);
        }
        if (layout.labels()) {
            labels(layout, canvas, left, top);
        }
        for (int row = 0; row < map.rows().size(); row++) {
            for (int column = 0; column < map.columns().size(); column++) {
                if (map.shows(row, column)) {
                    cell(layout, colours, row, column, canvas, left + column * layout.cellWidth(), top + row * layout.cellHeight());
                }
            }
        }
        for (int row = 0; row < map.rows().size(); row++) {
            for (int column = 0; column < map.columns().size(); column++) {
                if (map.marked(row, column)) {
                    canvas.mark(left + column * layout.cellWidth() - 0.5, top + row * layout.cellHeight() - 0.5,
                            layout.cellWidth(), layout.cellHeight(), 1.5);
                }
            }
        }
        if (!map.note().isEmpty()) {
            canvas.words(map.note(), left, top + map.rows().size() * layout.cellHeight() + 11, Size.SMALL, Ink.QUIET);
        }
    }

    private static void labels(Layout layout, Canvas canvas, double left, double top) {
        HeatMap map = layout.map();
        for (int row = 0; row < map.rows().size(); row++) {
            canvas.words(SafeText.cut(map.rows().get(row), LABEL_COLUMNS), left - 5, top + (row + 0.5) * layout.cellHeight() + 3.5,
                    Size.SMALL, Anchor.END, 0, Ink.TEXT);
        }
        for (int column = 0; column < map.columns().size(); column++) {
            String label = SafeText.cut(map.columns().get(column), LABEL_COLUMNS);
            double middle = left + (column + 0.5) * layout.cellWidth();
            if (layout.turned()) {
                canvas.words(label, middle + 3, top - 4, Size.SMALL, Anchor.START, TURNED, Ink.TEXT);
            } else {
                canvas.words(label, middle, top - 4, Size.SMALL, Anchor.MIDDLE, 0, Ink.TEXT);
            }
        }
    }

    private void cell(Layout layout, ColourScale colours, int row, int column, Canvas canvas, double x, double y) {
        HeatMap map = layout.map();
        double value = map.value(row, column);
        double place = colours.place(value);
        Paint ground = Double.isNaN(place) ? Ink.EMPTY : kind.colours().at(place);
        double gap = layout.cellWidth() >= 8 ? 1 : 0;
        Canvas within = new Canvas();
        within.box(x, y, layout.cellWidth() - gap, layout.cellHeight() - gap, gap * 1.5, ground);
        if (map.hasNumbers()) {
            within.words(Double.isNaN(value) ? "" : figure(value), x + layout.cellWidth() / 2, y + 14, Size.NORMAL, Anchor.MIDDLE, 0,
                    ground instanceof Rgb rgb ? rgb.ink() : Ink.TEXT);
        }
        canvas.hint((map.name().isEmpty() ? "" : map.name() + "\n") + axis(map.rowAxis(), map.rows().get(row)) + ", "
                + axis(map.columnAxis(), map.columns().get(column)) + ": " + figure(value), within);
    }

    private static String axis(String axis, String label) {
        return axis.isEmpty() ? label : axis + " " + label;
    }
}
