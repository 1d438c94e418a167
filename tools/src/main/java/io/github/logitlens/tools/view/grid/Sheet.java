package io.github.logitlens.tools.view.grid;

import io.github.logitlens.Provenance;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import io.github.logitlens.tools.view.draw.Canvas;
import io.github.logitlens.tools.view.draw.ColourMap;
import io.github.logitlens.tools.view.draw.Drawing;
import io.github.logitlens.tools.view.draw.Ink;
import io.github.logitlens.tools.view.draw.Shape.Anchor;
import io.github.logitlens.tools.view.draw.Shape.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What every picture has around what it shows: a title and lines below it, a legend of its colours, and at its foot what it was
/// made with. Things are added from top to bottom.
final class Sheet {

    static final double MARGIN = 16;

    private static final double LINE = 20;
    private static final double SMALL_LINE = 14;
    private static final double RAMP = 256;
    private static final double LEAST_RAMP = 96;

    private final Canvas canvas = new Canvas();
    private final String title;
    private final double width;
    private final Optional<Provenance> provenance;
    private double y = MARGIN;

    /// A sheet with a title.
    ///
    /// @param title      one line
    /// @param width      of all of it, margins included
    /// @param provenance what it was made with; empty for a picture of numbers from elsewhere
    Sheet(String title, double width, Optional<Provenance> provenance) {
        this.title = title;
        this.width = width;
        this.provenance = provenance;
        y += 14;
        canvas.words(cut(title, Size.TITLE), MARGIN, y, Size.TITLE, Ink.TEXT);
    }

    Canvas canvas() {
        return canvas;
    }

    private String cut(String text, Size size) {
        return SafeText.cut(text, (int) ((width - 2 * MARGIN) / size.column()));
    }

    /// Adds a line that is cut where it is too long.
    void line(String text, Ink ink) {
        y += LINE;
        canvas.words(cut(text, Size.NORMAL), MARGIN, y, Size.NORMAL, ink);
    }

    /// Adds sentences in as many lines as they take.
    void text(String text, Ink ink) {
        y += LINE - SMALL_LINE;
        for (String line : wrapped(text, Size.NORMAL)) {
            y += SMALL_LINE;
            canvas.words(line, MARGIN, y, Size.NORMAL, ink);
        }
    }

    /// Adds the legend of a colour map: what it shows, the ends in words, the colours between.
    void legend(String name, ColourMap map, String low, String high) {
        y += LINE;
        double column = Size.NORMAL.column();
        double ends = column * (TextWidth.of(low) + TextWidth.of(high) + 4);
        double beside = column * TextWidth.of(name);
        if (beside + ends + LEAST_RAMP > width - 2 * MARGIN) {
            canvas.words(cut(name, Size.NORMAL), MARGIN, y, Size.NORMAL, Ink.TEXT);
            y += LINE;
            beside = 0;
        } else {
            canvas.words(name, MARGIN, y, Size.NORMAL, Ink.TEXT);
        }
        double x = MARGIN + beside + (beside > 0 ? 2 * column : 0);
        double ramp = Math.max(LEAST_RAMP / 2, Math.min(RAMP, width - MARGIN - x - ends + 2 * column));
        canvas.words(low, x, y, Size.NORMAL, Ink.TEXT);
        x += column * (TextWidth.of(low) + 1);
        canvas.ramp(x, y - 11, ramp, 14, map);
        canvas.words(high, x + ramp + column, y, Size.NORMAL, Ink.TEXT);
    }

    /// Where what is shown begins.
    double below() {
        return y + LINE;
    }

    /// The whole picture.
    ///
    /// @param bottom      where what is shown ends
    /// @param description of it, for who does not see it
    Drawing end(double bottom, String description) {
        double foot = bottom + 6;
        if (provenance.isPresent()) {
            for (String line : wrapped(provenance.get().line(), Size.SMALL)) {
                foot += SMALL_LINE;
                canvas.words(line, MARGIN, foot, Size.SMALL, Ink.QUIET);
            }
        }
        String made = provenance.map(with -> " Made with " + with.line() + ".").orElse("");
        return new Drawing(title, description + made, provenance.map(Provenance::fields).orElse(Map.of()), width, foot + MARGIN - 4,
                canvas.shapes());
    }

    /// Draws a text centred over a place.
    void centred(String text, double x, double baseline, Size size, Ink ink) {
        canvas.words(text, x, baseline, size, Anchor.MIDDLE, 0, ink);
    }

    private List<String> wrapped(String text, Size size) {
        int columns = (int) ((width - 2 * MARGIN) / size.column());
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && TextWidth.of(line.toString()) + 1 + TextWidth.of(word) > columns) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
