package io.github.logitlens.tools.view.grid;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Numbers in rows and columns, to be drawn as coloured cells; one or several make a [HeatFigure]. Immutable: each method returns a
/// changed copy.
///
/// ```java
/// HeatMap.of("attn_out", List.of("0", "1"), List.of("The", " Eiffel"), new double[][] {{0.1, -0.4}, {2.0, 0.3}})
///         .axes("layer", "position")
/// ```
public final class HeatMap {

    private final String name;
    private final List<String> rows;
    private final List<String> columns;
    private final double[][] values;
    private String rowAxis = "";
    private String columnAxis = "";
    private boolean numbers;
    private boolean triangle;
    private List<int[]> marks = List.of();
    private String note = "";

    private HeatMap(String name, List<String> rows, List<String> columns, double[][] values) {
        this.name = name;
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    private HeatMap copy() {
        HeatMap copy = new HeatMap(name, rows, columns, values);
        copy.rowAxis = rowAxis;
        copy.columnAxis = columnAxis;
        copy.numbers = numbers;
        copy.triangle = triangle;
        copy.marks = marks;
        copy.note = note;
        return copy;
    }

    /// A map of numbers.
    ///
    /// @param name    what stands above it; may be empty
    /// @param rows    a label for each row, the uppermost first
    /// @param columns a label for each column
    /// @param values  `[rows][columns]`; NaN where there is no number; copied
    /// @return the map
    /// @throws IllegalArgumentException if there is no cell, or not one number for each
    public static HeatMap of(String name, List<String> rows, List<String> columns, double[][] values) {
        boolean fits = values.length == rows.size() && Arrays.stream(values).allMatch(row -> row.length == columns.size());
        if (!fits || rows.isEmpty() || columns.isEmpty()) {
            throw new IllegalArgumentException("heat map: expected numbers for " + rows.size() + " rows of " + columns.size()
                    + ", at least one of each, got " + values.length + " rows of "
                    + Arrays.stream(values).map(row -> row.length).distinct().toList());
        }
        return new HeatMap(Objects.requireNonNull(name, "name"), List.copyOf(rows), List.copyOf(columns),
                Arrays.stream(values).map(double[]::clone).toArray(double[][]::new));
    }

    /// Says what rows and columns are.
    ///
    /// @param rows    such as `layer`
    /// @param columns such as `position`
    /// @return a changed map
    public HeatMap axes(String rows, String columns) {
        HeatMap copy = copy();
        copy.rowAxis = Objects.requireNonNull(rows, "rows");
        copy.columnAxis = Objects.requireNonNull(columns, "columns");
        return copy;
    }

    /// Writes the number into each cell, which makes cells wider.
    ///
    /// @return a changed map
    public HeatMap numbers() {
        HeatMap copy = copy();
        copy.numbers = true;
        return copy;
    }

    /// Leaves out the cells whose column is greater than their row: keys that a query does not see.
    ///
    /// @return a changed map
    public HeatMap triangle() {
        HeatMap copy = copy();
        copy.triangle = true;
        return copy;
    }

    /// Frames one more cell.
    ///
    /// @param row    from 0
    /// @param column from 0
    /// @return a changed map
    /// @throws IndexOutOfBoundsException if there is no such cell
    public HeatMap mark(int row, int column) {
        HeatMap copy = copy();
        copy.marks = new ArrayList<>(marks);
        copy.marks.add(new int[] {Objects.checkIndex(row, rows.size()), Objects.checkIndex(column, columns.size())});
        return copy;
    }

    /// Says something about the map in a few words, which stand below it.
    ///
    /// @param note such as `previous 0.93`
    /// @return a changed map
    public HeatMap note(String note) {
        HeatMap copy = copy();
        copy.note = Objects.requireNonNull(note, "note");
        return copy;
    }

    String name() {
        return name;
    }

    List<String> rows() {
        return rows;
    }

    List<String> columns() {
        return columns;
    }

    String rowAxis() {
        return rowAxis;
    }

    String columnAxis() {
        return columnAxis;
    }

    boolean hasNumbers() {
        return numbers;
    }

    String note() {
        return note;
    }

    double value(int row, int column) {
        return values[row][column];
    }

    boolean shows(int row, int column) {
        return !triangle || column <= row;
    }

    boolean marked(int row, int column) {
        return marks.stream().anyMatch(mark -> mark[0] == row && mark[1] == column);
    }

    /// The numbers of all cells that are shown.
    double[] shown() {
        List<Double> shown = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            for (int column = 0; column < columns.size(); column++) {
                if (shows(row, column)) {
                    shown.add(values[row][column]);
                }
            }
        }
        return shown.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
