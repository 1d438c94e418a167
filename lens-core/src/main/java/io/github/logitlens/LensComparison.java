package io.github.logitlens;

import io.github.logitlens.internal.view.ComparisonJson;
import io.github.logitlens.internal.view.ComparisonTable;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// How two results differ, point by point and position by position, over the whole vocabulary; made by [LensResult#compare] and
/// [LogitLens#compare]. Immutable.
///
/// ```java
/// LensComparison effect = lens.compare("The Eiffel Tower is in", LensOptions.defaults().track(" Paris"), Edits.zeroHead(5, 3));
/// LensDifference last = effect.difference(effect.before().finalPoint(), -1);
/// last.flips() + " " + last.kl()                                              // whether another token is first, and how far it is
/// effect.probabilityChange(TokenRef.of(" Paris"), effect.before().finalPoint(), -1)
/// ```
///
/// What a change can reach follows from what it is: an edit reaches what is computed from the places it touches, in the same position
/// and, through attention, in later ones; another token does the same from the embedding on. Everywhere else the residuals of the two
/// results are compared bit for bit whenever a comparison is made, and a difference there is an [AssertionError]. Between two models,
/// two lenses or two layer norm modes, and between positions of other numbers, everything counts as reachable.
public final class LensComparison {

    /// Positions that belong together.
    ///
    /// @param before of the first result
    /// @param after  of the second
    public record Pair(int before, int after) {
    }

    private final LensResult before;
    private final LensResult after;
    private final Alignment alignment;
    private final List<Pair> pairs;
    /// Points of the first result, each with its counterpart in the second.
    private final Map<LensPoint, LensPoint> counterparts;
    private final List<LensPoint> points;
    private final boolean[] reachable;
    private final Distances distances;

    /// Over the whole vocabulary, `[pairs, points]` each.
    record Distances(double[] kl, double[] jsd, double[] totalVariation) {

        Distances(int size) {
            this(new double[size], new double[size], new double[size]);
        }
    }

    LensComparison(LensResult before, LensResult after, Alignment alignment, List<Pair> pairs, List<LensPoint> points,
            List<LensPoint> counterparts, boolean[] reachable, Distances distances) {
        this.before = before;
        this.after = after;
        this.alignment = alignment;
        this.pairs = List.copyOf(pairs);
        this.points = List.copyOf(points);
        this.counterparts = new HashMap<>();
        for (int i = 0; i < points.size(); i++) {
            this.counterparts.put(points.get(i), counterparts.get(i));
        }
        this.reachable = reachable;
        this.distances = distances;
    }

    /// The first result.
    ///
    /// @return what [LensResult#compare] was called on
    public LensResult before() {
        return before;
    }

    /// The second result.
    ///
    /// @return what it was compared with
    public LensResult after() {
        return after;
    }

    /// How positions were found to belong together.
    ///
    /// @return the alignment
    public Alignment alignment() {
        return alignment;
    }

    /// The points that both results have, as those of the first.
    ///
    /// @return in the order of the forward pass; the last is the first result's last where that of the second is its last too
    public List<LensPoint> points() {
        return points;
    }

    /// A point's counterpart in the second result: the point of its name, of a last point the last.
    ///
    /// @param point one of [#points]
    /// @return a point of [#after]
    /// @throws IllegalArgumentException if it is none of [#points]
    public LensPoint counterpart(LensPoint point) {
        index(point);
        return counterparts.get(point);
    }

    /// The positions that were compared.
    ///
    /// @return ascending in both results
    public List<Pair> positions() {
        return pairs;
    }

    /// How the results differ at one place.
    ///
    /// @param point    one of [#points]
    /// @param position of the first result, one of [#positions]; negative counts from its prompt's end
    /// @return the difference
    /// @throws IllegalArgumentException if that point or position was not compared
    public LensDifference difference(LensPoint point, int position) {
        int row = row(position);
        int at = row * points.size() + index(point);
        return new LensDifference(before.reading(point, pairs.get(row).before), after.reading(counterparts.get(point), pairs.get(row).after),
                reachable[at], distances.kl[at], distances.jsd[at], distances.totalVariation[at]);
    }

    /// How far a tracked token's logit rises from the first result to the second.
    ///
    /// @param token    tracked in both results
    /// @param point    one of [#points]
    /// @param position of the first result, one of [#positions]; negative counts from its prompt's end
    /// @return `after − before`
    /// @throws IllegalArgumentException if the token was not tracked in both, or that point or position was not compared
    public double logitChange(TokenRef token, LensPoint point, int position) {
        return (double) after(token, point, position).logit() - before(token, point, position).logit();
    }

    /// How far a tracked token's probability rises from the first result to the second.
    ///
    /// @param token    tracked in both results
    /// @param point    one of [#points]
    /// @param position of the first result, one of [#positions]; negative counts from its prompt's end
    /// @return `after − before`, −1 to 1
    /// @throws IllegalArgumentException if the token was not tracked in both, or that point or position was not compared
    public double probabilityChange(TokenRef token, LensPoint point, int position) {
        return after(token, point, position).probability() - before(token, point, position).probability();
    }

    private TrackedToken before(TokenRef token, LensPoint point, int position) {
        index(point);
        return before.tracked(token, point, pairs.get(row(position)).before);
    }

    private TrackedToken after(TokenRef token, LensPoint point, int position) {
        return after.tracked(token, counterpart(point), pairs.get(row(position)).after);
    }

    private int index(LensPoint point) {
        int index = points.indexOf(point);
        if (index < 0) {
            throw new IllegalArgumentException("point: expected one that was compared, of " + points.stream().map(LensPoint::name).toList()
                    + ", got " + point.name());
        }
        return index;
    }

    private int row(int position) {
        int absolute = Positions.index(position, before.tokens().size());
        for (int row = 0; row < pairs.size(); row++) {
            if (pairs.get(row).before == absolute) {
                return row;
            }
        }
        throw new IllegalArgumentException("position: expected one that was compared, of " + pairs.stream().map(Pair::before).toList()
                + ", got " + position);
    }

    /// The comparison as text: what was compared, then for each pair of positions a row for each point.
    ///
    /// @return lines, each with a line feed at its end
    public String table() {
        return written(out -> new ComparisonTable(OptionalInt.empty()).write(this, out));
    }

    /// The comparison as JSON, schema `logitlens.comparison/1`: what `lens compare --json` prints.
    ///
    /// @return one document
    public String toJson() {
        return written(out -> new ComparisonJson().write(this, out));
    }

    @FunctionalInterface
    private interface View {

        void write(Writer out) throws IOException;
    }

    private static String written(View view) {
        StringWriter out = new StringWriter();
        try {
            view.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    /// Both results, and how far they are apart at the end.
    @Override
    public String toString() {
        LensDifference last = difference(points.getLast(), pairs.getLast().before);
        return "LensComparison[" + before + " with " + after + ", at the end " + last.before().top().getFirst() + " ▸ "
                + last.after().top().getFirst() + ", KL " + last.kl() + "]";
    }
}
