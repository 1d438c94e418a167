package io.github.logitlens.tools.view;

import io.github.logitlens.Bos;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TrackedToken;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A result as text: a header that says what was run, then a table for each position.
///
/// ```
/// Embedding  |  the: 0.045 |  a: 0.032
/// Layer 0    |  the: 0.052 |  France: 0.028
/// ```
///
/// A row is a point, a cell a predicted token and its probability, most likely first. Tracked tokens follow in a table of
/// their own, which adds logit and rank.
public final class RunTable implements RunView {

    private static final int WIDTH = 100;
    private static final int TOKENS_SHOWN = 64;

    private final String compute;

    /// A view that names what computed the result.
    ///
    /// @param compute kernels and threads, in a few words
    public RunTable(String compute) {
        this.compute = Objects.requireNonNull(compute, "compute");
    }

    @Override
    public void write(LensResult result, Writer out) throws IOException {
        header(result, out);
        boolean several = result.positions().size() > 1;
        for (int position : result.positions()) {
            if (several) {
                out.write('\n');
            }
            field("position", place(result, position), out);
            if (!several) {
                out.write('\n');
            }
            predictions(result, position).write(out);
            if (!result.options().tracked().isEmpty()) {
                out.write('\n');
                tracked(result, position).write(out);
            }
        }
    }

    private void header(LensResult result, Writer out) throws IOException {
        field("model", result.modelId() + ", " + result.config().nLayers() + " layers, dModel " + result.config().dModel(), out);
        List<Token> tokens = result.tokens();
        field("tokens", tokens.size() + ": " + quoted(tokens), out);
        field("BOS", result.options().bos() == Bos.NONE ? "none" : "prepended, position 0", out);
        field("compute", compute, out);
    }

    private static void field(String name, String value, Writer out) throws IOException {
        out.write(TextWidth.padded(name, 10) + value + "\n");
    }

    private static String place(LensResult result, int position) {
        int last = result.tokens().size() - 1;
        return (position == last ? position + " (last)" : position + " of 0 to " + last) + ", after "
                + quoted(result.tokens().get(position));
    }

    private static String quoted(Token token) {
        return "\"" + token.display() + "\"";
    }

    /// The tokens in lines of the header's width, the middle of a long prompt left out.
    private static String quoted(List<Token> tokens) {
        StringBuilder text = new StringBuilder();
        int used = 10 + 4;
        for (int position = 0; position < tokens.size(); position++) {
            boolean cut = tokens.size() > TOKENS_SHOWN && position == TOKENS_SHOWN / 2;
            String word = cut ? "… (" + (tokens.size() - TOKENS_SHOWN) + " more) …" : quoted(tokens.get(position));
            int width = TextWidth.of(word) + 1;
            if (used + width > WIDTH && !text.isEmpty()) {
                text.append('\n').append(" ".repeat(10));
                used = 10;
            } else if (!text.isEmpty()) {
                text.append(' ');
            }
            text.append(word);
            used += width;
            if (cut) {
                position = tokens.size() - TOKENS_SHOWN / 2 - 1;
            }
        }
        return text.toString();
    }

    private static Columns predictions(LensResult result, int position) {
        Columns table = new Columns();
        for (LensPoint point : result.points()) {
            table.row(point.label(), result.top(point, position).stream()
                    .map(prediction -> prediction.token().display() + ": " + Figures.probability(prediction.probability()))
                    .toList());
        }
        return table;
    }

    private static Columns tracked(LensResult result, int position) {
        List<List<TrackedToken>> tracks = result.options().tracked().stream().distinct()
                .map(token -> result.track(token, position)).toList();
        Columns table = new Columns();
        for (LensPoint point : result.points()) {
            List<String> cells = new ArrayList<>();
            for (List<TrackedToken> track : tracks) {
                TrackedToken at = track.get(point.index());
                cells.add(at.token().display() + ": " + TextWidth.padded(Figures.small(at.probability()), 7)
                        + "  logit " + TextWidth.leftPadded(Figures.logit(at.logit()), 7)
                        + "  rank " + TextWidth.leftPadded(Integer.toString(at.rank()), 5));
            }
            table.row(point.label(), cells);
        }
        return table;
    }
}
