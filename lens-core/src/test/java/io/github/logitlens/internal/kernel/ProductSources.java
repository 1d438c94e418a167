package io.github.logitlens.internal.kernel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Writes the unrolled loops of the vector products: [WideProduct], [FetchingProduct] and [NarrowProduct].
///
/// Accumulators have to be local variables, since an array of vectors would live in memory, and every height of a block needs a
/// loop of its own. So a person writes what differs, a [Shape] each, and this class the rest, below a line in each of the
/// files. How such a loop is read stands in [WideProduct].
///
/// `mvn -pl lens-core -am test -Dtest=ProductSourcesTest -Dproducts.write=true` writes the files anew.
final class ProductSources {

    /// Everything below is written here.
    static final String MARK = "    // Written by ProductSources: what is changed below this line has to be changed there.\n";

    /// A loop over the steps of `k`.
    ///
    /// @param rows    rows of a block; or of one row, panels side by side
    /// @param vectors accumulators of each
    /// @param steps   steps of `k` that one turn takes
    /// @param touches whether a turn also reads lines of the next panel
    record Shape(int rows, int vectors, int steps, boolean touches) {
    }

    /// A class and the loops it needs.
    ///
    /// @param blocks loops over blocks of rows
    /// @param panels loops of one row over panels side by side
    record Product(String name, List<Shape> blocks, List<Shape> panels) {
    }

    static final List<Product> ALL = List.of(
            new Product("WideProduct",
                    shapes(4, WideProduct.STEPS, false, 6, 4, 2), shapes(4, 1, false, 4, 2, 1)),
            new Product("FetchingProduct",
                    Stream.concat(shapes(4, 1, true, 6, 4, 2).stream(), shapes(4, FetchingProduct.STEPS, true, 6, 4, 2).stream())
                            .toList(), List.of()),
            new Product("NarrowProduct",
                    shapes(2, NarrowProduct.STEPS, false, 6, 4, 2, 1), List.of()));

    private final StringBuilder out = new StringBuilder();

    private static List<Shape> shapes(int vectors, int steps, boolean touches, int... rows) {
        return IntStream.of(rows).mapToObj(count -> new Shape(count, vectors, steps, touches)).toList();
    }

    /// A product's file as it ought to be.
    ///
    /// @param source the file as it is: what stands above the mark is kept
    static String written(Product product, String source) {
        int mark = source.indexOf(MARK);
        if (mark < 0) {
            throw new IllegalArgumentException(product.name() + ": expected the line\n" + MARK);
        }
        List<String> methods = new ArrayList<>();
        product.blocks().forEach(shape -> methods.add(new ProductSources().block(shape)));
        product.panels().forEach(shape -> methods.add(new ProductSources().panels(shape)));
        return source.substring(0, mark) + MARK + "\n" + String.join("\n", methods) + "}\n";
    }

    private void line(int indent, String text) {
        out.append(" ".repeat(indent)).append(text).append('\n');
    }

    /// `base + n * unit`, as a person writes it.
    private static String sum(String base, int n, String unit) {
        String term = n == 1 ? unit : n + " * " + unit;
        return n == 0 ? base : base + " + " + term;
    }

    private static String at(String base, int row, String stride, int vector) {
        return sum(sum(base, row, stride), vector, "LANES");
    }

    /// An accumulator.
    private record Cell(int row, int vector) {

        String name() {
            return "x" + row + vector;
        }
    }

    private static Collection<Cell> cells(Shape shape) {
        List<Cell> cells = new ArrayList<>();
        for (int row = 0; row < shape.rows; row++) {
            for (int vector = 0; vector < shape.vectors; vector++) {
                cells.add(new Cell(row, vector));
            }
        }
        return cells;
    }

    /// A block of rows: every value loaded is used for a row, or a column, of accumulators.
    private String block(Shape shape) {
        if (shape.touches) {
            line(4, "private static int rows" + shape.rows + (shape.steps == 1 ? "" : "By" + shape.steps)
                    + "(RowBlock rows, Panel panel, Tile start, Tile out, Ahead ahead) {");
        } else {
            line(4, "private static void rows" + shape.rows + "(RowBlock rows, Panel panel, int column, Tile start, Tile out) {");
        }
        String column = shape.touches ? "" : " + column";
        line(8, "float[] from = start.values();");
        line(8, "int s = start.offset()" + column + ";");
        line(8, "int stride = start.stride();");
        for (Cell x : cells(shape)) {
            line(8, "FloatVector " + x.name() + " = FloatVector.fromArray(SPECIES, from, " + at("s", x.row, "stride", x.vector) + ");");
        }
        line(8, "float[] a = rows.values();");
        line(8, "int i = rows.offset();");
        line(8, "int end = i + panel.depth() * " + shape.rows + ";");
        line(8, "MemorySegment b = panel.memory();");
        line(8, "long o = panel.offset()" + (shape.touches ? "" : " + column * 4L") + ";");
        if (shape.touches) {
            line(8, "MemorySegment next = ahead.memory();");
            line(8, "long p = ahead.first();");
            line(8, "long stream = ahead.stream();");
            line(8, "long advance = ahead.advance();");
            line(8, "long mask = ahead.mask();");
            line(8, "int seen = 0;");
        }
        line(8, "do {");
        for (int step = 0; step < shape.steps; step++) {
            step(shape, step);
        }
        if (shape.touches) {
            line(12, "long line = p & mask;");
            line(12, "seen += next.get(WORD, line) + next.get(WORD, line + stream) + next.get(WORD, line + 2 * stream)");
            line(20, "+ next.get(WORD, line + 3 * stream);");
        }
        line(12, "i += " + shape.steps * shape.rows + ";");
        line(12, "o += " + (shape.steps == 1 ? "" : shape.steps + " * ") + "ROW_BYTES;");
        if (shape.touches) {
            line(12, "p += advance;");
        }
        line(8, "} while (i != end);");
        line(8, "float[] to = out.values();");
        line(8, "int t = out.offset()" + column + ";");
        line(8, "stride = out.stride();");
        for (Cell x : cells(shape)) {
            line(8, (shape.touches ? "VECTOR.cast(" + x.name() + ")" : x.name())
                    + ".intoArray(to, " + at("t", x.row, "stride", x.vector) + ");");
        }
        if (shape.touches) {
            line(8, "return seen;");
        }
        line(4, "}");
        return out.toString();
    }

    private void step(Shape shape, int step) {
        for (int n = 0; n < shape.vectors; n++) {
            line(12, (step == 0 ? "FloatVector " : "") + "b" + n + " = FloatVector.fromMemorySegment(SPECIES, b, "
                    + sum(sum("o", step, "ROW_BYTES"), n, "VECTOR_BYTES") + ", ORDER);");
        }
        for (int row = 0; row < shape.rows; row++) {
            int index = step * shape.rows + row;
            line(12, (index == 0 ? "FloatVector " : "") + "v = FloatVector.broadcast(SPECIES, a["
                    + (index == 0 ? "i" : "i + " + index) + "]);");
            for (int n = 0; n < shape.vectors; n++) {
                String x = new Cell(row, n).name();
                line(12, x + " = v.fma(b" + n + ", " + x + ");");
            }
        }
    }

    /// One row and panels side by side, each a stream of its own.
    private String panels(Shape shape) {
        line(4, "private static void panels" + shape.rows + "(RowBlock row, Panels panels, int column, Tile start, Tile out) {");
        line(8, "float[] from = start.values();");
        line(8, "int s = start.offset() + column;");
        if (shape.rows > 1) {
            line(8, "int stride = start.panelStride();");
        }
        for (Cell x : cells(shape)) {
            line(8, "FloatVector " + x.name() + " = FloatVector.fromArray(SPECIES, from, " + at("s", x.row, "stride", x.vector) + ");");
        }
        line(8, "float[] a = row.values();");
        line(8, "int aOffset = row.offset();");
        line(8, "int depth = panels.depth();");
        line(8, "MemorySegment b = panels.memory();");
        line(8, "long bOffset = panels.offset() + column * 4L;");
        if (shape.rows > 1) {
            line(8, "long panelBytes = panels.panelBytes();");
        }
        line(8, "for (int k = 0; k < depth; k++) {");
        line(12, "FloatVector v = FloatVector.broadcast(SPECIES, a[aOffset + k]);");
        for (int panel = 0; panel < shape.rows; panel++) {
            String o = panel == 0 ? "o" : "o" + panel;
            line(12, "long " + o + " = " + (panel == 0 ? "bOffset + k * ROW_BYTES" : sum("o", panel, "panelBytes")) + ";");
            for (int n = 0; n < shape.vectors; n++) {
                String x = new Cell(panel, n).name();
                line(12, x + " = v.fma(FloatVector.fromMemorySegment(SPECIES, b, " + sum(o, n, "VECTOR_BYTES") + ", ORDER), "
                        + x + ");");
            }
        }
        line(8, "}");
        line(8, "float[] to = out.values();");
        line(8, "int t = out.offset() + column;");
        if (shape.rows > 1) {
            line(8, "stride = out.panelStride();");
        }
        for (Cell x : cells(shape)) {
            line(8, x.name() + ".intoArray(to, " + at("t", x.row, "stride", x.vector) + ");");
        }
        line(4, "}");
        return out.toString();
    }
}
