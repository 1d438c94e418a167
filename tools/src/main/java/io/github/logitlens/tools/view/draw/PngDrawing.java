package io.github.logitlens.tools.view.draw;

import io.github.logitlens.internal.view.TextWidth;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.LinearGradientPaint;
import java.awt.RenderingHints;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/// A drawing as PNG, painted by the JDK. Letters are outlines of a font in the jar; those that it has not are the machine's, if it
/// has fonts.
final class PngDrawing {

    private static final int SCALE = 2;
    private static final long MOST_PIXELS = 100_000_000;
    /// 96 pixels of a screen to an inch.
    private static final int PIXELS_A_METRE = (int) Math.round(SCALE * 96 / 0.0254);
    private static final String FORM = "javax_imageio_png_1.0";
    /// Of the font in the jar, in its size.
    private static final double ADVANCE = 0.602;
    private static final double BOLD = 0.05;

    private final Graphics2D g;
    private final boolean dark;
    private final Typeface typeface = Typeface.bundled();
    private boolean fontless;

    private PngDrawing(Graphics2D g, boolean dark) {
        this.g = g;
        this.dark = dark;
    }

    static void write(Drawing drawing, Theme theme, OutputStream out) throws IOException {
        long width = (long) Math.ceil(drawing.width() * SCALE);
        long height = (long) Math.ceil(drawing.height() * SCALE);
        if (width * height > MOST_PIXELS) {
            throw new IllegalArgumentException("png: expected at most " + MOST_PIXELS / 1_000_000 + " million pixels, got " + width
                    + " × " + height + "; choose fewer positions or layers, or svg");
        }
        BufferedImage image = new BufferedImage((int) width, (int) height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            g.scale(SCALE, SCALE);
            PngDrawing painter = new PngDrawing(g, theme == Theme.DARK);
            painter.shape(new Shape.Box(0, 0, drawing.width() + 1, drawing.height() + 1, 0, Ink.GROUND));
            drawing.shapes().forEach(painter::shape);
        } finally {
            g.dispose();
        }
        write(image, drawing, out);
    }

    private static void write(BufferedImage image, Drawing drawing, OutputStream out) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        // Not closed but flushed: nothing of it is on a disk, and `out` is the caller's.
        MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out);
        try {
            IIOMetadata metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
            metadata.mergeTree(FORM, texts(drawing));
            writer.setOutput(stream);
            writer.write(new IIOImage(image, null, metadata));
            stream.flush();
        } finally {
            writer.dispose();
        }
    }

    private static IIOMetadataNode texts(Drawing drawing) {
        IIOMetadataNode root = new IIOMetadataNode(FORM);
        IIOMetadataNode size = new IIOMetadataNode("pHYs");
        size.setAttribute("pixelsPerUnitXAxis", Integer.toString(PIXELS_A_METRE));
        size.setAttribute("pixelsPerUnitYAxis", Integer.toString(PIXELS_A_METRE));
        size.setAttribute("unitSpecifier", "meter");
        root.appendChild(size);
        IIOMetadataNode texts = new IIOMetadataNode("iTXt");
        texts.appendChild(text("Title", drawing.title()));
        texts.appendChild(text("Description", drawing.description()));
        for (Map.Entry<String, String> entry : drawing.about().entrySet()) {
            texts.appendChild(text(entry.getKey(), entry.getValue()));
        }
        root.appendChild(texts);
        return root;
    }

    private static IIOMetadataNode text(String keyword, String text) {
        IIOMetadataNode entry = new IIOMetadataNode("iTXtEntry");
        entry.setAttribute("keyword", keyword);
        entry.setAttribute("compressionFlag", "FALSE");
        entry.setAttribute("compressionMethod", "0");
        entry.setAttribute("languageTag", "");
        entry.setAttribute("translatedKeyword", "");
        entry.setAttribute("text", text);
        return entry;
    }

    private Color colour(Paint paint) {
        Rgb rgb = switch (paint) {
            case Rgb own -> own;
            case Ink ink -> ink.in(dark);
        };
        return new Color(rgb.red(), rgb.green(), rgb.blue());
    }

    private void shape(Shape shape) {
        switch (shape) {
            case Shape.Box box -> {
                g.setColor(colour(box.fill()));
                g.fill(new RoundRectangle2D.Double(box.x(), box.y(), box.width(), box.height(), 2 * box.radius(), 2 * box.radius()));
            }
            case Shape.Frame frame -> {
                g.setColor(colour(frame.stroke()));
                g.setStroke(new BasicStroke((float) frame.weight()));
                g.draw(new RoundRectangle2D.Double(
                        frame.x(), frame.y(), frame.width(), frame.height(), 2 * frame.radius(), 2 * frame.radius()));
            }
            case Shape.Line line -> {
                Path2D.Double path = new Path2D.Double();
                path.moveTo(line.xs()[0], line.ys()[0]);
                for (int i = 1; i < line.xs().length; i++) {
                    path.lineTo(line.xs()[i], line.ys()[i]);
                }
                g.setColor(colour(line.stroke()));
                g.setStroke(new BasicStroke((float) line.weight(), BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
                g.draw(path);
            }
            case Shape.Dot dot -> {
                g.setColor(colour(dot.fill()));
                g.fill(new Ellipse2D.Double(dot.x() - dot.radius(), dot.y() - dot.radius(), 2 * dot.radius(), 2 * dot.radius()));
            }
            case Shape.Ramp ramp -> ramp(ramp);
            case Shape.Words words -> words(words);
            case Shape.Hint hint -> hint.shapes().forEach(this::shape);
        }
    }

    private void ramp(Shape.Ramp ramp) {
        int knots = ramp.map().knots().size();
        float[] places = new float[knots];
        Color[] colours = new Color[knots];
        for (int i = 0; i < knots; i++) {
            places[i] = i / (knots - 1f);
            colours[i] = colour(ramp.map().knots().get(i));
        }
        g.setPaint(new LinearGradientPaint((float) ramp.x(), 0, (float) (ramp.x() + ramp.width()), 0, places, colours));
        g.fill(new RoundRectangle2D.Double(ramp.x(), ramp.y(), ramp.width(), ramp.height(), 4, 4));
    }

    private void words(Shape.Words words) {
        AffineTransform before = g.getTransform();
        double size = words.size().pixels();
        double width = TextWidth.of(words.text()) * ADVANCE * size;
        g.translate(words.x(), words.y());
        g.rotate(Math.toRadians(words.angle()));
        g.translate(switch (words.anchor()) {
            case START -> 0;
            case MIDDLE -> -width / 2;
            case END -> -width;
        }, 0);
        g.setColor(colour(words.fill()));
        double x = 0;
        StringBuilder foreign = new StringBuilder();
        for (int codePoint : words.text().codePoints().toArray()) {
            Optional<Path2D> outline = isOurs(codePoint) ? typeface.outline(codePoint) : Optional.empty();
            if (outline.isPresent()) {
                x += foreign(foreign, x, words.size());
                paint(outline.get(), x, size, words.size().bold());
                x += ADVANCE * size;
            } else {
                foreign.appendCodePoint(codePoint);
            }
        }
        foreign(foreign, x, words.size());
        g.setTransform(before);
    }

    /// Whether a character stands by itself in one column, from left to right.
    private static boolean isOurs(int codePoint) {
        return TextWidth.of(codePoint) == 1 && switch (Character.getDirectionality(codePoint)) {
            case Character.DIRECTIONALITY_RIGHT_TO_LEFT, Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC,
                    Character.DIRECTIONALITY_ARABIC_NUMBER -> false;
            default -> true;
        };
    }

    private void paint(Path2D outline, double x, double size, boolean bold) {
        AffineTransform before = g.getTransform();
        g.translate(x, 0);
        g.scale(size, size);
        g.fill(outline);
        if (bold) {
            g.setStroke(new BasicStroke((float) BOLD));
            g.draw(outline);
        }
        g.setTransform(before);
    }

    /// Paints what the font in the jar has not, and empties it.
    ///
    /// @return the room it took
    private double foreign(StringBuilder text, double x, Shape.Size size) {
        if (text.isEmpty()) {
            return 0;
        }
        String run = text.toString();
        text.setLength(0);
        double room = TextWidth.of(run) * ADVANCE * size.pixels();
        if (!fontless) {
            try {
                Font font = new Font(Font.MONOSPACED, size.bold() ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) size.pixels());
                TextLayout layout = new TextLayout(run, font, g.getFontRenderContext());
                java.awt.Shape outline = layout.getOutline(AffineTransform.getTranslateInstance(x, 0));
                if (!outline.getBounds2D().isEmpty()) {
                    g.fill(outline);
                    return Math.max(room, layout.getAdvance());
                }
            } catch (RuntimeException | LinkageError | InternalError e) {
                // What Java throws where there is no fontconfig, or no font, depends on its version and is none of its own types.
                fontless = true;
            }
        }
        g.setStroke(new BasicStroke(0.8f));
        for (double at = x; at < x + room - 0.1; at += ADVANCE * size.pixels()) {
            g.draw(new Rectangle2D.Double(at + 1, -0.7 * size.pixels(), ADVANCE * size.pixels() - 2, 0.7 * size.pixels()));
        }
        return room;
    }
}
