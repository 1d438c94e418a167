package io.github.logitlens;

import java.util.ArrayList;
import java.util.List;

/// One site of a sweep: a changed run for each row and column. Immutable.
///
/// ```java
/// SweepGrid heads = sweep.grid(SweepSite.HEAD);
/// heads.normalized(7, 3)    // how far L7H3 brings the clean answer back
/// ```
public final class SweepGrid {

    private final SweepSite site;
    private final String rowAxis;
    private final String columnAxis;
    private final List<String> rowLabels;
    private final List<String> columnLabels;
    private final List<SweepCell> cells;

    /// @param cells row by row
    SweepGrid(SweepSite site, String rowAxis, String columnAxis, List<String> rowLabels, List<String> columnLabels,
            List<SweepCell> cells) {
        this.site = site;
        this.rowAxis = rowAxis;
        this.columnAxis = columnAxis;
        this.rowLabels = List.copyOf(rowLabels);
        this.columnLabels = List.copyOf(columnLabels);
        this.cells = List.copyOf(cells);
    }

    /// What was changed.
    ///
    /// @return the site
    public SweepSite site() {
        return site;
    }

    /// What the rows are.
    ///
    /// @return `layer`, or `head` where the heads of all layers stand below each other
    public String rowAxis() {
        return rowAxis;
    }

    /// What the columns are.
    ///
    /// @return `position`, `head`, or `all` for one column of all positions
    public String columnAxis() {
        return columnAxis;
    }

    /// What each row is called.
    ///
    /// @return such as `Layer 4` or `L4H1`; immutable
    public List<String> rowLabels() {
        return rowLabels;
    }

    /// What each column is called.
    ///
    /// @return such as `5` for a position, `H3` for a head; immutable
    public List<String> columnLabels() {
        return columnLabels;
    }

    /// How many rows there are.
    ///
    /// @return at least 1
    public int rows() {
        return rowLabels.size();
    }

    /// How many columns there are.
    ///
    /// @return at least 1
    public int columns() {
        return columnLabels.size();
    }

    /// One changed run.
    ///
    /// @param row    from 0
    /// @param column from 0
    /// @return its numbers
    /// @throws IndexOutOfBoundsException if there is no such cell
    public SweepCell cell(int row, int column) {
        if (row < 0 || row >= rows() || column < 0 || column >= columns()) {
            throw new IndexOutOfBoundsException("cell of " + site.key() + ": expected a row from 0 to " + (rows() - 1)
                    + " and a column from 0 to " + (columns() - 1) + ", got " + row + " and " + column);
        }
        return cells.get(row * columns() + column);
    }

    /// The metric of one changed run.
    ///
    /// @param row    from 0
    /// @param column from 0
    /// @return the value
    /// @throws IndexOutOfBoundsException if there is no such cell
    public double value(int row, int column) {
        return cell(row, column).value();
    }

    /// The metric of one changed run on the scale of the unchanged ones; see [SweepCell#normalized].
    ///
    /// @param row    from 0
    /// @param column from 0
    /// @return 0 where nothing is left of the clean run's value, 1 where all of it is
    /// @throws IndexOutOfBoundsException if there is no such cell
    public double normalized(int row, int column) {
        return cell(row, column).normalized();
    }

    /// All changed runs.
    ///
    /// @return row by row; immutable
    public List<SweepCell> cells() {
        return cells;
    }

    /// Site and size.
    @Override
    public String toString() {
        return "SweepGrid[" + site.key() + ": " + rows() + " × " + columns() + ", " + rowAxis + " × " + columnAxis + "]";
    }

    /// The shape of a grid, before its cells have values.
    ///
    /// @param columnAxis `position`, `head` or `all`
    record Layout(SweepSite site, String columnAxis, int nLayers, int nHeads, int seqLen) {

        boolean headRows() {
            return site == SweepSite.HEAD_POSITION;
        }

        int rows() {
            return headRows() ? nLayers * nHeads : nLayers;
        }

        int columns() {
            return switch (columnAxis) {
                case "position" -> seqLen;
                case "head" -> nHeads;
                default -> 1;
            };
        }

        /// −1 where a cell is no head's.
        int head(int row, int column) {
            return headRows() ? row % nHeads : site.isHead() ? column : -1;
        }

        int layer(int row) {
            return headRows() ? row / nHeads : row;
        }

        /// −1 for all of them.
        int position(int column) {
            return columnAxis.equals("position") ? column : -1;
        }

        /// The place in an edit's written form.
        String where(int row, int column) {
            int head = head(row, column);
            int position = position(column);
            return "L" + layer(row) + (head >= 0 ? "H" + head : "." + site.key()) + (position >= 0 ? "@" + position : "");
        }

        SweepGrid grid(List<SweepCell> cells) {
            List<String> rowLabels = new ArrayList<>();
            for (int row = 0; row < rows(); row++) {
                rowLabels.add(headRows() ? "L" + layer(row) + "H" + head(row, 0) : "Layer " + row);
            }
            List<String> columnLabels = new ArrayList<>();
            for (int column = 0; column < columns(); column++) {
                columnLabels.add(switch (columnAxis) {
                    case "position" -> Integer.toString(column);
                    case "head" -> "H" + column;
                    default -> "all";
                });
            }
            return new SweepGrid(site, headRows() ? "head" : "layer", columnAxis, rowLabels, columnLabels, cells);
        }
    }
}
