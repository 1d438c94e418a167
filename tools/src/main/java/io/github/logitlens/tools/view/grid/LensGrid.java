package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.tokenizer.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What every picture of a result shows: a row for each chosen point, a column for each position, and per cell the most
/// likely token, a number, its place on the colour map, and whether the token is the one that does follow.
///
/// @param result    the run
/// @param quantity  what the colours show
/// @param scale     numbers as colours, the same for all cells
/// @param rows      the points shown, uppermost first
/// @param positions the columns
/// @param cells     per row, per column
/// @param facts     what is known of each column over all points; nothing where the run was stopped
record LensGrid(LensResult result, Quantity quantity, ColourScale scale, List<LensPoint> rows, List<Integer> positions,
        List<List<Cell>> cells, List<Fact> facts) {

    /// One point and position.
    ///
    /// @param top     the most likely token
    /// @param value   the number, NaN if there is none
    /// @param place   its place on the colour map, 0 to 1, or NaN
    /// @param follows whether the most likely token is the prompt's next one
    /// @param decided whether it is the position's decision layer
    record Cell(TokenPrediction top, double value, double place, boolean follows, boolean decided) {
    }

    static LensGrid of(LensResult result, GridChoice choice) {
        List<LensPoint> rows = rows(result, choice);
        List<Integer> positions = result.positions();
        double[][] columns = new double[positions.size()][];
        for (int column = 0; column < columns.length; column++) {
            columns[column] = choice.quantity().column(result, rows, positions.get(column));
        }
        ColourScale scale = ColourScale.of(choice.quantity(), choice.scale(),
                Arrays.stream(columns).flatMapToDouble(Arrays::stream).toArray());
        List<Token> tokens = result.tokens();
        List<List<Cell>> cells = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            List<Cell> line = new ArrayList<>();
            for (int column = 0; column < columns.length; column++) {
                int next = positions.get(column) + 1;
                TokenPrediction top = result.top(rows.get(row), positions.get(column)).getFirst();
                double value = columns[column][row];
                line.add(new Cell(top, value, scale.place(value), next < tokens.size() && tokens.get(next).id() == top.id(),
                        !result.stopped() && rows.get(row).equals(result.decisionLayer(positions.get(column)))));
            }
            cells.add(line);
        }
        return new LensGrid(result, choice.quantity(), scale, rows, positions, cells, facts(result));
    }

    /// Every `stride`th layer, counted from the last, which is always there, as is the embedding.
    private static List<LensPoint> rows(LensResult result, GridChoice choice) {
        int last = result.points().getLast().hook().layer();
        Set<Integer> layers = new HashSet<>();
        for (int layer = last; layer >= 0; layer -= choice.stride()) {
            layers.add(layer);
        }
        List<LensPoint> rows = new ArrayList<>(result.points().stream()
                .filter(point -> point.layer().isEmpty() || layers.contains(point.hook().layer()))
                .toList());
        return choice.bottomUp() ? rows.reversed() : rows;
    }

    Token token(int position) {
        return result.tokens().get(position);
    }

    private static List<Fact> facts(LensResult result) {
        List<Integer> positions = result.positions();
        return result.stopped() ? List.of() : List.of(
                new Fact("decided", positions.stream().map(position -> brief(result.decisionLayer(position))).toList()),
                new Fact("first", positions.stream().map(position -> brief(result.firstAppearance(position))).toList()),
                new Fact("flips", positions.stream().map(position -> Integer.toString(result.flips(position))).toList()),
                new Fact("margin", positions.stream().map(position -> ShortNumber.of(
                        result.value(LensMetric.MARGIN, result.decisionLayer(position), position), false)).toList()));
    }

    /// A point in few columns: `L7`, `L7 mid`, `embed`.
    private static String brief(LensPoint point) {
        return point.layer().isEmpty() ? point.name() : point.label().replace("Layer ", "L");
    }

    /// A line below the columns.
    ///
    /// @param label what it is
    /// @param texts one for each column
    record Fact(String label, List<String> texts) {
    }

    /// Whether some column has a token behind it.
    boolean knowsWhatFollows() {
        return positions.getFirst() + 1 < result.tokens().size();
    }
}
