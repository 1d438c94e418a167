package io.github.logitlens.tools.view.grid;

import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.SweepGrid;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.SweepHeader;
import io.github.logitlens.tools.view.draw.Drawing;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.stream.IntStream;

/// A sweep as a picture: a heat map for each site, all on one diverging scale whose middle is no change.
public final class SweepPicture {

    private SweepPicture() {
    }

    /// Draws a sweep.
    ///
    /// @param sweep what to show
    /// @return the picture
    public static Drawing of(Sweep sweep) {
        SweepHeader header = new SweepHeader(sweep);
        SweepScale scale = SweepScale.of(sweep);
        HeatFigure figure = HeatFigure.of((sweep.isAblation() ? "Ablation: " : "Activation patching: ") + sweep.provenance().modelId(),
                        sweep.grids().stream().map(grid -> map(sweep, scale, grid)).toList())
                .shows(scale.title(), "", Kind.SIGNED, Scale.LINEAR).meaning(scale.meaning())
                .line(header.metric() + ": " + header.values()).line(header.change());
        figure = sweep.isAblation()
                ? figure.line(text(sweep.clean()))
                : figure.line("clean: " + text(sweep.clean())).line("corrupted: " + text(sweep.corrupted().orElseThrow()));
        return figure.madeWith(sweep.provenance()).drawing();
    }

    private static HeatMap map(Sweep sweep, SweepScale scale, SweepGrid grid) {
        double[][] values = new double[grid.rows()][grid.columns()];
        for (SweepCell cell : grid.cells()) {
            values[cell.row()][cell.column()] = scale.change(cell);
        }
        List<String> columns = grid.columnAxis().equals("position")
                ? IntStream.range(0, grid.columns()).mapToObj(position -> position + sweep.clean().get(position).display()).toList()
                : grid.columnLabels();
        return HeatMap.of(grid.site().label(), grid.rowLabels(), columns, values).axes(grid.rowAxis(), grid.columnAxis()).numbers();
    }

    /// A prompt for a screen: put together from bytes, since a character may be several tokens.
    private static String text(List<Token> tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        tokens.forEach(token -> bytes.writeBytes(token.bytes()));
        return new Token(0, bytes.toByteArray()).display();
    }
}
