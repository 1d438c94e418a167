package io.github.logitlens.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How many times longer others take than ours, one bar each; the line is where both are equally fast.
final class RatioChart {

    private static final int WIDTH = 860;
    private static final int LABELS = 330;
    private static final int BAR = 16;
    private static final int GAP = 14;
    private static final int TOP = 64;
    private static final int BOTTOM = 28;
    private static final double LEAST = 0.25;
    private static final double MOST = 16;
    private static final Map<String, String> COLOURS = Map.of(
            Schedule.ONNX, "#0969da", Schedule.ONNX_CUT, "#54aeff", Schedule.TORCH, "#bc4c00", Schedule.JTOKKIT, "#8250df", ColdStart.IMPORT, "#9a6700");

    private record Bar(String label, String peer, Spread ratio) {
    }

    private RatioChart() {
    }

    /// @param rows those with others' programs are shown
    static String draw(List<Row> rows) {
        List<Bar> bars = new ArrayList<>();
        List<Integer> groups = new ArrayList<>();
        for (Row row : rows) {
            int before = bars.size();
            row.others().stream().filter(other -> COLOURS.containsKey(other.name())).forEach(other -> other.ratio()
                    .ifPresent(ratio -> bars.add(new Bar(row.task() + threads(row), other.name(), ratio))));
            if (bars.size() > before) {
                groups.add(before);
            }
        }
        int height = TOP + bars.size() * (BAR + 3) + groups.size() * GAP + BOTTOM + 10;
        Svg svg = new Svg(WIDTH, height);
        double y = TOP;
        axis(svg, height);
        svg.text(16, 24, "start", 16, Svg.INK, "How many times longer others take (right of the line, ours is faster)");
        legend(svg, bars);
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            if (groups.contains(i)) {
                y += GAP;
                svg.text(LABELS - 12, y + BAR - 4, "end", 13, Svg.INK, bar.label());
            }
            double end = x(bar.ratio().median());
            svg.rectangle(Math.min(end, x(1)), y, Math.abs(end - x(1)), BAR, COLOURS.get(bar.peer()));
            double middle = y + BAR / 2.0;
            svg.line(x(bar.ratio().least()), middle, x(bar.ratio().most()), middle, Svg.INK, 1.2);
            svg.text(Math.max(x(1), Math.max(end, x(bar.ratio().most()))) + 6, y + BAR - 4, "start", 12, Svg.INK,
                    String.format(Locale.ROOT, "%.2f", bar.ratio().median()));
            y += BAR + 3;
        }
        svg.line(x(1), TOP, x(1), height - BOTTOM, Svg.INK, 1.5);
        return svg.toString();
    }

    /// Twice as much is as far everywhere; what lies beyond the ends stands at them.
    private static double x(double ratio) {
        double inside = Math.clamp(ratio, LEAST, MOST);
        return LABELS + (WIDTH - LABELS - 60) * Math.log(inside / LEAST) / Math.log(MOST / LEAST);
    }

    private static void axis(Svg svg, int height) {
        for (double ratio = LEAST; ratio <= MOST; ratio *= 2) {
            svg.line(x(ratio), TOP, x(ratio), height - BOTTOM, Svg.FAINT, 1);
            svg.text(x(ratio), height - BOTTOM + 16, "middle", 12, Svg.GREY,
                    ratio < 1 ? "1/" + Math.round(1 / ratio) : Math.round(ratio) + " ×");
        }
    }

    private static String threads(Row row) {
        return row.threads() == 1 ? " (1 thread)" : "";
    }

    private static void legend(Svg svg, List<Bar> bars) {
        double x = 16;
        for (String peer : bars.stream().map(Bar::peer).distinct().toList()) {
            svg.rectangle(x, 38, 12, 12, COLOURS.get(peer));
            svg.text(x + 18, 49, "start", 13, Svg.INK, peer);
            x += 40 + 7.5 * peer.length();
        }
        svg.line(x, 44, x + 18, 44, Svg.INK, 1.2);
        svg.text(x + 24, 49, "start", 13, Svg.INK, "fastest to slowest round");
    }
}
