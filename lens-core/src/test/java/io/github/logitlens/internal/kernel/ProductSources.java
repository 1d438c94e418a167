package io.github.logitlens.internal.kernel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;

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
                    shapes(4, 1, true, 6, 4, 2), List.of()),
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
        line(4, "private static " + (shape.touches ? "int" : "void") + " rows" + shape.rows + "(");
        line(12, "float[] a, int aOffset, int aEnd, MemorySegment b, long bOffset,");
        line(12, "float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride"
                + (shape.touches ? "," : ") {"));
        if (shape.touches) {
            line(12, "MemorySegment next, long nextOffset, long stream, long advance, long mask) {");
        }
        for (Cell x : cells(shape)) {
            line(8, "FloatVector " + x.name() + " = FloatVector.fromArray(SPECIES, start, "
                    + at("startOffset", x.row, "startStride", x.vector) + ");");
        }
        line(8, "int i = aOffset;");
        line(8, "long o = bOffset;");
        if (shape.touches) {
            line(8, "long p = nextOffset;");
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
        line(8, "} while (i != aEnd);");
        for (Cell x : cells(shape)) {
            line(8, (shape.touches ? "VECTOR.cast(" + x.name() + ")" : x.name())
                    + ".intoArray(out, " + at("outOffset", x.row, "outStride", x.vector) + ");");
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
        line(4, "private static void panels" + shape.rows + "(");
        line(12, "float[] a, int aOffset, MemorySegment b, long bOffset, int depth, float[] tile, int tileOffset) {");
        if (shape.rows > 1) {
            line(8, "long panelBytes = depth * ROW_BYTES;");
        }
        for (Cell x : cells(shape)) {
            line(8, "FloatVector " + x.name() + " = FloatVector.fromArray(SPECIES, tile, "
                    + at("tileOffset", x.row, "PANEL", x.vector) + ");");
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
        for (Cell x : cells(shape)) {
            line(8, x.name() + ".intoArray(tile, " + at("tileOffset", x.row, "PANEL", x.vector) + ");");
        }
        line(4, "}");
        return out.toString();
    }
}
