package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensComparison;
import io.github.logitlens.LensPoint;
import io.github.logitlens.internal.view.ComparisonView;
import io.github.logitlens.internal.view.RunHeader;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// A comparison as a grid for a terminal: rows are points, columns positions, a cell a difference on its colour. A dot is out of the
/// change's reach, `*` where the first choice is another.
public final class ComparisonGrid implements ComparisonView {

    private static final int CELL = 9;
    private static final int LEGEND = 24;

    private final Difference shown;
    private final Scale scale;
    private final ColourDepth depth;
    private final int width;

    /// A view for a terminal.
    ///
    /// @param shown what the colours show
    /// @param scale how numbers become colours
    /// @param depth the terminal's colours
    /// @param width its columns
    public ComparisonGrid(Difference shown, Scale scale, ColourDepth depth, int width) {
        this.shown = shown;
        this.scale = scale;
        this.depth = depth;
        this.width = width;
    }

    @Override
    public void write(LensComparison comparison, Writer out) throws IOException {
        double[][] values = shown.values(comparison);
        ColourScale colours = ColourScale.of(shown.kind(), scale, Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray());
        new RunHeader("", width).writeBoth(comparison, OptionalInt.of(width), out);
        RunHeader.field("shown", shown.titleOf(comparison) + (shown.unit().isEmpty() ? "" : ", " + shown.unit()) + ", " + scale
                + " scale", OptionalInt.of(width), out);
        if (depth != ColourDepth.NONE) {
            RunHeader.field("colour", legend(colours), out);
        }
        RunHeader.field("", "· out of the change's reach, the same bits; * another first choice", OptionalInt.of(width), out);
        int labels = comparison.points().stream().mapToInt(point -> TextWidth.of(point.label())).max().orElse(0) + 1;
        int perBlock = Math.max(1, (width - labels) / CELL);
        for (int first = 0; first < comparison.positions().size(); first += perBlock) {
            block(comparison, values, colours, first, Math.min(first + perBlock, comparison.positions().size()), labels, out);
        }
    }

    private String legend(ColourScale colours) {
        StringBuilder ramp = new StringBuilder(ShortNumber.of(colours.darkest(), false)).append(' ');
        for (int i = 0; i < LEGEND; i++) {
            ramp.append(depth.painted(" ", i / (LEGEND - 1.0), shown.kind().colours()));
        }
        return ramp.append(' ').append(ShortNumber.of(colours.brightest(), false)).toString();
    }

    private void block(LensComparison comparison, double[][] values, ColourScale colours, int first, int end, int labels, Writer out)
            throws IOException {
        StringBuilder numbers = new StringBuilder(" ".repeat(labels));
        StringBuilder tokens = new StringBuilder(" ".repeat(labels));
        List<String> columns = ComparisonPicture.columns(comparison);
        for (int column = first; column < end; column++) {
            numbers.append(TextWidth.padded(Integer.toString(comparison.positions().get(column).before()), CELL));
            tokens.append(TextWidth.padded(SafeText.fitted(columns.get(column), CELL - 1), CELL));
        }
        out.write("\n" + depth.faint(numbers.toString().stripTrailing()) + "\n" + depth.bold(tokens.toString().stripTrailing()) + "\n");
        for (int row = 0; row < comparison.points().size(); row++) {
            LensPoint point = comparison.points().get(row);
            StringBuilder line = new StringBuilder(TextWidth.padded(point.label(), labels));
            for (int column = first; column < end; column++) {
                boolean flips = comparison.difference(point, comparison.positions().get(column).before()).flips();
                double value = values[row][column];
                String text = Double.isNaN(value) ? "·"
                        : (shown.kind() == Kind.SIGNED && value > 0 ? "+" : "") + ShortNumber.of(value, false) + (flips ? "*" : "");
                line.append(depth.painted(TextWidth.padded(text, CELL - 1), colours.place(value), shown.kind().colours())).append(' ');
            }
            out.write(line.toString().stripTrailing() + "\n");
        }
    }
}
