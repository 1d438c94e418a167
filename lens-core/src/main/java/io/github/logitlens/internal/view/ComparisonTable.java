package io.github.logitlens.internal.view;

import io.github.logitlens.LensComparison;
import io.github.logitlens.LensDifference;
import io.github.logitlens.LensPoint;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// A comparison as text: what was compared, then for each pair of positions a row for each point with both first choices, the
/// distances of the two distributions, and how tracked tokens changed.
///
/// ```
/// Layer 5    |  the: 0.554 |  the: 0.610 | KL 0.021 | JSD 0.005 | TV 0.071 |  Paris -0.083 logit -1.20
/// ```
///
/// Where a change cannot reach, `=` stands in place of the distances: both have the same bits there.
public final class ComparisonTable implements ComparisonView {

    private static final int WIDEST_HEADER = 100;

    private final OptionalInt width;

    /// A view for a terminal, or for none.
    ///
    /// @param width the terminal's columns, for columns that do not fit to come below; empty for a table in one piece
    public ComparisonTable(OptionalInt width) {
        this.width = width;
    }

    /// The tokens that both results tracked.
    public static List<TokenRef> tracked(LensComparison comparison) {
        return comparison.before().options().tracked().stream().distinct()
                .filter(comparison.after().options().tracked()::contains).toList();
    }

    @Override
    public void write(LensComparison comparison, Writer out) throws IOException {
        RunHeader header = new RunHeader("", Math.min(width.orElse(WIDEST_HEADER), WIDEST_HEADER));
        header.writeBoth(comparison, width, out);
        for (LensComparison.Pair pair : comparison.positions()) {
            out.write('\n');
            RunHeader.field("position", place(comparison, pair), width, out);
            rows(comparison, pair).write(width, out);
        }
    }

    private static String place(LensComparison comparison, LensComparison.Pair pair) {
        String before = RunHeader.quoted(comparison.before().tokens().get(pair.before()));
        String after = RunHeader.quoted(comparison.after().tokens().get(pair.after()));
        boolean same = pair.before() == pair.after() && before.equals(after);
        return pair.before() + ", after " + before + (same ? "" : "; with " + pair.after() + ", after " + after);
    }

    private static Columns rows(LensComparison comparison, LensComparison.Pair pair) {
        Columns table = new Columns();
        for (LensPoint point : comparison.points()) {
            LensDifference difference = comparison.difference(point, pair.before());
            List<String> cells = new ArrayList<>();
            cells.add(prediction(difference.before().top().getFirst()));
            cells.add(prediction(difference.after().top().getFirst()));
            if (difference.reachable()) {
                cells.add("KL " + Figures.small(difference.kl()));
                cells.add("JSD " + Figures.small(difference.jsd()));
                cells.add("TV " + Figures.small(difference.totalVariation()));
                for (TokenRef token : tracked(comparison)) {
                    cells.add(change(comparison, token, point, pair.before()));
                }
            } else {
                cells.add("=");
            }
            table.row(point.label(), cells);
        }
        return table;
    }

    private static String prediction(TokenPrediction prediction) {
        return prediction.token().display() + ": " + Figures.probability(prediction.probability());
    }

    private static String change(LensComparison comparison, TokenRef token, LensPoint point, int position) {
        return comparison.before().tracked(token, point, position).token().display() + " "
                + Figures.signedProbability(comparison.probabilityChange(token, point, position)) + "  logit "
                + Figures.signed(comparison.logitChange(token, point, position));
    }
}
