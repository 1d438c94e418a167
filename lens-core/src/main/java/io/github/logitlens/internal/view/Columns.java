package io.github.logitlens.internal.view;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/// Rows of a label and cells, written with ` | ` between them and as wide as their widest. Where that is wider than a terminal,
/// the columns that do not fit come below, behind the same labels.
public final class Columns {

    private static final String BAR = " | ";
    /// Columns of a cell's end that stay when its middle is cut out: the number of a prediction.
    private static final int KEPT_END = 7;

    private record Row(String label, List<String> cells) {
    }

    private final List<Row> rows = new ArrayList<>();

    public void row(String label, List<String> cells) {
        rows.add(new Row(label, List.copyOf(cells)));
    }

    /// Writes all of it.
    ///
    /// @param width the terminal's columns; empty for a table in one piece
    /// @param out   where to
    /// @throws IOException if `out` fails
    public void write(OptionalInt width, Writer out) throws IOException {
        int labels = rows.stream().mapToInt(row -> TextWidth.of(row.label())).max().orElse(0) + 1;
        int room = width.orElse(Integer.MAX_VALUE) - labels;
        int[] widths = widths(Math.max(1, room - BAR.length()));
        int first = 0;
        do {
            int end = end(widths, first, room);
            if (first > 0) {
                out.write('\n');
            }
            for (Row row : rows) {
                write(row, labels, Arrays.copyOf(widths, end), first, out);
            }
            first = end;
        } while (first < widths.length);
    }

    /// The columns' widths, each of them at most `most`.
    private int[] widths(int most) {
        int[] widths = new int[rows.stream().mapToInt(row -> row.cells().size()).max().orElse(0)];
        for (Row row : rows) {
            for (int c = 0; c < row.cells().size(); c++) {
                widths[c] = Math.clamp(TextWidth.of(row.cells().get(c)), widths[c], most);
            }
        }
        return widths;
    }

    /// The column behind the last one that fits; always at least one.
    private static int end(int[] widths, int first, int room) {
        int end = first;
        int used = 0;
        while (end < widths.length && (end == first || used + BAR.length() + widths[end] <= room)) {
            used += BAR.length() + widths[end];
            end++;
        }
        return end;
    }

    /// Writes the cells of a row from `first` to the end of `widths`.
    private static void write(Row row, int labels, int[] widths, int first, Writer out) throws IOException {
        out.write(TextWidth.padded(row.label(), labels));
        int end = Math.min(widths.length, row.cells().size());
        for (int c = first; c < end; c++) {
            String cell = SafeText.isolated(fitted(row.cells().get(c), widths[c]));
            out.write(BAR + (c == end - 1 ? cell : TextWidth.padded(cell, widths[c])));
        }
        out.write('\n');
    }

    /// A cell in at most `width` columns, without its middle if it is wider.
    private static String fitted(String cell, int width) {
        if (TextWidth.of(cell) <= width) {
            return cell;
        }
        int end = Math.clamp(width - 3, 0, KEPT_END);
        return SafeText.start(cell, width - 1 - end) + "…" + SafeText.end(cell, end);
    }
}
