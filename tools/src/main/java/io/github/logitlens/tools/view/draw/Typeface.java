package io.github.logitlens.tools.view.draw;

import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The outlines of a TrueType font, read here: pictures have the same letters on every machine, also where Java has no fonts, as in
/// a container without fontconfig.
///
/// Of the format it reads what that takes: `cmap` of format 4, `loca`, and `glyf` with simple and composite glyphs
/// (<https://learn.microsoft.com/typography/opentype/spec/>). Hints are not heeded.
final class Typeface {

    private static final int ON_CURVE = 1;
    private static final int X_SHORT = 2;
    private static final int Y_SHORT = 4;
    private static final int REPEAT = 8;
    private static final int X_SAME = 16;
    private static final int Y_SAME = 32;

    private static final int WORDS = 1;
    private static final int OFFSETS = 2;
    private static final int SCALE = 8;
    private static final int MORE = 32;
    private static final int SCALE_XY = 64;
    private static final int MATRIX = 128;
    private static final double FIXED_2_14 = 1 << 14;

    private static final int SEGMENTS = 14;

    private final ByteBuffer font;
    private final Map<String, Integer> tables = new HashMap<>();
    private final int cmap;
    private final boolean longOffsets;
    private final double em;
    private final Map<Integer, Optional<Path2D>> outlines = new HashMap<>();

    private Typeface(byte[] bytes) {
        font = ByteBuffer.wrap(bytes);
        for (int i = 0, at = 12; i < unsigned(4); i++, at += 16) {
            byte[] tag = new byte[4];
            font.get(at, tag);
            tables.put(new String(tag, java.nio.charset.StandardCharsets.US_ASCII), font.getInt(at + 8));
        }
        em = unsigned(tables.get("head") + 18);
        longOffsets = unsigned(tables.get("head") + 50) == 1;
        cmap = unicode();
    }

    /// DejaVu Sans Mono, which is in the jar.
    static Typeface bundled() {
        try (InputStream in = Typeface.class.getResourceAsStream("DejaVuSansMono.ttf")) {
            return new Typeface(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int unsigned(int at) {
        return Short.toUnsignedInt(font.getShort(at));
    }

    /// Where the table of format 4 for Unicode's first plane begins.
    private int unicode() {
        int start = tables.get("cmap");
        for (int i = 0; i < unsigned(start + 2); i++) {
            int table = start + font.getInt(start + 4 + 8 * i + 4);
            if (unsigned(table) == 4) {
                return table;
            }
        }
        throw new AssertionError("the bundled font has no character map of format 4");
    }

    /// A character's outline, for a size of 1 pixel, from its place on the base line; y grows downwards.
    ///
    /// @return empty where the font has no such character; a shape without an area for a space
    Optional<Path2D> outline(int codePoint) {
        return outlines.computeIfAbsent(codePoint, c -> {
            int glyph = glyph(c);
            if (glyph == 0) {
                return Optional.empty();
            }
            Path2D.Double path = new Path2D.Double(Path2D.WIND_NON_ZERO);
            append(glyph, AffineTransform.getScaleInstance(1 / em, -1 / em), path);
            return Optional.of(path);
        });
    }

    /// @return 0 for none
    private int glyph(int codePoint) {
        int segments = unsigned(cmap + 6) / 2;
        int ends = cmap + SEGMENTS;
        int starts = ends + 2 * segments + 2;
        int deltas = starts + 2 * segments;
        int ranges = deltas + 2 * segments;
        for (int i = 0; i < segments; i++) {
            if (codePoint <= unsigned(ends + 2 * i)) {
                int first = unsigned(starts + 2 * i);
                if (codePoint < first) {
                    return 0;
                }
                int delta = unsigned(deltas + 2 * i);
                int range = unsigned(ranges + 2 * i);
                if (range == 0) {
                    return (codePoint + delta) & 0xffff;
                }
                int glyph = unsigned(ranges + 2 * i + range + 2 * (codePoint - first));
                return glyph == 0 ? 0 : (glyph + delta) & 0xffff;
            }
        }
        return 0;
    }

    private int offset(int glyph) {
        int loca = tables.get("loca");
        return longOffsets ? font.getInt(loca + 4 * glyph) : 2 * unsigned(loca + 2 * glyph);
    }

    private void append(int glyph, AffineTransform transform, Path2D path) {
        int begin = offset(glyph);
        if (begin == offset(glyph + 1)) {
            return;
        }
        int at = tables.get("glyf") + begin;
        int contours = font.getShort(at);
        if (contours < 0) {
            composite(at + 10, transform, path);
        } else {
            simple(at + 10, contours, transform, path);
        }
    }

    private void composite(int start, AffineTransform transform, Path2D path) {
        int at = start;
        int flags;
        do {
            flags = unsigned(at);
            int glyph = unsigned(at + 2);
            at += 4;
            boolean words = (flags & WORDS) != 0;
            double dx = words ? font.getShort(at) : font.get(at);
            double dy = words ? font.getShort(at + 2) : font.get(at + 1);
            at += words ? 4 : 2;
            double[] m = {1, 0, 0, 1};
            if ((flags & SCALE) != 0) {
                m = new double[] {fixed(at), 0, 0, fixed(at)};
                at += 2;
            } else if ((flags & SCALE_XY) != 0) {
                m = new double[] {fixed(at), 0, 0, fixed(at + 2)};
                at += 4;
            } else if ((flags & MATRIX) != 0) {
                m = new double[] {fixed(at), fixed(at + 2), fixed(at + 4), fixed(at + 6)};
                at += 8;
            }
            AffineTransform part = new AffineTransform(transform);
            boolean moved = (flags & OFFSETS) != 0;
            part.concatenate(new AffineTransform(m[0], m[1], m[2], m[3], moved ? dx : 0, moved ? dy : 0));
            append(glyph, part, path);
        } while ((flags & MORE) != 0);
    }

    private double fixed(int at) {
        return font.getShort(at) / FIXED_2_14;
    }

    private void simple(int start, int contours, AffineTransform transform, Path2D path) {
        int count = unsigned(start + 2 * (contours - 1)) + 1;
        int at = start + 2 * contours;
        at += 2 + unsigned(at);
        int[] flags = new int[count];
        for (int i = 0; i < count; i++) {
            int flag = Byte.toUnsignedInt(font.get(at++));
            flags[i] = flag;
            if ((flag & REPEAT) != 0) {
                for (int more = Byte.toUnsignedInt(font.get(at++)); more > 0; more--) {
                    flags[++i] = flag;
                }
            }
        }
        double[] xs = new double[count];
        at = coordinates(at, flags, X_SHORT, X_SAME, xs);
        double[] ys = new double[count];
        coordinates(at, flags, Y_SHORT, Y_SAME, ys);
        Path2D.Double outline = new Path2D.Double(Path2D.WIND_NON_ZERO);
        int first = 0;
        for (int contour = 0; contour < contours; contour++) {
            int last = unsigned(start + 2 * contour);
            contour(first, last, flags, xs, ys, outline);
            first = last + 1;
        }
        path.append(outline.getPathIterator(transform), false);
    }

    private int coordinates(int start, int[] flags, int isShort, int isSame, double[] values) {
        int at = start;
        int value = 0;
        for (int i = 0; i < flags.length; i++) {
            if ((flags[i] & isShort) != 0) {
                int step = Byte.toUnsignedInt(font.get(at++));
                value += (flags[i] & isSame) != 0 ? step : -step;
            } else if ((flags[i] & isSame) == 0) {
                value += font.getShort(at);
                at += 2;
            }
            values[i] = value;
        }
        return at;
    }

    /// Between two points that are not on the curve lies one that is, in their middle.
    private static void contour(int first, int last, int[] flags, double[] xs, double[] ys, Path2D path) {
        int count = last - first + 1;
        boolean starts = (flags[first] & ON_CURVE) != 0;
        boolean ends = (flags[last] & ON_CURVE) != 0;
        double x0 = starts ? xs[first] : ends ? xs[last] : (xs[first] + xs[last]) / 2;
        double y0 = starts ? ys[first] : ends ? ys[last] : (ys[first] + ys[last]) / 2;
        path.moveTo(x0, y0);
        for (int i = starts ? 1 : 0; i < count; i++) {
            int point = first + i;
            if ((flags[point] & ON_CURVE) != 0) {
                path.lineTo(xs[point], ys[point]);
            } else {
                boolean closes = i == count - 1;
                int next = point + 1;
                boolean on = !closes && (flags[next] & ON_CURVE) != 0;
                double x = closes ? x0 : on ? xs[next] : (xs[point] + xs[next]) / 2;
                double y = closes ? y0 : on ? ys[next] : (ys[point] + ys[next]) / 2;
                path.quadTo(xs[point], ys[point], x, y);
                i += on ? 1 : 0;
            }
        }
        path.closePath();
    }
}
