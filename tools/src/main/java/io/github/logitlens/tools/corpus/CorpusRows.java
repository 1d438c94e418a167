package io.github.logitlens.tools.corpus;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.github.logitlens.CorpusItem;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.tools.view.Csv;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

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
    private final int points;
    private final int tracked;
    private final List<CorpusFields.Field> fields;
    private final StringBuilder line = new StringBuilder();

    /// @param json    whether lines are JSON, else CSV
    /// @param points  the points read
    /// @param options what was asked for; see [CorpusFields#of]
    public CorpusRows(boolean json, List<LensPoint> points, LensOptions options) {
        this.json = json;
        this.points = points.size();
        tracked = options.tracked().size();
        fields = CorpusFields.of(points, options);
    }

    /// The line before the first row.
    ///
    /// @param out where to
    /// @throws IOException if `out` does
    public void head(Writer out) throws IOException {
        if (json) {
            return;
        }
        List<String> names = new ArrayList<>(CorpusFields.PLACE);
        for (CorpusFields.Field field : fields) {
            switch (field.kind()) {
                case NUMBERS, RANKS -> column(field.name(), names);
                case POINT -> names.add(field.name());
                case TRACKED -> {
                    for (int t = 0; t < tracked; t++) {
                        names.add(field.name() + t + "_id");
                        for (String part : List.of("logit", "probability", "rank")) {
                            column(field.name() + t + "_" + part, names);
                        }
                    }
                }
            }
        }
        out.write(String.join(",", names) + "\r\n");
    }

    private void column(String name, List<String> names) {
        for (int i = 0; i < points; i++) {
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
            line.append("{\"document\":\"");
            JsonStringEncoder.getInstance().quoteAsString(row.id(), line);
            line.append("\",\"position\":").append(row.position()).append(",\"id\":").append(row.token().id())
                    .append(",\"bytes\":\"").append(row.token().hex()).append("\",\"context\":").append(row.context());
        } else {
            line.append(Csv.text(row.id())).append(',').append(row.position()).append(',').append(row.token().id()).append(',')
                    .append(row.token().hex()).append(',').append(row.context());
        }
        for (CorpusFields.Field field : fields) {
            Object value = field.value().of(row.window(), row.predictor());
            switch (field.kind()) {
                case NUMBERS -> numbers(field.name(), (double[]) value);
                case RANKS -> ranks(field.name(), (int[]) value);
                case POINT -> name(field.name()).append(value == null ? json ? "null" : "" : value);
                case TRACKED -> tracked(field.name(), (List<?>) value);
            }
        }
        line.append(json ? "}\n" : "\r\n");
        out.append(line);
    }

    private void tracked(String name, List<?> tokens) {
        if (json) {
            name(name).append('[');
        }
        for (int t = 0; t < tokens.size(); t++) {
            CorpusFields.Tracked token = (CorpusFields.Tracked) tokens.get(t);
            line.append(!json ? "," : t == 0 ? "{\"id\":" : ",{\"id\":").append(token.id());
            array("logit", points, i -> token.logit()[i]);
            numbers("probability", token.probability());
            ranks("rank", token.rank());
            line.append(json ? "}" : "");
        }
        line.append(json ? "]" : "");
    }

    private void numbers(String name, double[] values) {
        array(name, values.length, i -> values[i]);
    }

    private void ranks(String name, int[] values) {
        array(name, values.length, i -> values[i]);
    }

    /// A number for each point: an array, or columns.
    private void array(String name, int length, IntFunction<Number> values) {
        if (json) {
            name(name).append('[');
        }
        for (int i = 0; i < length; i++) {
            Number value = values.apply(i);
            boolean text = json && !Double.isFinite(value.doubleValue());
            line.append(json && i == 0 ? "" : ",").append(text ? "\"" : "").append(value).append(text ? "\"" : "");
        }
        line.append(json ? "]" : "");
    }

    /// What stands before a value.
    private StringBuilder name(String name) {
        return json ? line.append(",\"").append(name).append("\":") : line.append(',');
    }
}
