package io.github.logitlens.tools.view;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/// Rows of a label and cells, written with ` | ` between them and as wide as their widest.
final class Columns {

    private record Row(String label, List<String> cells) {
    }

    private final List<Row> rows = new ArrayList<>();

    void row(String label, List<String> cells) {
        rows.add(new Row(label, List.copyOf(cells)));
    }

    void write(Writer out) throws IOException {
        int labels = rows.stream().mapToInt(row -> TextWidth.of(row.label())).max().orElse(0) + 1;
        int columns = rows.stream().mapToInt(row -> row.cells().size()).max().orElse(0);
        int[] widths = new int[columns];
        for (Row row : rows) {
            for (int c = 0; c < row.cells().size(); c++) {
                widths[c] = Math.max(widths[c], TextWidth.of(row.cells().get(c)));
            }
        }
        for (Row row : rows) {
            out.write(TextWidth.padded(row.label(), labels));
            for (int c = 0; c < row.cells().size(); c++) {
                boolean last = c == row.cells().size() - 1;
                out.write(" | ");
                String cell = SafeText.isolated(row.cells().get(c));
                out.write(last ? cell : TextWidth.padded(cell, widths[c]));
            }
            out.write('\n');
        }
    }
}
