package io.github.logitlens.tools.view.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.tools.view.draw.Shape.Anchor;
import io.github.logitlens.tools.view.draw.Shape.Size;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class PngDrawingTest {

    private static final Rgb RED = new Rgb(200, 30, 30);

    private static Drawing drawing(double width, double height, Canvas canvas) {
        return new Drawing("A title", "Ünïcode: a description – 日本.", Map.of("layerNorm", "none"), width, height, canvas.shapes());
    }

    private static byte[] png(Drawing drawing, Theme theme) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            drawing.writePng(theme, out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static BufferedImage image(Drawing drawing, Theme theme) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png(drawing, theme)));
    }

    private static Rgb at(BufferedImage image, int x, int y) {
        return Rgb.parse(String.format("%06x", image.getRGB(x, y) & 0xffffff));
    }

    @Test
    void aPixelOfAScreenIsTwoByTwoOfThePicture() throws IOException {
        Canvas canvas = new Canvas();
        canvas.box(10, 5, 20, 10, 0, RED);
        BufferedImage image = image(drawing(50, 30, canvas), Theme.AUTO);
        assertEquals(List.of(100, 60), List.of(image.getWidth(), image.getHeight()));
        assertEquals(List.of(Rgb.WHITE, RED, RED, Rgb.WHITE), List.of(at(image, 19, 12), at(image, 20, 10), at(image, 59, 29), at(image, 60, 29)));
    }

    @Test
    void themesChangeTheirOwnColoursAlone() throws IOException {
        Canvas canvas = new Canvas();
        canvas.box(10, 5, 20, 10, 0, RED);
        canvas.box(30, 5, 10, 10, 0, Ink.TEXT);
        for (boolean dark : new boolean[] {false, true}) {
            BufferedImage image = image(drawing(50, 30, canvas), dark ? Theme.DARK : Theme.LIGHT);
            assertEquals(List.of(Ink.GROUND.in(dark), RED, Ink.TEXT.in(dark)), List.of(at(image, 1, 1), at(image, 30, 20), at(image, 70, 20)));
        }
    }

    /// How many pixels of a part are not the ground's.
    private static long painted(BufferedImage image, int left, int right) {
        return IntStream.range(left, right).mapToLong(x ->
                IntStream.range(0, image.getHeight()).filter(y -> !at(image, x, y).equals(Rgb.WHITE)).count()).sum();
    }

    @Test
    void textStandsWhereItsAnchorSays() throws IOException {
        for (Anchor anchor : Anchor.values()) {
            Canvas canvas = new Canvas();
            canvas.words("HHHH", 100, 20, Size.NORMAL, anchor, 0, Ink.TEXT);
            BufferedImage image = image(drawing(200, 30, canvas), Theme.LIGHT);
            int width = (int) (2 * 4 * Size.NORMAL.column());
            int left = switch (anchor) {
                case START -> 200;
                case MIDDLE -> 200 - width / 2;
                case END -> 200 - width;
            };
            assertEquals(0, painted(image, 0, left - 2), anchor.toString());
            assertTrue(painted(image, left, left + width) > 200, anchor.toString());
            assertEquals(0, painted(image, left + width + 2, 400), anchor.toString());
        }
    }

    @Test
    void everyScriptLeavesSomething() throws IOException {
        for (String text : List.of("a", "é", "Ж", "日本", "مرحبا", "🙂", "✓", "→")) {
            Canvas canvas = new Canvas();
            canvas.words(text, 10, 20, Size.TITLE, Ink.TEXT);
            assertTrue(painted(image(drawing(120, 30, canvas), Theme.LIGHT), 0, 240) > 5, text);
        }
    }

    @Test
    void whatItSaysOfItselfIsInside() throws IOException {
        byte[] png = png(drawing(20, 20, new Canvas()), Theme.LIGHT);
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(png))) {
            reader.setInput(in);
            Element root = (Element) reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
            NodeList texts = root.getElementsByTagName("iTXtEntry");
            Map<String, String> found = new HashMap<>();
            for (int i = 0; i < texts.getLength(); i++) {
                Element text = (Element) texts.item(i);
                found.put(text.getAttribute("keyword"), text.getAttribute("text"));
            }
            assertEquals(Map.of("Title", "A title", "Description", "Ünïcode: a description – 日本.", "layerNorm", "none"), found);
            Element size = (Element) root.getElementsByTagName("pHYs").item(0);
            assertEquals("7559", size.getAttribute("pixelsPerUnitXAxis"));
        }
    }

    @Test
    void theSameDrawingIsTheSameBytes() {
        Canvas canvas = new Canvas();
        canvas.words("Layer 7", 10, 20, Size.NORMAL, Ink.TEXT);
        assertEquals(java.util.HexFormat.of().formatHex(png(drawing(99, 30, canvas), Theme.DARK)),
                java.util.HexFormat.of().formatHex(png(drawing(99, 30, canvas), Theme.DARK)));
    }

    @Test
    void whatIsTooLargeIsRefused() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () ->
                drawing(10_000, 3_000, new Canvas()).writePng(Theme.LIGHT, new ByteArrayOutputStream()));
        assertEquals("png: expected at most 100 million pixels, got 20000 × 6000; choose fewer positions or layers, or svg", e.getMessage());
    }
}
