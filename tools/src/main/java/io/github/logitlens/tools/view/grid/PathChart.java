package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenRef;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import io.github.logitlens.tools.view.draw.Canvas;
import io.github.logitlens.tools.view.draw.Ink;
import io.github.logitlens.tools.view.draw.Shape.Anchor;
import io.github.logitlens.tools.view.draw.Shape.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The paths of tracked tokens over the points, at the last position that was read: probability and rank in two charts side by side,
/// a third with the logit difference where there is one.
final class PathChart {

    private static final double HEIGHT = 150;
    private static final double AXIS = 44;
    private static final double GAP = 28;
    private static final double WIDEST = 420;
    private static final double TICK_ROOM = 18;

    private record Series(String name, Ink ink, double[] values) {
    }

    private PathChart() {
    }

    /// Draws them.
    ///
    /// @return where the charts end
    static double draw(LensResult result, Canvas canvas, double left, double top, double width) {
        int position = result.positions().getLast();
        List<TokenRef> tokens = result.options().tracked().stream().distinct().toList();
        canvas.words("Tracked tokens at position " + position + ", after \""
                + SafeText.cut(result.tokens().get(position).display(), 16) + "\"", left, top + 12, Size.HEADING, Ink.TEXT);
        double x = left;
        double y = top + 28;
        for (int i = 0; i < tokens.size(); i++) {
            String name = name(result, tokens.get(i), position);
            double room = 20 + Size.NORMAL.column() * (TextWidth.of(name) + 2);
            if (x + room > left + width && x > left) {
                x = left;
                y += 16;
            }
            canvas.line(x, y - 4, x + 14, y - 4, ink(i), 2);
            canvas.words(name, x + 20, y, Size.NORMAL, Ink.TEXT);
            x += room;
        }
        List<Quantity> quantities = new ArrayList<>(List.of(
                new Quantity.OfToken(TokenFact.PROBABILITY, tokens.getFirst()), new Quantity.OfToken(TokenFact.RANK, tokens.getFirst())));
        result.options().versus().ifPresent(other -> quantities.add(new Quantity.OfDifference(tokens.getFirst(), other)));
        int side = (int) Math.clamp((width + GAP) / 300, 1, quantities.size());
        double each = Math.min(WIDEST, (width - (side - 1) * GAP) / side);
        y += 12;
        for (int i = 0; i < quantities.size(); i++) {
            double chartX = left + i % side * (each + GAP);
            double chartY = y + i / side * (HEIGHT + 46);
            chart(result, position, tokens, quantities.get(i), canvas, chartX, chartY, each);
        }
        return y + Math.ceilDiv(quantities.size(), side) * (HEIGHT + 46) - 4;
    }

    private static String name(LensResult result, TokenRef token, int position) {
        return "\"" + SafeText.cut(result.tracked(token, result.points().getLast(), position).token().display(), 16) + "\"";
    }

    private static Ink ink(int token) {
        return Ink.LINES.get(token % Ink.LINES.size());
    }

    private static List<Series> series(LensResult result, int position, List<TokenRef> tokens, Quantity quantity) {
        List<LensPoint> points = result.points();
        if (!(quantity instanceof Quantity.OfToken(TokenFact fact, TokenRef _))) {
            return List.of(new Series("", Ink.TEXT, quantity.column(result, points, position)));
        }
        List<Series> series = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            series.add(new Series(tokens.get(i).toString(), ink(i),
                    new Quantity.OfToken(fact, tokens.get(i)).column(result, points, position)));
        }
        return series;
    }

    private static void chart(LensResult result, int position, List<TokenRef> tokens, Quantity quantity, Canvas canvas, double x,
            double y, double width) {
        List<Series> series = series(result, position, tokens, quantity);
        ColourScale scale = ColourScale.of(quantity, quantity.kind().usualScale(),
                series.stream().flatMapToDouble(each -> Arrays.stream(each.values())).toArray());
        canvas.words(quantity instanceof Quantity.OfToken(TokenFact fact, TokenRef _)
                ? fact.label() + (scale.scale() == Scale.LINEAR ? "" : ", " + scale.scale().label())
                : quantity.title(),
                x + AXIS, y + 10, Size.NORMAL, Ink.QUIET);
        double top = y + 18;
        double left = x + AXIS;
        double right = x + width - 6;
        String[] ends = {quantity.figure(scale.darkest()), quantity.figure(scale.brightest())};
        for (int tick = 0; tick <= 4; tick++) {
            double at = top + HEIGHT * (4 - tick) / 4;
            canvas.line(left, at, right, at, Ink.RULE, tick == 0 || quantity.kind() == Kind.SIGNED && tick == 2 ? 1.4 : 0.7);
            if (tick % 4 == 0) {
                canvas.words(ends[tick / 4], left - 6, at + 4, Size.SMALL, Anchor.END, 0, Ink.QUIET);
            }
        }
        if (quantity.kind() == Kind.SIGNED) {
            canvas.words("0", left - 6, top + HEIGHT / 2 + 4, Size.SMALL, Anchor.END, 0, Ink.QUIET);
        }
        List<LensPoint> points = result.points();
        double step = (right - left - 12) / Math.max(1, points.size() - 1);
        labels(points, canvas, left + 6, top + HEIGHT + 14, step);
        for (Series each : series) {
            line(each, scale, canvas, left + 6, top, step);
        }
    }

    /// As many labels of points as there is room for, the last among them.
    private static void labels(List<LensPoint> points, Canvas canvas, double left, double y, double step) {
        int every = Math.max(1, (int) Math.ceil(TICK_ROOM / step));
        for (int i = points.size() - 1; i >= 0; i -= every) {
            LensPoint point = points.get(i);
            String text = point.layer().isEmpty() ? "emb" : point.kind().isResidual() ? Integer.toString(point.layer().getAsInt()) : point.label();
            if (TextWidth.of(text) * Size.SMALL.column() < step * every) {
                canvas.words(text, left + i * step, y, Size.SMALL, Anchor.MIDDLE, 0, Ink.QUIET);
            }
        }
    }

    /// A line through what is a number, and a dot at each.
    private static void line(Series series, ColourScale scale, Canvas canvas, double left, double top, double step) {
        List<double[]> run = new ArrayList<>();
        for (int i = 0; i <= series.values().length; i++) {
            double place = i < series.values().length ? scale.place(series.values()[i]) : Double.NaN;
            if (!Double.isNaN(place)) {
                run.add(new double[] {left + i * step, top + HEIGHT * (1 - place)});
            } else if (!run.isEmpty()) {
                canvas.line(run.stream().mapToDouble(at -> at[0]).toArray(), run.stream().mapToDouble(at -> at[1]).toArray(),
                        series.ink(), 1.8);
                run.forEach(at -> canvas.dot(at[0], at[1], 2.4, series.ink()));
                run.clear();
            }
        }
    }
}
