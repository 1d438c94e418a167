package io.github.logitlens.tools.corpus;

import io.github.logitlens.tools.view.draw.XmlWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Lines over points, and columns, as SVG in the colours of the page; each mark says its figure under the pointer.
final class Chart {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 290;
    private static final int LEFT = 62;
    private static final int RIGHT = 12;
    private static final int TOP = 14;
    private static final int BOTTOM = 46;
    private static final int MOST_TICKS = 6;
    /// Labels that stand beside each other without touching.
    private static final int MOST_LABELS = 26;

    private final XmlWriter xml;
    private final String title;
    private final String across;
    private final String up;
    private final List<String> labels;
    private final double most;

    /// @param title  for who does not see it
    /// @param across what the horizontal axis counts
    /// @param up     what the vertical axis counts
    /// @param labels of the places along the horizontal axis
    /// @param values all that will be drawn, each at least 0
    Chart(XmlWriter xml, String title, String across, String up, List<String> labels, double... values) {
        this.xml = xml;
        this.title = title;
        this.across = across;
        this.up = up;
        this.labels = labels;
        double greatest = Arrays.stream(values).filter(Double::isFinite).max().orElse(0);
        most = greatest > 0 ? Math.ceil(greatest / step(greatest)) * step(greatest) : 1;
    }

    /// One of several lines.
    ///
    /// @param name   for the legend
    /// @param style  of its class
    /// @param values one for each label
    record Line(String name, String style, double[] values) {
    }

    /// A step of 1, 2 or 5 of which few make up `greatest`.
    private static double step(double greatest) {
        double power = Math.pow(10, Math.floor(Math.log10(greatest / MOST_TICKS)));
        for (double step : new double[] {power, 2 * power, 5 * power}) {
            if (greatest / step <= MOST_TICKS) {
                return step;
            }
        }
        return 10 * power;
    }

    void lines(List<Line> lines) throws IOException {
        if (lines.size() > 1) {
            xml.start("p", "class", "legend");
            for (Line line : lines) {
                xml.element("span", "— " + line.name, "class", line.style);
            }
            xml.end();
        }
        begin();
        for (Line line : lines) {
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < line.values.length; i++) {
                if (Double.isFinite(line.values[i])) {
                    path.append(path.isEmpty() ? "M" : "L").append(at(x(i))).append(' ').append(at(y(line.values[i])));
                }
            }
            xml.empty("path", "class", "line " + line.style, "d", path);
            for (int i = 0; i < line.values.length; i++) {
                if (Double.isFinite(line.values[i])) {
                    xml.start("circle", "class", "dot " + line.style, "cx", at(x(i)), "cy", at(y(line.values[i])), "r", 4);
                    xml.element("title", (lines.size() > 1 ? line.name + ", " : "") + labels.get(i) + ": " + figure(line.values[i]) + " " + up);
                    xml.end();
                }
            }
        }
        xml.end();
    }

    /// @param notes for each column what it says besides its figure
    void columns(long[] values, List<String> notes) throws IOException {
        begin();
        double wide = (WIDTH - LEFT - RIGHT) / (double) labels.size();
        for (int i = 0; i < values.length; i++) {
            double top = y(values[i]);
            xml.start("rect", "class", "column", "x", at(LEFT + i * wide + wide * 0.1), "y", at(top), "width", at(wide * 0.8),
                    "height", at(y(0) - top));
            xml.element("title", notes.get(i));
            xml.end();
        }
        xml.end();
    }

    private void begin() throws IOException {
        xml.start("svg", "viewBox", "0 0 " + WIDTH + " " + HEIGHT, "role", "img", "aria-label", title);
        double step = step(most);
        for (int i = 0; i * step <= most * 1.0001; i++) {
            xml.empty("line", "class", "grid", "x1", LEFT, "x2", WIDTH - RIGHT, "y1", at(y(i * step)), "y2", at(y(i * step)));
            xml.element("text", tick(i * step, step), "class", "end", "x", LEFT - 7, "y", at(y(i * step) + 4));
        }
        int every = (labels.size() + MOST_LABELS - 1) / MOST_LABELS;
        for (int i = 0; i < labels.size(); i += every) {
            xml.element("text", labels.get(i), "class", "middle", "x", at(x(i)), "y", HEIGHT - BOTTOM + 18);
        }
        xml.element("text", across, "class", "middle", "x", (LEFT + WIDTH - RIGHT) / 2, "y", HEIGHT - 6);
        xml.element("text", up, "class", "middle", "x", 0, "y", 0,
                "transform", "translate(13 " + (TOP + HEIGHT - BOTTOM) / 2 + ") rotate(-90)");
    }

    private double x(int place) {
        return LEFT + (place + 0.5) * (WIDTH - LEFT - RIGHT) / labels.size();
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - value / most * (HEIGHT - BOTTOM - TOP);
    }

    private static String at(double place) {
        return String.format(Locale.ROOT, "%.1f", place);
    }

    private static String tick(double value, double step) {
        return step >= 1 ? String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%." + (int) Math.ceil(-Math.log10(step) - 1e-9) + "f", value);
    }

    static String figure(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
