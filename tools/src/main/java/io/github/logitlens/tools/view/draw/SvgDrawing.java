package io.github.logitlens.tools.view.draw;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A drawing as SVG 1.1. It describes itself to screen readers; what it was made with is its metadata, a line for each.
final class SvgDrawing {

    private static final String FONT = """
            svg { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 11.5px; }
            text { white-space: pre; } .title { font-size: 15px; font-weight: 600; } .heading { font-weight: 600; }
            .small { font-size: 9.5px; }
            """;
    private static final int STOPS = 16;

    private final XmlWriter xml;

    private SvgDrawing(XmlWriter xml) {
        this.xml = xml;
    }

    static void write(Drawing drawing, Theme theme, Writer out) throws IOException {
        try (XmlWriter xml = new XmlWriter(out)) {
            new SvgDrawing(xml).write(drawing, theme);
        }
        out.write('\n');
    }

    private void write(Drawing drawing, Theme theme) throws IOException {
        String width = number(drawing.width());
        String height = number(drawing.height());
        xml.start("svg", "xmlns", "http://www.w3.org/2000/svg", "viewBox", "0 0 " + width + " " + height,
                "width", width, "height", height, "role", "img", "aria-labelledby", "title description");
        xml.element("title", drawing.title(), "id", "title");
        xml.element("desc", drawing.description(), "id", "description");
        xml.element("metadata", about(drawing.about()));
        xml.element("style", style(theme));
        for (ColourMap map : maps(drawing.shapes())) {
            gradient(map);
        }
        shape(new Shape.Box(0, 0, drawing.width(), drawing.height(), 8, Ink.GROUND));
        for (Shape shape : drawing.shapes()) {
            shape(shape);
        }
        xml.end();
    }

    private static String about(Map<String, String> about) {
        return about.entrySet().stream().map(entry -> entry.getKey() + ": " + entry.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private static String style(Theme theme) {
        String own = colours(theme == Theme.DARK);
        return FONT + (theme == Theme.AUTO ? own + "@media (prefers-color-scheme: dark) {\n" + colours(true) + "}\n" : own);
    }

    private static String colours(boolean dark) {
        StringBuilder css = new StringBuilder();
        for (Ink ink : Ink.values()) {
            css.append('.').append(ink.cssClass()).append(" { fill: ").append(ink.in(dark)).append("; } .")
                    .append(ink.cssClass()).append("-line { fill: none; stroke: ").append(ink.in(dark)).append("; }\n");
        }
        return css.toString();
    }

    private static List<ColourMap> maps(List<Shape> shapes) {
        return shapes.stream().filter(Shape.Ramp.class::isInstance).map(ramp -> ((Shape.Ramp) ramp).map()).distinct().toList();
    }

    private void gradient(ColourMap map) throws IOException {
        xml.start("linearGradient", "id", id(map));
        for (int step = 0; step <= STOPS; step++) {
            double place = (double) step / STOPS;
            xml.empty("stop", "offset", place, "stop-color", map.at(place));
        }
        xml.end();
    }

    private static String id(ColourMap map) {
        return map.name().toLowerCase(Locale.ROOT);
    }

    private void shape(Shape shape) throws IOException {
        switch (shape) {
            case Shape.Box box -> xml.empty("rect", with(filled(box.fill()), "x", number(box.x()), "y", number(box.y()),
                    "width", number(box.width()), "height", number(box.height()), "rx", number(box.radius())));
            case Shape.Frame frame -> xml.empty("rect", with(stroked(frame.stroke(), frame.weight()), "x", number(frame.x()),
                    "y", number(frame.y()), "width", number(frame.width()), "height", number(frame.height()),
                    "rx", number(frame.radius())));
            case Shape.Line line -> xml.empty("polyline", with(stroked(line.stroke(), line.weight()),
                    "stroke-linejoin", "round", "points", IntStream.range(0, line.xs().length)
                            .mapToObj(i -> number(line.xs()[i]) + "," + number(line.ys()[i])).collect(Collectors.joining(" "))));
            case Shape.Dot dot -> xml.empty("circle", with(filled(dot.fill()), "cx", number(dot.x()), "cy", number(dot.y()),
                    "r", number(dot.radius())));
            case Shape.Ramp ramp -> xml.empty("rect", "fill", "url(#" + id(ramp.map()) + ")", "x", number(ramp.x()),
                    "y", number(ramp.y()), "width", number(ramp.width()), "height", number(ramp.height()), "rx", 2);
            case Shape.Words words -> words(words);
            case Shape.Hint hint -> {
                xml.start("g");
                xml.element("title", hint.text());
                for (Shape within : hint.shapes()) {
                    shape(within);
                }
                xml.end();
            }
        }
    }

    private void words(Shape.Words words) throws IOException {
        List<Object> attributes = new ArrayList<>(List.of("x", number(words.x()), "y", number(words.y())));
        String size = words.size() == Shape.Size.NORMAL ? "" : words.size().name().toLowerCase(Locale.ROOT);
        String colour = words.fill() instanceof Ink ink ? ink.cssClass() : "";
        String classes = (colour + " " + size).strip();
        if (!classes.isEmpty()) {
            attributes.addAll(List.of("class", classes));
        }
        if (words.fill() instanceof Rgb rgb) {
            attributes.addAll(List.of("fill", rgb));
        }
        if (words.anchor() != Shape.Anchor.START) {
            attributes.addAll(List.of("text-anchor", words.anchor().name().toLowerCase(Locale.ROOT)));
        }
        if (words.angle() != 0) {
            attributes.addAll(List.of("transform",
                    "rotate(" + number(words.angle()) + " " + number(words.x()) + " " + number(words.y()) + ")"));
        }
        xml.element("text", words.text(), attributes.toArray());
    }

    private static List<Object> filled(Paint paint) {
        return switch (paint) {
            case Rgb rgb -> List.of("fill", rgb);
            case Ink ink -> List.of("class", ink.cssClass());
        };
    }

    private static List<Object> stroked(Paint paint, double weight) {
        return switch (paint) {
            case Rgb rgb -> List.of("fill", "none", "stroke", rgb, "stroke-width", number(weight));
            case Ink ink -> List.of("class", ink.cssClass() + "-line", "stroke-width", number(weight));
        };
    }

    private static Object[] with(List<Object> paint, Object... place) {
        List<Object> all = new ArrayList<>(paint);
        all.addAll(List.of(place));
        return all.toArray();
    }

    /// At most two decimals: `16`, `7.25`.
    private static String number(double value) {
        double rounded = Math.rint(value * 100) / 100;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }
}
