package io.github.logitlens.tools.view;

import io.github.logitlens.Bos;
import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.SweepGrid;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/// A sweep as CSV (RFC 4180), one line for each changed run.
///
/// ```csv
/// model,bos,metric,site,rowLabel,columnLabel,edit,value,normalized,effect
/// "demo",false,"logitDifference "" Paris"" "" Rome""",head,Layer 7,H3,patch:L7H3,-1.25,0.31,2.04
/// ```
public final class SweepCsv {

    private SweepCsv() {
    }

    /// Writes the names of the columns and the lines.
    ///
    /// @param sweep what to write
    /// @param out   where to
    /// @throws IOException if `out` fails
    public static void write(Sweep sweep, Writer out) throws IOException {
        line(List.of("model", "bos", "metric", "site", "rowLabel", "columnLabel", "edit", "value", "normalized", "effect"), out);
        for (SweepGrid grid : sweep.grids()) {
            for (SweepCell cell : grid.cells()) {
                line(List.of(RunCsv.quoted(sweep.provenance().modelId()), Boolean.toString(sweep.options().bos() == Bos.PREPEND),
                        RunCsv.quoted(sweep.options().metric().toString()), grid.site().key(), grid.rowLabels().get(cell.row()),
                        grid.columnLabels().get(cell.column()), cell.edit(), Double.toString(cell.value()),
                        Double.toString(cell.normalized()), Double.toString(cell.effect())), out);
            }
        }
    }

    private static void line(List<String> fields, Writer out) throws IOException {
        out.write(String.join(",", fields) + "\r\n");
    }
}
