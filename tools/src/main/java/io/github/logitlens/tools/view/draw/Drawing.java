package io.github.logitlens.tools.view.draw;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.util.List;
import java.util.Map;

/// A picture, before it is SVG or PNG, and what it says of itself. Immutable.
///
/// ```java
/// Drawing drawing = GridPicture.of(Lens.run("The Eiffel Tower is in"), choice);
/// try (Writer out = Files.newBufferedWriter(Path.of("grid.svg"))) {
///     drawing.writeSvg(Theme.AUTO, out);
/// }
/// try (OutputStream out = Files.newOutputStream(Path.of("grid.png"))) {
///     drawing.writePng(Theme.DARK, out);
/// }
/// ```
///
/// @param title       one line
/// @param description for who does not see it: sentences
/// @param about       what it was made with, by name
/// @param width       pixels of a screen
/// @param height      pixels of a screen
/// @param shapes      lower ones first
public record Drawing(String title, String description, Map<String, String> about, double width, double height,
        List<Shape> shapes) {

    /// Writes SVG 1.1 without script, whose fonts are the reader's.
    ///
    /// @param theme the ground it is for
    /// @param out   where to; neither flushed nor closed
    /// @throws IOException if `out` fails
    public void writeSvg(Theme theme, Writer out) throws IOException {
        SvgDrawing.write(this, theme, out);
    }

    /// Writes PNG, two of its pixels to one of a screen, with the title, the description and what it was made with as texts
    /// inside. Where this Java has no fonts, as in small containers, letters other than Latin, Greek and Cyrillic are boxes.
    ///
    /// @param theme the ground it is for
    /// @param out   where to; neither flushed nor closed
    /// @throws IOException              if `out` fails
    /// @throws IllegalArgumentException if it is larger than 100 million pixels
    public void writePng(Theme theme, OutputStream out) throws IOException {
        PngDrawing.write(this, theme, out);
    }
}
