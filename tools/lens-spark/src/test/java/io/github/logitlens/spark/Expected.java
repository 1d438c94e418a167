package io.github.logitlens.spark;

import io.github.logitlens.BatchOptions;
import io.github.logitlens.CorpusDocument;
import io.github.logitlens.CorpusItem;
import io.github.logitlens.CorpusOptions;
import io.github.logitlens.CorpusReader;
import io.github.logitlens.Layers;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Outcome;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TrackedToken;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.hook.Hooks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/// What rows have to be, by the library alone, as text in which numbers read back equal.
final class Expected {

    /// What [#rows] are read by.
    static final String[] CORPUS = {"--model", "demo", "--window", "12", "--stride", "8", "--metric", "entropy,klToFinal", "--track", " Paris",
        "--points", "resid_post", "--layers", "0,5", "--edit", "zero:L2H1", "--keep", "year"};

    private Expected() {
    }

    /// Every token of texts.
    static List<String> rows(List<Row> texts) {
        List<String> lines = new ArrayList<>();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensOptions read = LensOptions.defaults().topK(1).positions(Positions.all()).points(PointKind.RESID_POST).layers(Layers.parse("0,5"))
                    .metrics(LensMetric.SURPRISAL, LensMetric.NEXT_RANK, LensMetric.ENTROPY, LensMetric.KL_TO_FINAL).track(" Paris");
            List<CorpusDocument> documents = texts.stream().map(text -> CorpusDocument.of(String.valueOf(text.getString(0)),
                    text.isNullAt(1) ? Prompt.ids() : Prompt.of(text.getString(1)))).toList();
            CorpusOptions options = CorpusOptions.defaults().window(12).stride(8).lens(read).batch(BatchOptions.defaults().rows(40));
            try (CorpusReader reader = lens.corpus(documents.iterator(), options, Hooks.of(Edits.zeroHead(2, 1)))) {
                reader.forEachRemaining(item -> {
                    Row text = texts.get((int) item.document());
                    switch (item) {
                        case CorpusItem.Row row -> lines.add(line(text.get(0), row.position(), row.token().id(), row.token().hex(),
                                row.context(), row.points().stream().map(row::surprisal).toList(),
                                row.points().stream().map(row::rank).toList(), row.points().indexOf(row.decisionLayer()),
                                row.points().stream().map(point -> row.value(LensMetric.ENTROPY, point)).toList(),
                                row.points().stream().map(point -> row.value(LensMetric.KL_TO_FINAL, point)).toList(),
                                List.of(tracked(row.points().stream().map(point -> row.tracked(point).getFirst()).toList())),
                                text.get(2), null, null));
                        case CorpusItem.Refused refused -> lines.add(line(text.get(0), null, null, null, null, null, null, null, null, null,
                                null, text.get(2), refused.reason(), text.isNullAt(1) ? "text: expected one, got null" : refused.message()));
                        case CorpusItem.End _ -> {
                        }
                    }
                });
            }
        }
        Collections.sort(lines);
        return lines;
    }

    private static List<Object> tracked(List<TrackedToken> points) {
        return List.of(points.getFirst().id(), points.stream().map(TrackedToken::logit).toList(),
                points.stream().map(TrackedToken::probability).toList(), points.stream().map(TrackedToken::rank).toList());
    }

    /// The last position of texts, with three likely tokens and the entropy.
    static List<String> lastRows(List<Row> texts) {
        List<String> lines = new ArrayList<>();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensOptions options = LensOptions.defaults().topK(3).positions(Positions.last()).metrics(LensMetric.ENTROPY);
            List<Prompt> prompts = texts.stream()
                    .map(text -> text.isNullAt(1) ? Prompt.ids() : Prompt.of(text.getString(1))).toList();
            for (Outcome outcome : lens.runAll(prompts, options)) {
                Row text = texts.get((int) outcome.index());
                lines.add(switch (outcome) {
                    case Outcome.Read(_, _, var result) -> line(text.get(0), (long) result.tokens().size(), result.tokens().size(),
                            result.points().indexOf(result.decisionLayer(-1)),
                            result.points().stream().map(point -> result.value(LensMetric.ENTROPY, point, -1)).toList(),
                            result.points().stream().map(point -> result.top(point, -1).stream().map(Expected::choice).toList()).toList(),
                            null, null);
                    case Outcome.Refused refused -> line(text.get(0), null, null, null, null, null, refused.reason(),
                            text.isNullAt(1) ? "text: expected one, got null" : refused.message());
                });
            }
        }
        Collections.sort(lines);
        return lines;
    }

    private static List<Object> choice(TokenPrediction choice) {
        return List.of(choice.id(), choice.logit(), choice.probability());
    }

    /// A table's rows.
    static List<String> lines(Dataset<Row> rows) {
        return rows.collectAsList().stream().map(Expected::text).sorted().toList();
    }

    private static String line(Object... values) {
        return Arrays.stream(values).map(Expected::text).collect(Collectors.joining("|", "(", ")"));
    }

    private static String text(Object value) {
        return switch (value) {
            case Row row -> {
                List<Object> values = new ArrayList<>();
                for (int i = 0; i < row.size(); i++) {
                    values.add(row.get(i));
                }
                yield line(values.toArray());
            }
            case scala.collection.Seq<?> values -> line(scala.jdk.javaapi.CollectionConverters.asJava(values).toArray());
            case List<?> values -> line(values.toArray());
            case null, default -> String.valueOf(value);
        };
    }
}
