package io.github.logitlens.tools.view;

import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.SweepGrid;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/// A sweep as CSV, one line for each changed run; see `SCHEMAS.md`.
///
/// ```csv
/// model,bos,layerNorm,lens,metric,site,rowLabel,columnLabel,edit,value,normalized,effect,…
/// "demo",false,recomputed,logit,"logitDifference "" Paris"" "" Rome""",head,Layer 7,H3,patch:L7H3,-1.25,0.31,2.04,…
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
        List<String> names = new ArrayList<>(Csv.FIRST);
        names.addAll(List.of("metric", "site", "rowLabel", "columnLabel", "edit", "value", "normalized", "effect"));
        names.addAll(Csv.LAST);
        Csv.line(names, out);
        List<String> first = Csv.first(sweep.provenance());
        List<String> last = Csv.last(sweep.provenance());
        for (SweepGrid grid : sweep.grids()) {
            for (SweepCell cell : grid.cells()) {
                List<String> fields = new ArrayList<>(first);
                fields.addAll(List.of(Csv.text(sweep.options().metric().toString()), grid.site().key(),
                        grid.rowLabels().get(cell.row()), grid.columnLabels().get(cell.column()), cell.edit(),
                        Double.toString(cell.value()), Double.toString(cell.normalized()), Double.toString(cell.effect())));
                fields.addAll(last);
                Csv.line(fields, out);
            }
        }
    }
}
