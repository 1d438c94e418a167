package io.github.logitlens.tools.view.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.geom.Area;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// The letters of pictures, beside those that Java makes of the same file.
class TypefaceTest {

    private static final float SIZE = 1000;

    private final Typeface typeface = Typeface.bundled();

    private static Font font() {
        try {
            return Font.createFont(Font.TRUETYPE_FONT, Typeface.class.getResourceAsStream("DejaVuSansMono.ttf")).deriveFont(SIZE);
        } catch (Exception | LinkageError | InternalError e) {
            System.out.println("*** SKIPPED: TypefaceTest compares with Java's own fonts, and this Java has none: " + e + " ***");
            return Assumptions.abort("no fonts");
        }
    }

    @Test
    void outlinesAreThoseThatJavaReads() {
        Font font = font();
        FontRenderContext context = new FontRenderContext(null, true, true);
        int compared = 0;
        int[] codePoints = IntStream.concat(IntStream.range(0x21, 0x250),
                IntStream.concat(IntStream.range(0x370, 0x460), IntStream.range(0x2190, 0x2714)))
                .filter(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT).toArray();
        for (int codePoint : codePoints) {
            Optional<Path2D> ours = typeface.outline(codePoint);
            assertEquals(font.canDisplay(codePoint), ours.isPresent(), () -> "U+" + Integer.toHexString(codePoint));
            if (ours.isPresent()) {
                Rectangle2D expected = font.createGlyphVector(context, Character.toString(codePoint)).getGlyphOutline(0).getBounds2D();
                Rectangle2D actual = ours.get().getBounds2D();
                String where = "U+" + Integer.toHexString(codePoint) + ": " + expected + ", " + actual;
                assertEquals(expected.getMinX(), actual.getMinX() * SIZE, 1, where);
                assertEquals(expected.getMaxX(), actual.getMaxX() * SIZE, 1, where);
                assertEquals(expected.getMinY(), actual.getMinY() * SIZE, 1, where);
                assertEquals(expected.getMaxY(), actual.getMaxY() * SIZE, 1, where);
                compared++;
            }
        }
        assertTrue(compared > 1500, "compared " + compared);
    }

    @Test
    void curvesAreThoseThatJavaReads() {
        Font font = font();
        FontRenderContext context = new FontRenderContext(null, true, true);
        for (int codePoint : "Oo8&@gSßéÅЖ✓".codePoints().toArray()) {
            Area difference = new Area(font.createGlyphVector(context, Character.toString(codePoint)).getGlyphOutline(0));
            Area ours = new Area(typeface.outline(codePoint).orElseThrow()
                    .createTransformedShape(java.awt.geom.AffineTransform.getScaleInstance(SIZE, SIZE)));
            difference.exclusiveOr(ours);
            // What differs is thinner than a thousandth of the size everywhere: nothing of it has a point with room around it.
            for (int x = 0; x < 700; x += 2) {
                for (int y = -1000; y < 300; y += 2) {
                    assertTrue(!difference.contains(x, y, 3, 3), Character.toString(codePoint) + " at " + x + ", " + y);
                }
            }
        }
    }

    @Test
    void aCharacterThatTheFontHasNotHasNoOutline() {
        assertEquals(Optional.empty(), typeface.outline('日'));
        assertEquals(Optional.empty(), typeface.outline(0x1F642));
        assertTrue(typeface.outline(' ').orElseThrow().getBounds2D().isEmpty());
    }
}
