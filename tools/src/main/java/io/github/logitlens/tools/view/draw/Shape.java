package io.github.logitlens.tools.view.draw;

import java.util.List;

/// What a drawing is made of. Lengths are in pixels of a screen, `x` to the right and `y` downwards; shapes that come later lie over
/// those before.
public sealed interface Shape {

    /// A filled rectangle.
    ///
    /// @param x      its left edge
    /// @param y      its upper edge
    /// @param width  to the right
    /// @param height downwards
    /// @param radius of its corners
    /// @param fill   its colour
    record Box(double x, double y, double width, double height, double radius, Paint fill) implements Shape {
    }

    /// The outline of a rectangle.
    ///
    /// @param x      the left edge of its middle line
    /// @param y      the upper edge
    /// @param width  to the right
    /// @param height downwards
    /// @param radius of its corners
    /// @param stroke its colour
    /// @param weight how thick it is
    record Frame(double x, double y, double width, double height, double radius, Paint stroke, double weight) implements Shape {
    }

    /// A line through points.
    ///
    /// @param xs     where the points are; not modified
    /// @param ys     as many; not modified
    /// @param stroke its colour
    /// @param weight how thick it is
    record Line(double[] xs, double[] ys, Paint stroke, double weight) implements Shape {
    }

    /// A filled circle.
    ///
    /// @param x      its middle
    /// @param y      its middle
    /// @param radius of it
    /// @param fill   its colour
    record Dot(double x, double y, double radius, Paint fill) implements Shape {
    }

    /// A colour map from left to right.
    ///
    /// @param x      its left edge
    /// @param y      its upper edge
    /// @param width  to the right
    /// @param height downwards
    /// @param map    the colours
    record Ramp(double x, double y, double width, double height, ColourMap map) implements Shape {
    }

    /// A line of text in a font whose characters are equally wide: [Size#column] each, twice that for East Asian ones.
    ///
    /// @param text   one line
    /// @param x      where `anchor` is
    /// @param y      the base line
    /// @param size   how large
    /// @param anchor which part of the text is at `x`
    /// @param angle  degrees by which it is turned about that place, clockwise
    /// @param fill   its colour
    record Words(String text, double x, double y, Size size, Anchor anchor, double angle, Paint fill) implements Shape {
    }

    /// Shapes that show a text when the pointer rests on them, where a format has pointers.
    ///
    /// @param text   lines about them
    /// @param shapes the shapes
    record Hint(String text, List<Shape> shapes) implements Shape {
    }

    /// How large a text is.
    enum Size {
        /// What stands on top.
        TITLE(15, true),
        /// A heading of a part.
        HEADING(11.5, true),
        /// Most of it.
        NORMAL(11.5, false),
        /// What is looked up and not read.
        SMALL(9.5, false);

        private final double pixels;
        private final boolean bold;

        Size(double pixels, boolean bold) {
            this.pixels = pixels;
            this.bold = bold;
        }

        /// The font's size.
        ///
        /// @return pixels
        public double pixels() {
            return pixels;
        }

        boolean bold() {
            return bold;
        }

        /// What one character takes.
        ///
        /// @return pixels, with room for fonts that are a little wider than most
        public double column() {
            return pixels * 0.609;
        }
    }

    /// Which part of a text is placed.
    enum Anchor {
        /// Its beginning.
        START,
        /// Its middle.
        MIDDLE,
        /// Its end.
        END
    }
}
