package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensComparison;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.draw.Drawing;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A comparison as a picture: rows are points, columns positions, colours a difference; what no change reaches has no colour, and a
/// frame is where the first choice is another.
public final class ComparisonPicture {

    private ComparisonPicture() {
    }

    /// Draws a comparison.
    ///
    /// @param comparison what is drawn
    /// @param shown      what the colours show
    /// @param scale      how numbers become colours
    /// @return the picture
    /// @throws IllegalArgumentException if a logarithmic scale is asked of negative numbers
    public static Drawing of(LensComparison comparison, Difference shown, Scale scale) {
        LensResult before = comparison.before();
        LensResult after = comparison.after();
        HeatMap map = HeatMap.of("", comparison.points().stream().map(LensPoint::label).toList(), columns(comparison),
                shown.values(comparison)).axes("point", "position").numbers();
        for (int row = 0; row < comparison.points().size(); row++) {
            for (int column = 0; column < comparison.positions().size(); column++) {
                if (comparison.difference(comparison.points().get(row), comparison.positions().get(column).before()).flips()) {
                    map = map.mark(row, column);
                }
            }
        }
        HeatFigure figure = HeatFigure.of("Comparison: " + before.modelId()
                + (after.modelId().equals(before.modelId()) ? "" : " with " + after.modelId()), List.of(map));
        for (String line : lines(comparison)) {
            figure = figure.line(line);
        }
        return figure.shows(shown.titleOf(comparison), shown.unit(), shown.kind(), scale)
                .meaning(shown.meaning() + " Without colour: out of the change's reach, the same bits. Framed: another first choice.")
                .madeWith(after.provenance()).drawing();
    }

    /// What was compared, a line for each of the two.
    static List<String> lines(LensComparison comparison) {
        List<String> lines = new ArrayList<>();
        lines.add("A: " + prompt(comparison.before()));
        lines.add("B: " + prompt(comparison.after()));
        return lines;
    }

    private static String prompt(LensResult result) {
        String text = result.tokens().stream().map(Token::display).collect(Collectors.joining());
        return "\"" + text + "\"" + (result.edits().isEmpty() ? "" : ", " + String.join(", ", result.edits()));
    }

    static List<String> columns(LensComparison comparison) {
        return comparison.positions().stream().map(pair -> {
            String before = comparison.before().tokens().get(pair.before()).display();
            String after = comparison.after().tokens().get(pair.after()).display();
            return before.equals(after) ? before : before + "/" + after;
        }).toList();
    }
}
