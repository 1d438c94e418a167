package io.github.logitlens.tools.view.grid;

import io.github.logitlens.Attribution;
import io.github.logitlens.Contribution;
import io.github.logitlens.internal.view.Figures;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.draw.Canvas;
import io.github.logitlens.tools.view.draw.Drawing;
import io.github.logitlens.tools.view.draw.Ink;
import io.github.logitlens.tools.view.draw.Shape.Anchor;
import io.github.logitlens.tools.view.draw.Shape.Size;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// An attribution as a picture: a bar for each of the strongest components, orange to the right for what is for the token and blue
/// to the left for what is against it, then the rest, the final norm's bias, and their sum.
///
/// ```java
/// AttributionPicture.of(lens.attribute("The Eiffel Tower is in", AttributionOptions.of(" Paris")), 15).writeSvg(Theme.AUTO, out);
/// ```
public final class AttributionPicture {

    private static final double WIDTH = 640;
    private static final double LABELS = 150;
    private static final double NUMBERS = 64;
    private static final double ROW = 19;
    private static final double BAR = 13;
    private static final double SEPARATOR = 10;

    private record Bar(String label, String hint, double logit, boolean part) {
    }

    private AttributionPicture() {
    }

    /// Draws an attribution.
    ///
    /// @param attribution what to draw
    /// @param top         how many components have a bar of their own
    /// @return the picture
    public static Drawing of(Attribution attribution, int top) {
        List<Contribution> strongest = attribution.strongest();
        List<Contribution> shown = strongest.stream().limit(top)
                .sorted(Comparator.comparingDouble(Contribution::logit).reversed()).toList();
        List<Bar> bars = new ArrayList<>();
        for (Contribution component : shown) {
            bars.add(new Bar(component.label(), component.name(), component.logit(), false));
            component.neurons().forEach(neuron -> bars.add(new Bar(neuron.label(), "activation " + neuron.activation(), neuron.logit(), true)));
        }
        List<Bar> ends = new ArrayList<>();
        if (shown.size() < strongest.size()) {
            double rest = strongest.subList(shown.size(), strongest.size()).stream().mapToDouble(Contribution::logit).sum();
            ends.add(new Bar(strongest.size() - shown.size() + " smaller ones", "their sum", rest, false));
        }
        ends.add(new Bar("final norm's bias", "which no component wrote", attribution.bias(), false));
        Bar sum = new Bar("sum", "the model's own is " + Figures.signed(attribution.logit()), attribution.sum(), false);

        Sheet sheet = new Sheet("Direct logit attribution: " + attribution.modelId(), WIDTH, Optional.of(attribution.provenance()));
        sheet.line(AttentionPicture.prompt(attribution.tokens().subList(0, attribution.position() + 1)), Ink.TEXT);
        String what = "Logit of " + quoted(attribution.token())
                + attribution.versus().map(other -> " less that of " + quoted(other)).orElse("") + " at position " + attribution.position();
        sheet.line(what + ": " + Figures.signed(attribution.logit()), Ink.TEXT);
        sheet.text("What each component wrote for it (orange) and against it (blue), with the final residual's scale held fixed.", Ink.QUIET);
        return draw(sheet, bars, ends, sum, what);
    }

    private static String quoted(Token token) {
        return "\"" + token.display() + "\"";
    }

    private static Drawing draw(Sheet sheet, List<Bar> bars, List<Bar> ends, Bar sum, String what) {
        // The sum is a bar too, where it is not so long that the others could not be told apart.
        double longest = Math.max(Double.MIN_NORMAL, List.of(bars, ends).stream().flatMap(List::stream)
                .mapToDouble(bar -> Math.abs(bar.logit())).max().orElse(0));
        boolean negative = bars.stream().anyMatch(bar -> bar.logit() < 0) || ends.stream().anyMatch(bar -> bar.logit() < 0);
        double left = Sheet.MARGIN + LABELS + (negative ? NUMBERS : 8);
        double right = WIDTH - Sheet.MARGIN - NUMBERS;
        double zero = negative ? (left + right) / 2 : left;
        double unit = (right - zero) / longest;
        double y = sheet.below();
        double top = y;
        Canvas over = new Canvas();
        for (Bar bar : bars) {
            bar(bar, zero, unit, y, over);
            y += ROW;
        }
        y += SEPARATOR;
        for (Bar bar : ends) {
            bar(bar, zero, unit, y, over);
            y += ROW;
        }
        Canvas canvas = sheet.canvas();
        canvas.line(zero, top - 4, zero, y, Ink.RULE, 1);
        canvas.add(over.shapes());
        canvas.line(Sheet.MARGIN, y + 2, WIDTH - Sheet.MARGIN, y + 2, Ink.RULE, 1);
        y += 6;
        canvas.words(sum.label(), Sheet.MARGIN + LABELS, y + BAR - 2, Size.HEADING, Anchor.END, 0, Ink.TEXT);
        canvas.words(Figures.signed(sum.logit()) + ", " + sum.hint(), Sheet.MARGIN + LABELS + 12, y + BAR - 2, Size.HEADING, Ink.TEXT);
        StringBuilder description = new StringBuilder("A bar for each component. ").append(what).append(". ");
        bars.stream().filter(bar -> !bar.part()).limit(5).forEach(bar ->
                description.append(bar.label()).append(' ').append(Figures.signed(bar.logit())).append(". "));
        return sheet.end(y + ROW, description + "Sum " + Figures.signed(sum.logit()) + ", " + sum.hint() + ".");
    }

    private static void bar(Bar bar, double zero, double unit, double y, Canvas canvas) {
        double length = Math.abs(bar.logit()) * unit;
        boolean raises = bar.logit() >= 0;
        double thickness = bar.part() ? BAR - 5 : BAR;
        double top = y + (BAR - thickness) / 2;
        canvas.words(bar.label(), Sheet.MARGIN + LABELS, y + BAR - 2.5, bar.part() ? Size.SMALL : Size.NORMAL, Anchor.END, 0,
                bar.part() ? Ink.QUIET : Ink.TEXT);
        Canvas within = new Canvas();
        within.box(raises ? zero : zero - length, top, length, thickness, 1.5, raises ? Ink.ORANGE : Ink.BLUE);
        within.words(Figures.signed(bar.logit()), raises ? zero + length + 5 : zero - length - 5, y + BAR - 2.5, Size.SMALL,
                raises ? Anchor.START : Anchor.END, 0, bar.part() ? Ink.QUIET : Ink.TEXT);
        canvas.hint(bar.label() + ": " + bar.logit() + "\n" + bar.hint(), within);
    }
}
