package io.github.logitlens.tools.view;

import io.github.logitlens.Bos;
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
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/// A result as CSV (RFC 4180, UTF-8): a line for each position, point and token of its top k, then one for each tracked
/// token, which says `tracked` in the column `list` instead of `top`.
///
/// ```csv
/// model,bos,layerNorm,lens,position,inputId,inputText,point,name,label,kind,layer,head,entropy,klToFinal,list,rank,id,text,…
/// "demo",false,RECOMPUTED,logit,6,287," in",8,blocks.7.hook_resid_post,Layer 7,resid_post,7,,0.23,0.0,top,1,6342," Paris",…
/// ```
///
/// The names are those of the JSON document. Ids and positions are the keys; the metrics of a point and position stand on
/// each of its lines. Numbers are in the shortest form that reads back equal. Texts are decoration, as a screen shows them,
/// and never a formula for the spreadsheet that opens the file: where the first letter is one of `= + - @`, an apostrophe
/// stands before the text. `bytes` are exactly the token's.
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
        List<LensMetric> metrics = metrics(result);
        List<String> names = new ArrayList<>(
                List.of("model", "bos", "layerNorm", "lens", "position",
                "inputId", "inputText", "point", "name", "label", "kind", "layer", "head"));
        metrics.forEach(metric -> names.add(metric.key()));
        names.addAll(List.of("list", "rank", "id", "text", "bytes", "logit", "probability", "logProbability"));
        line(names, out);
    }

    /// Writes the lines.
    ///
    /// @param result the result, or one part of it
    /// @param out    where to
    /// @throws IOException if `out` does
    public static void rows(LensResult result, Writer out) throws IOException {
        List<LensMetric> metrics = metrics(result);
        for (int position : result.positions()) {
            for (int index = 0; index < result.points().size(); index++) {
                LensPoint point = result.points().get(index);
                List<String> place = place(result, metrics, index, position);
                LensReading reading = result.reading(point, position);
                for (int rank = 1; rank <= reading.top().size(); rank++) {
                    TokenPrediction top = reading.top().get(rank - 1);
                    line(place, token("top", rank, top.token(), top.logit(), top.probability(), reading), out);
                }
                for (TokenRef tracked : new LinkedHashSet<>(result.options().tracked())) {
                    TrackedToken at = result.tracked(tracked, point, position);
                    line(place, token("tracked", at.rank(), at.token(), at.logit(), at.probability(), reading), out);
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
        List<String> fields = new ArrayList<>(List.of(
                quoted(result.modelId()), Boolean.toString(result.options().bos() == Bos.PREPEND),
                result.options().layerNorm().key(), result.provenance().lens(), Integer.toString(position),
                Integer.toString(input.id()), quoted(input.display()), Integer.toString(index), point.name(),
                point.label(), point.kind().key(), number(point.layer()), number(point.head())));
        metrics.forEach(metric -> fields.add(Double.toString(result.value(metric, point, position))));
        return fields;
    }

    private static String number(OptionalInt number) {
        return number.isPresent() ? Integer.toString(number.getAsInt()) : "";
    }

    private static List<String> token(String kind, int rank, Token token, float logit, double probability, LensReading reading) {
        return List.of(kind, Integer.toString(rank), Integer.toString(token.id()), quoted(token.display()), token.hex(),
                Float.toString(logit), Double.toString(probability), Double.toString(logit - reading.logSumExp()));
    }

    /// A text as a spreadsheet may show it; always in quotes, so that no reader trims its spaces.
    ///
    /// @param display any text
    /// @return the field
    public static String quoted(String display) {
        boolean formula = display.stripLeading().matches("(?s)[=+\\-@＝＋－＠].*");
        return "\"" + (formula ? "'" : "") + display.replace("\"", "\"\"") + "\"";
    }

    private static void line(List<String> place, List<String> token, Writer out) throws IOException {
        line(Stream.concat(place.stream(), token.stream()).toList(), out);
    }

    /// Fields without commas, quotes and line ends, or quoted already.
    private static void line(List<String> fields, Writer out) throws IOException {
        out.write(String.join(",", fields));
        out.write("\r\n");
    }
}
