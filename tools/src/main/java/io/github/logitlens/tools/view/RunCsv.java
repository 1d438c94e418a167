package io.github.logitlens.tools.view;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensReading;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import io.github.logitlens.TrackedToken;
import io.github.logitlens.internal.view.RunView;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A result as CSV (RFC 4180, UTF-8): a line for each position, point and token of its top k, then one for each tracked
/// token, which says `tracked` in the column `list` instead of `top`.
///
/// ```csv
/// model,bos,layerNorm,lens,position,inputId,inputText,point,name,label,kind,layer,head,entropy,klToFinal,list,rank,id,text,…
/// "demo",false,recomputed,logit,6,287," in",8,blocks.7.hook_resid_post,Layer 7,resid_post,7,,0.23,0.0,top,1,6342," Paris",…
/// ```
///
/// The names are those of the JSON document. Ids and positions are the keys; the metrics of a point and position stand on
/// each of its lines, as do `decision`, `firstAppearance` (indices of points), `flips` and `decisionMargin` of the position,
/// empty where the run was stopped, `loss` and `perplexity` of the point, empty where not the whole prompt was read, and
/// `logitDifference` where two tokens are compared. Numbers are in the shortest form that reads back equal. Texts are decoration,
/// as a screen shows them, and never a formula for the spreadsheet that opens the file: where the first letter is one of
/// `= + - @`, an apostrophe stands before the text. `bytes` are exactly the token's.
public final class RunCsv implements RunView {

    /// Metrics of the first choice that every line has for its own token.
    private static final Set<LensMetric> OF_EACH_TOKEN =
            Set.of(LensMetric.LOGIT, LensMetric.PROBABILITY, LensMetric.LOG_PROBABILITY);

    /// A view without options.
    public RunCsv() {
        // nothing to choose
    }

    @Override
    public void write(LensResult result, Writer out) throws IOException {
        head(result, out);
        rows(result, out);
    }

    /// Writes the names of the columns.
    ///
    /// @param result the result, or one part of it
    /// @param out    where to
    /// @throws IOException if `out` does
    public static void head(LensResult result, Writer out) throws IOException {
        List<String> names = new ArrayList<>(Csv.FIRST);
        names.addAll(List.of("position", "inputId", "inputText", "point", "name", "label", "kind", "layer", "head"));
        metrics(result).forEach(metric -> names.add(metric.key()));
        names.addAll(List.of("list", "rank", "id", "text", "bytes", "logit", "probability", "logProbability"));
        names.addAll(List.of("decision", "firstAppearance", "flips", "decisionMargin", "loss", "perplexity"));
        if (result.options().versus().isPresent()) {
            names.add("logitDifference");
        }
        names.addAll(Csv.LAST);
        Csv.line(names, out);
    }

    /// Writes the lines.
    ///
    /// @param result the result, or one part of it
    /// @param out    where to
    /// @throws IOException if `out` does
    public static void rows(LensResult result, Writer out) throws IOException {
        List<LensMetric> metrics = metrics(result);
        List<String> made = Csv.last(result.provenance());
        for (int position : result.positions()) {
            List<String> decision = decision(result, position);
            for (int index = 0; index < result.points().size(); index++) {
                LensPoint point = result.points().get(index);
                List<String> place = place(result, metrics, index, position);
                List<String> end = end(result, decision, point, position, made);
                LensReading reading = result.reading(point, position);
                for (int rank = 1; rank <= reading.top().size(); rank++) {
                    TokenPrediction top = reading.top().get(rank - 1);
                    line(place, token("top", rank, top.token(), top.logit(), top.probability(), reading), end, out);
                }
                for (TokenRef tracked : new LinkedHashSet<>(result.options().tracked())) {
                    TrackedToken at = result.tracked(tracked, point, position);
                    line(place, token("tracked", at.rank(), at.token(), at.logit(), at.probability(), reading), end, out);
                }
            }
        }
    }

    /// Those that come with every run, and those that were asked for.
    private static List<LensMetric> metrics(LensResult result) {
        return Arrays.stream(LensMetric.values())
                .filter(metric -> metric.alwaysRead() || result.options().metrics().contains(metric))
                .filter(metric -> !OF_EACH_TOKEN.contains(metric)).toList();
    }

    private static List<String> place(LensResult result, List<LensMetric> metrics, int index, int position) {
        LensPoint point = result.points().get(index);
        Token input = result.tokens().get(position);
        List<String> fields = new ArrayList<>(Csv.first(result.provenance()));
        fields.addAll(List.of(Integer.toString(position), Integer.toString(input.id()), Csv.text(input.display()),
                Integer.toString(index), point.name(), point.label(), point.kind().key(), Csv.number(point.layer()),
                Csv.number(point.head())));
        metrics.forEach(metric -> fields.add(Double.toString(result.value(metric, point, position))));
        return fields;
    }

    private static List<String> token(String kind, int rank, Token token, float logit, double probability, LensReading reading) {
        return List.of(kind, Integer.toString(rank), Integer.toString(token.id()), Csv.text(token.display()), token.hex(),
                Float.toString(logit), Double.toString(probability), Double.toString(logit - reading.logSumExp()));
    }

    private static List<String> decision(LensResult result, int position) {
        String flips = Integer.toString(result.flips(position));
        if (result.stopped()) {
            return List.of("", "", flips, "");
        }
        LensPoint decision = result.decisionLayer(position);
        return List.of(Integer.toString(result.points().indexOf(decision)),
                Integer.toString(result.points().indexOf(result.firstAppearance(position))), flips,
                Double.toString(result.value(LensMetric.MARGIN, decision, position)));
    }

    private static List<String> end(
            LensResult result, List<String> decision, LensPoint point, int position, List<String> made) {
        List<String> fields = new ArrayList<>(decision);
        fields.add(result.hasLoss() ? Double.toString(result.loss(point)) : "");
        fields.add(result.hasLoss() ? Double.toString(result.perplexity(point)) : "");
        if (result.options().versus().isPresent()) {
            fields.add(Double.toString(result.logitDifference(point, position)));
        }
        fields.addAll(made);
        return fields;
    }

    private static void line(List<String> place, List<String> token, List<String> end, Writer out) throws IOException {
        Csv.line(Stream.of(place, token, end).flatMap(List::stream).toList(), out);
    }
}
