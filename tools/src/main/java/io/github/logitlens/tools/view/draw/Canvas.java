package io.github.logitlens.tools.view.draw;

import io.github.logitlens.tools.view.draw.Shape.Anchor;
import io.github.logitlens.tools.view.draw.Shape.Size;
import java.util.ArrayList;
import java.util.List;

/// Collects the shapes of a drawing; see [Shape] for what each argument is.
public final class Canvas {

    private final List<Shape> shapes = new ArrayList<>();

    /// A canvas with nothing on it.
    public Canvas() {
        // nothing yet
    }

    /// The shapes so far.
    ///
    /// @return a copy
    public List<Shape> shapes() {
        return List.copyOf(shapes);
    }

    /// Adds shapes.
    ///
    /// @param more the shapes
    public void add(List<Shape> more) {
        shapes.addAll(more);
    }

    /// Adds a filled rectangle.
    public void box(double x, double y, double width, double height, double radius, Paint fill) {
        shapes.add(new Shape.Box(x, y, width, height, radius, fill));
    }

    /// Adds a rectangle's outline.
    public void frame(double x, double y, double width, double height, double radius, Paint stroke, double weight) {
        shapes.add(new Shape.Frame(x, y, width, height, radius, stroke, weight));
    }

    /// Adds a frame that is seen on every colour: the theme's text around its ground.
    public void mark(double x, double y, double width, double height, double radius) {
        frame(x, y, width, height, radius, Ink.TEXT, 1.8);
        frame(x + 1.4, y + 1.4, width - 2.8, height - 2.8, Math.max(0, radius - 1), Ink.GROUND, 1);
    }

    /// Adds a line through points.
    public void line(double[] xs, double[] ys, Paint stroke, double weight) {
        shapes.add(new Shape.Line(xs, ys, stroke, weight));
    }

    /// Adds a straight line between two points.
    public void line(double x1, double y1, double x2, double y2, Paint stroke, double weight) {
        line(new double[] {x1, x2}, new double[] {y1, y2}, stroke, weight);
    }

    /// Adds a filled circle.
    public void dot(double x, double y, double radius, Paint fill) {
        shapes.add(new Shape.Dot(x, y, radius, fill));
    }

    /// Adds a colour map.
    public void ramp(double x, double y, double width, double height, ColourMap map) {
        shapes.add(new Shape.Ramp(x, y, width, height, map));
    }

    /// Adds a text that begins at `x`.
    public void words(String text, double x, double y, Size size, Paint fill) {
        words(text, x, y, size, Anchor.START, 0, fill);
    }

    /// Adds a text.
    public void words(String text, double x, double y, Size size, Anchor anchor, double angle, Paint fill) {
        shapes.add(new Shape.Words(text, x, y, size, anchor, angle, fill));
    }

    /// Adds shapes under a text of their own.
    public void hint(String text, Canvas under) {
        shapes.add(new Shape.Hint(text, under.shapes()));
    }
}
