package io.github.logitlens.tools.view;

import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.internal.view.Figures;
import io.github.logitlens.internal.view.RunHeader;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.internal.view.TextWidth;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.OptionalInt;

/// The changes of a sweep that had the largest effect, as text: what was changed, what became of the metric, and by how much.
///
/// ```text
/// change                value  normalised  effect
/// L7H3                   1.20        0.31   +2.04  ██████████
/// ```
public final class SweepTable {

    private static final int LABEL = 30;
    private static final int NUMBER = 10;
    private static final int BAR = 24;

    private final String compute;
    private final int top;
    private final OptionalInt width;

    /// A table of a certain length and width.
    ///
    /// @param compute kernels and threads, in a few words
    /// @param top     how many changes have a line
    /// @param width   the terminal's columns; empty for the full form
    public SweepTable(String compute, int top, OptionalInt width) {
        this.compute = compute;
        this.top = top;
        this.width = width;
    }

    /// Writes a header and the table.
    ///
    /// @param sweep what to show
    /// @param out   where to
    /// @throws IOException if `out` fails
    public void write(Sweep sweep, Writer out) throws IOException {
        SweepHeader header = new SweepHeader(sweep);
        header.write(compute, width, out);
        RunHeader.field("figures", sweep.isAblation()
                ? "normalised is the share of the unchanged run's value"
                : "normalised is 0 for the corrupted run's value, 1 for the clean one's", width, out);
        out.write('\n');
        List<SweepCell> strongest = sweep.strongest();
        List<SweepCell> shown = strongest.subList(0, Math.min(top, strongest.size()));
        double largest = Math.abs(strongest.getFirst().effect());
        out.write(TextWidth.padded("change", LABEL) + TextWidth.leftPadded("value", NUMBER)
                + TextWidth.leftPadded("normalised", NUMBER + 2) + TextWidth.leftPadded("effect", NUMBER) + "\n");
        for (SweepCell cell : shown) {
            line(sweep, header, cell, largest, out);
        }
        if (shown.size() < strongest.size()) {
            out.write(strongest.size() - shown.size() + " more, none of which changes it by more than "
                    + header.figure(Math.abs(strongest.get(shown.size()).effect())) + "\n");
        }
    }

    private void line(Sweep sweep, SweepHeader header, SweepCell cell, double largest, Writer out) throws IOException {
        String place = cell.edit().substring(cell.edit().indexOf(':') + 1);
        int at = place.indexOf('@');
        String token = at < 0 ? ""
                : " \"" + SafeText.alone(sweep.clean().get(Integer.parseInt(place.substring(at + 1))).display()) + "\"";
        int room = Math.clamp(width.orElse(Integer.MAX_VALUE) - LABEL - 3 * NUMBER - 4, 0, BAR);
        int length = largest > 0 && !Double.isNaN(cell.effect()) ? (int) Math.round(Math.abs(cell.effect()) / largest * room) : 0;
        out.write((TextWidth.padded(SafeText.cut(place + token, LABEL - 1), LABEL)
                + TextWidth.leftPadded(header.figure(cell.value()), NUMBER)
                + TextWidth.leftPadded(Figures.signed(cell.normalized()), NUMBER + 2)
                + TextWidth.leftPadded(Figures.signed(cell.effect()), NUMBER)
                + "  " + (cell.effect() < 0 ? "▒" : "█").repeat(length)).stripTrailing() + "\n");
    }
}
