package io.github.logitlens.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What was reached, over operations per byte of weights, under what the machine could do.
final class RooflineChart {

    private static final int WIDTH = 860;
    private static final int HEIGHT = 520;
    private static final int LEFT = 70;
    private static final int RIGHT = 30;
    private static final int TOP = 50;
    private static final int BOTTOM = 56;
    private static final String TASK = "#cf222e";
    private static final String KERNEL = "#57606a";

    private record Point(String label, double intensity, double rate, boolean task) {
    }

    private final Svg svg = new Svg(WIDTH, HEIGHT);
    private final double flopRate;
    private final double byteRate;
    private final double leastX;
    private final double mostX;
    private final double leastY;
    private final double mostY;
    private final List<Point> points = new ArrayList<>();

    private RooflineChart(Figures.Limit limit, List<Row> rows) {
        flopRate = limit.flopRate().median();
        byteRate = limit.byteRate().median();
        for (Row row : rows) {
            boolean task = row.other(Schedule.ONNX).isPresent();
            points.add(new Point(task ? row.task() : "", row.intensity().orElseThrow(), row.flopRate().orElseThrow(), task));
        }
        leastX = 0.25;
        mostX = 1024;
        mostY = flopRate * 1.6;
        leastY = Math.min(byteRate * leastX, points.stream().mapToDouble(Point::rate).min().orElse(flopRate)) / 2;
    }

    /// Whether there is anything to draw.
    static boolean hasPoints(Figures figures) {
        return mostThreads(figures).filter(limit -> !points(figures, limit).isEmpty()).isPresent();
    }

    /// What ran on the most threads whose limits are known.
    static String draw(Figures figures) {
        Figures.Limit limit = mostThreads(figures).orElseThrow();
        int threads = limit.threads();
        RooflineChart chart = new RooflineChart(limit, points(figures, limit));
        chart.svg.text(16, 26, "start", 16, Svg.INK, "Reached and possible, " + threads
                + (threads == 1 ? " thread" : " threads") + ": whole tasks red, single kernels grey");
        chart.axes();
        chart.roof();
        chart.points();
        return chart.svg.toString();
    }

    private static Optional<Figures.Limit> mostThreads(Figures figures) {
        return figures.limits().stream().max(Comparator.comparingInt(Figures.Limit::threads));
    }

    private static List<Row> points(Figures figures, Figures.Limit limit) {
        return figures.rows().stream().filter(row -> row.threads() == limit.threads() && row.intensity().isPresent()
                && row.flopRate().isPresent()).toList();
    }

    private double x(double intensity) {
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(intensity / leastX) / Math.log(mostX / leastX);
    }

    private double y(double rate) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.log(rate / leastY) / Math.log(mostY / leastY);
    }

    private void axes() {
        for (double intensity = leastX; intensity <= mostX; intensity *= 4) {
            svg.line(x(intensity), TOP, x(intensity), HEIGHT - BOTTOM, Svg.FAINT, 1);
            svg.text(x(intensity), HEIGHT - BOTTOM + 18, "middle", 12, Svg.GREY,
                    intensity < 1 ? "1/" + Math.round(1 / intensity) : Long.toString(Math.round(intensity)));
        }
        for (double rate : new double[] {1e9, 2e9, 5e9, 1e10, 2e10, 5e10, 1e11, 2e11, 5e11, 1e12, 2e12, 5e12}) {
            if (rate > leastY && rate < mostY) {
                svg.line(LEFT, y(rate), WIDTH - RIGHT, y(rate), Svg.FAINT, 1);
                svg.text(LEFT - 8, y(rate) + 4, "end", 12, Svg.GREY, String.format(Locale.ROOT, "%.0f", rate / 1e9));
            }
        }
        svg.text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", 13, Svg.INK, "operations per byte of weights from memory");
        svg.text(LEFT, TOP - 8, "start", 13, Svg.INK, "GFLOP/s");
    }

    private void roof() {
        double ridge = flopRate / byteRate;
        svg.line(x(leastX), y(byteRate * leastX), x(ridge), y(flopRate), Svg.INK, 2);
        svg.line(x(ridge), y(flopRate), x(mostX), y(flopRate), Svg.INK, 2);
        svg.text(x(mostX) - 6, y(flopRate) - 8, "end", 13, Svg.INK,
                String.format(Locale.ROOT, "fused multiply-add peak, %.0f GFLOP/s", flopRate / 1e9));
        svg.text(x(ridge / 4) - 14, y(flopRate / 4), "end", 13, Svg.INK,
                String.format(Locale.ROOT, "memory, %.1f GB/s", byteRate / 1e9));
    }

    /// Labels stand right of their dots, moved down where they would cover the one before.
    private void points() {
        points.stream().filter(point -> !point.task()).forEach(point -> svg.dot(x(point.intensity()), y(point.rate()), 3.5, KERNEL));
        double lastY = Double.NEGATIVE_INFINITY;
        for (Point point : points.stream().filter(Point::task)
                .sorted(Comparator.comparingDouble(Point::rate).reversed()).toList()) {
            double px = x(point.intensity());
            double py = y(point.rate());
            double labelY = Math.max(py + 22, lastY + 15);
            boolean fits = px + 180 < WIDTH - RIGHT;
            double labelX = fits ? px + 18 : px - 14;
            svg.line(px, py, labelX + (fits ? -3 : 3), labelY - 4, TASK, 0.7);
            svg.dot(px, py, 5, TASK);
            svg.text(labelX, labelY, fits ? "start" : "end", 12, TASK, point.label());
            lastY = labelY;
        }
    }
}
