package io.github.logitlens.tools.corpus;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.github.logitlens.CorpusItem;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.TrackedToken;
import io.github.logitlens.tools.view.Csv;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// The rows of a corpus as lines, JSON or CSV: what was read of a token at each point, the points in the order of the summary's.
///
/// ```json
/// {"document":"a.txt","position":3,"id":8765,"bytes":"20546f776572","context":3,"surprisal":[9.1,…,0.2],"rank":[812,…,1],"decision":6}
/// ```
///
/// `position` is the token's, `context` how many tokens the model saw before it, `decision` the index of the point from which on the
/// model's first choice stays. Numbers are in nats, in the shortest form that reads back equal. In CSV a point's number has a column
/// of its own, `surprisal_0` for the first.
public final class CorpusRows {

    private final boolean json;
    private final List<LensPoint> points;
    private final List<LensMetric> metrics;
    private final int tracked;
    private final StringBuilder line = new StringBuilder();

    /// @param json    whether lines are JSON, else CSV
    /// @param points  the points read
    /// @param options what was asked for; rows have surprisal and rank, its other metrics, and its tracked tokens
    public CorpusRows(boolean json, List<LensPoint> points, LensOptions options) {
        this.json = json;
        this.points = points;
        metrics = options.metrics().stream().filter(metric -> metric != LensMetric.SURPRISAL && metric != LensMetric.NEXT_RANK).toList();
        tracked = options.tracked().size();
    }

    /// The line before the first row.
    ///
    /// @param out where to
    /// @throws IOException if `out` does
    public void head(Writer out) throws IOException {
        if (!json) {
            List<String> names = new ArrayList<>(List.of("document", "position", "id", "bytes", "context"));
            column("surprisal", names);
            column("rank", names);
            names.add("decision");
            metrics.forEach(metric -> column(metric.key(), names));
            for (int t = 0; t < tracked; t++) {
                names.add("tracked" + t + "_id");
                for (String part : List.of("logit", "probability", "rank")) {
                    column("tracked" + t + "_" + part, names);
                }
            }
            out.write(String.join(",", names) + "\r\n");
        }
    }

    private void column(String name, List<String> names) {
        for (int i = 0; i < points.size(); i++) {
            names.add(name + "_" + i);
        }
    }

    /// A row's line.
    ///
    /// @param row a row
    /// @param out where to
    /// @throws IOException if `out` does
    public void write(CorpusItem.Row row, Writer out) throws IOException {
        line.setLength(0);
        if (json) {
            json(row);
        } else {
            csv(row);
        }
        out.append(line);
    }

    private void json(CorpusItem.Row row) {
        line.append("{\"document\":\"");
        JsonStringEncoder.getInstance().quoteAsString(row.id(), line);
        line.append("\",\"position\":").append(row.position()).append(",\"id\":").append(row.token().id())
                .append(",\"bytes\":\"").append(row.token().hex()).append("\",\"context\":").append(row.context());
        array("surprisal", row::surprisal);
        ranks(row);
        line.append(",\"decision\":").append(decision(row));
        for (LensMetric metric : metrics) {
            array(metric.key(), point -> row.value(metric, point));
        }
        if (tracked > 0) {
            List<List<TrackedToken>> read = points.stream().map(row::tracked).toList();
            line.append(",\"tracked\":[");
            for (int t = 0; t < tracked; t++) {
                int token = t;
                line.append(t == 0 ? "" : ",").append("{\"id\":").append(read.getFirst().get(t).id());
                array("logit", read.stream().map(at -> at.get(token).logit()).toList());
                array("probability", read.stream().map(at -> at.get(token).probability()).toList());
                array("rank", read.stream().map(at -> at.get(token).rank()).toList());
                line.append('}');
            }
            line.append(']');
        }
        line.append("}\n");
    }

    private String decision(CorpusItem.Row row) {
        return row.window().stopped() ? json ? "null" : "" : Integer.toString(points.indexOf(row.decisionLayer()));
    }

    private void ranks(CorpusItem.Row row) {
        array("rank", points.stream().map(row::rank).toList());
    }

    private void array(String name, ToDoubleFunction<LensPoint> value) {
        array(name, points.stream().map(value::applyAsDouble).toList());
    }

    private void array(String name, List<? extends Number> values) {
        line.append(",\"").append(name).append("\":[");
        for (int i = 0; i < values.size(); i++) {
            line.append(i == 0 ? "" : ",");
            number(values.get(i));
        }
        line.append(']');
    }

    private void number(Number value) {
        if (json && !Double.isFinite(value.doubleValue())) {
            line.append('"').append(value).append('"');
        } else {
            line.append(value);
        }
    }

    private void csv(CorpusItem.Row row) {
        line.append(Csv.text(row.id())).append(',').append(row.position()).append(',').append(row.token().id()).append(',').append(row.token().hex())
                .append(',').append(row.context());
        points.forEach(point -> field(row.surprisal(point)));
        points.forEach(point -> field(row.rank(point)));
        line.append(',').append(decision(row));
        for (LensMetric metric : metrics) {
            points.forEach(point -> field(row.value(metric, point)));
        }
        if (tracked > 0) {
            List<List<TrackedToken>> read = points.stream().map(row::tracked).toList();
            for (int t = 0; t < tracked; t++) {
                int token = t;
                field(read.getFirst().get(t).id());
                read.forEach(at -> field(at.get(token).logit()));
                read.forEach(at -> field(at.get(token).probability()));
                read.forEach(at -> field(at.get(token).rank()));
            }
        }
        line.append("\r\n");
    }

    private void field(Number value) {
        line.append(',').append(value);
    }
}
