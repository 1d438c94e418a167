package io.github.logitlens.internal.view;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenRef;
import io.github.logitlens.TrackedToken;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A result as text: a header that says what was run, then a table for each position.
///
/// ```
/// Embedding  |  the: 0.045 |  a: 0.032
/// Layer 0    |  the: 0.052 |  France: 0.028
/// ```
///
/// A row is a point, a cell a predicted token and its probability, most likely first; where rows are parts of the logits, as
/// those of components under a frozen layer norm are, the logit stands in its place, with its sign. Metrics that were asked for
/// stand before the tokens. Tracked tokens follow in a table of their own, which adds logit and rank, and so do the least
/// likely tokens. On a terminal that is too narrow for a table's columns the last ones come below the first, behind the same
/// labels.
public final class RunTable implements RunView {

    private static final int WIDEST_HEADER = 100;

    /// Draws the path of a tracked token over the points.
    @FunctionalInterface
    public interface TrackedPath {

        /// @return cells of a row of a table
        List<String> cells(LensResult result, TokenRef token, int position);
    }

    private final RunHeader header;
    private final OptionalInt width;
    private final Optional<TrackedPath> paths;
    private final boolean hashes;

    /// A view that names what computed the result.
    ///
    /// @param compute kernels and threads, in a few words
    /// @param width   the terminal's columns, for columns that do not fit to come below; empty for a table in one piece
    /// @param paths   draws the paths of tracked tokens; empty where nothing is drawn
    /// @param hashes  whether the header has the hashes of weights and tokenizer, as one that is kept should
    public RunTable(String compute, OptionalInt width, Optional<TrackedPath> paths, boolean hashes) {
        this.paths = paths;
        this.hashes = hashes;
        this.header = new RunHeader(compute, Math.min(width.orElse(WIDEST_HEADER), WIDEST_HEADER));
        this.width = width;
    }

    @Override
    public void write(LensResult result, Writer out) throws IOException {
        if (width.isPresent()) {
            header.within(lines -> header.write(result, hashes, lines), out);
        } else {
            header.write(result, hashes, out);
        }
        boolean several = result.positions().size() > 1;
        for (int position : result.positions()) {
            if (several) {
                out.write('\n');
            }
            RunHeader.field("position", place(result, position), width, out);
            if (!result.stopped()) {
                RunHeader.field("decided", decision(result, position), width, out);
            }
            if (!several) {
                out.write('\n');
            }
            predictions(result, position).write(width, out);
            if (!result.options().tracked().isEmpty()) {
                out.write('\n');
                tracked(result, position).write(width, out);
                if (paths.isPresent()) {
                    out.write('\n');
                    paths(result, position, paths.get()).write(width, out);
                }
            }
            if (result.options().bottomK() > 0) {
                out.write("\nleast likely\n");
                bottom(result, position).write(width, out);
            }
        }
        if (result.hasLoss()) {
            out.write("\nloss in nats a token\n");
            losses(result).write(width, out);
        }
    }

    private static String decision(LensResult result, int position) {
        LensPoint decision = result.decisionLayer(position);
        int flips = result.flips(position);
        return "at " + decision + ", margin " + Figures.metric(LensMetric.MARGIN, result.value(LensMetric.MARGIN, decision, position))
                + "; first seen at " + result.firstAppearance(position) + ", " + flips + (flips == 1 ? " flip" : " flips");
    }

    private static Columns losses(LensResult result) {
        Columns table = new Columns();
        for (LensPoint point : result.points()) {
            table.row(point.label(), List.of("loss: " + Figures.figure(result.loss(point)),
                    "perplexity: " + Figures.figure(result.perplexity(point))));
        }
        return table;
    }

    private static String place(LensResult result, int position) {
        int last = result.tokens().size() - 1;
        return (position == last ? position + " (last)" : position + " of 0 to " + last) + ", after "
                + RunHeader.quoted(result.tokens().get(position));
    }

    private static Columns predictions(LensResult result, int position) {
        Columns table = new Columns();
        for (LensPoint point : result.points()) {
            List<String> cells = new ArrayList<>();
            for (LensMetric metric : result.options().metrics()) {
                cells.add(metric.key() + ": " + Figures.metric(metric, result.value(metric, point, position)));
            }
            result.top(point, position).stream()
                    .map(prediction -> prediction.token().display() + ": " + (sumsToLogits(result, point)
                            ? Figures.signed(prediction.logit())
                            : Figures.probability(prediction.probability())))
                    .forEach(cells::add);
            table.row(point.label(), cells);
        }
        return table;
    }

    private static Columns bottom(LensResult result, int position) {
        Columns table = new Columns();
        for (LensPoint point : result.points()) {
            table.row(point.label(), result.bottom(point, position).stream()
                    .map(prediction -> prediction.token().display() + ": " + Figures.small(prediction.probability()))
                    .toList());
        }
        return table;
    }

    /// Whether a row is a part of the logits, whose softmax means nothing, and not a prediction.
    private static boolean sumsToLogits(LensResult result, LensPoint point) {
        return switch (result.options().layerNorm()) {
            case RECOMPUTED -> false;
            case FROZEN -> !point.kind().isResidual();
            case NONE -> true;
        };
    }

    private static Columns tracked(LensResult result, int position) {
        List<TokenRef> tokens = result.options().tracked().stream().distinct().toList();
        Columns table = new Columns();
        for (LensPoint point : result.points()) {
            List<String> cells = new ArrayList<>();
            for (TokenRef token : tokens) {
                TrackedToken at = result.tracked(token, point, position);
                cells.add(at.token().display() + ": " + TextWidth.padded(Figures.small(at.probability()), 7)
                        + "  logit " + TextWidth.leftPadded(Figures.logit(at.logit()), 7)
                        + "  rank " + TextWidth.leftPadded(Integer.toString(at.rank()), 5));
            }
            if (result.options().versus().isPresent()) {
                cells.add("difference: " + Figures.signed(result.logitDifference(point, position)));
            }
            table.row(point.label(), cells);
        }
        return table;
    }

    private static Columns paths(LensResult result, int position, TrackedPath path) {
        Columns table = new Columns();
        result.options().tracked().stream().distinct().forEach(token -> table.row(
                result.track(token, position).getFirst().token().display(), path.cells(result, token, position)));
        return table;
    }
}
