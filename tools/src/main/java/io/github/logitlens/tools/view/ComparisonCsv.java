package io.github.logitlens.tools.view;

import io.github.logitlens.LensComparison;
import io.github.logitlens.LensDifference;
import io.github.logitlens.LensPoint;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import io.github.logitlens.TrackedToken;
import io.github.logitlens.internal.view.ComparisonView;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/// A comparison as CSV (RFC 4180, UTF-8): a line for each pair of positions and point, with the fields of the JSON document: both
/// first choices, the distances, and of each tracked token, by its id, both logits and probabilities; before and behind them the columns
/// of every [Csv], of the first run and of the second.
public final class ComparisonCsv implements ComparisonView {

    /// A view without options.
    public ComparisonCsv() {
        // nothing to choose
    }

    @Override
    public void write(LensComparison comparison, Writer out) throws IOException {
        List<TokenRef> tracked = comparison.before().options().tracked().stream().distinct().toList();
        List<String> names = new ArrayList<>(Csv.FIRST);
        names.addAll(List.of("modelB", "position", "positionB", "point", "name", "label", "reachable", "kl",
                "jsd", "totalVariation", "idA", "textA", "logitA", "probabilityA", "idB", "textB", "logitB", "probabilityB"));
        for (TokenRef token : tracked) {
            int id = comparison.before().track(token, comparison.positions().getFirst().before()).getFirst().id();
            names.addAll(List.of(id + ".logitA", id + ".logitB", id + ".probabilityA", id + ".probabilityB"));
        }
        names.addAll(Csv.LAST);
        Csv.line(names, out);
        for (LensComparison.Pair pair : comparison.positions()) {
            for (int index = 0; index < comparison.points().size(); index++) {
                Csv.line(fields(comparison, tracked, pair, index), out);
            }
        }
    }

    private static List<String> fields(LensComparison comparison, List<TokenRef> tracked, LensComparison.Pair pair, int index) {
        LensPoint point = comparison.points().get(index);
        LensDifference difference = comparison.difference(point, pair.before());
        List<String> fields = new ArrayList<>(Csv.first(comparison.before().provenance()));
        fields.addAll(List.of(Csv.text(comparison.after().modelId()),
                Integer.toString(pair.before()), Integer.toString(pair.after()), Integer.toString(index), point.name(), point.label(),
                Boolean.toString(difference.reachable()), Double.toString(difference.kl()), Double.toString(difference.jsd()),
                Double.toString(difference.totalVariation())));
        for (TokenPrediction top : List.of(difference.before().top().getFirst(), difference.after().top().getFirst())) {
            fields.addAll(List.of(Integer.toString(top.id()), Csv.text(top.token().display()), Float.toString(top.logit()),
                    Double.toString(top.probability())));
        }
        for (TokenRef token : tracked) {
            TrackedToken before = comparison.before().tracked(token, point, pair.before());
            TrackedToken after = comparison.after().tracked(token, comparison.counterpart(point), pair.after());
            fields.addAll(List.of(Float.toString(before.logit()), Float.toString(after.logit()), Double.toString(before.probability()),
                    Double.toString(after.probability())));
        }
        fields.addAll(Csv.last(comparison.after().provenance()));
        return fields;
    }
}
