package io.github.logitlens.tools.view.grid;

import java.util.stream.DoubleStream;

/// The ends of a legend in words.
final class ScaleText {

    private ScaleText() {
    }

    /// The number at the dark end, with the sign of all beyond it if there are any.
    static String darkest(LensGrid grid) {
        return end(grid, grid.scale().darkest());
    }

    /// The number at the bright end, with the sign of all beyond it if there are any.
    static String brightest(LensGrid grid) {
        return end(grid, grid.scale().brightest());
    }

    private static String end(LensGrid grid, double end) {
        boolean below = end == grid.scale().low() && values(grid).anyMatch(value -> value < end);
        boolean above = end == grid.scale().high() && values(grid).anyMatch(value -> value > end);
        return (below ? "≤ " : above ? "≥ " : "") + grid.quantity().figure(end);
    }

    private static DoubleStream values(LensGrid grid) {
        return grid.cells().stream().flatMapToDouble(row -> row.stream().mapToDouble(LensGrid.Cell::value));
    }
}
