package io.github.logitlens.tools.view;

import io.github.logitlens.Attribution;
import io.github.logitlens.Bos;
import io.github.logitlens.Contribution;
import io.github.logitlens.internal.view.Figures;
import io.github.logitlens.internal.view.RunHeader;
import io.github.logitlens.internal.view.TextWidth;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/// An attribution as text: the strongest components from the most for the token to the most against it, then the rest, the
/// bias, and the sum beside the model's own logit.
///
/// ```text
/// Layer 7 MLP           +4.12  ████████████████████
/// L6H2                  -1.03  ▒▒▒▒▒
/// ```
public final class AttributionTable {

    private static final int LABEL = 22;
    private static final int NUMBER = 9;
    private static final int BAR = 30;

    private AttributionTable() {
    }

    /// Writes a header and the table, at most 80 columns wide but for the prompt's tokens.
    ///
    /// @param attribution what to show
    /// @param top         how many components have a line of their own
    /// @param width       the terminal's columns, in which bars become shorter; empty for the full form
    /// @param out         where to
    /// @throws IOException if `out` fails
    public static void write(Attribution attribution, int top, OptionalInt width, Writer out) throws IOException {
        header(attribution, width, out);
        int bar = Math.clamp(width.orElse(Integer.MAX_VALUE) - LABEL - NUMBER - 2, 0, BAR);
        out.write('\n');
        List<Contribution> strongest = attribution.strongest();
        List<Contribution> shown = strongest.stream().limit(top)
                .sorted(Comparator.comparingDouble(Contribution::logit).reversed()).toList();
        List<Contribution> rest = strongest.subList(shown.size(), strongest.size());
        double others = rest.stream().mapToDouble(Contribution::logit).sum();
        double longest = DoubleStream.of(strongest.getFirst().logit(), others, attribution.bias()).map(Math::abs).max().orElseThrow();
        for (Contribution component : shown) {
            line(component.label(), component.logit(), longest, bar, out);
            for (Contribution.Neuron neuron : component.neurons()) {
                line("  " + neuron.label(), neuron.logit(), longest, bar, out);
            }
        }
        if (!rest.isEmpty()) {
            line(rest.size() + " smaller ones", others, longest, bar, out);
        }
        line("final norm's bias", attribution.bias(), longest, bar, out);
        out.write("-".repeat(LABEL + NUMBER) + "\n");
        number("sum", attribution.sum(), out);
        number(attribution.versus().isPresent() ? "the model's difference" : "the model's logit", attribution.logit(), out);
        out.write(TextWidth.padded("missing", LABEL) + TextWidth.leftPadded(
                String.format(Locale.ROOT, "%+.1e", attribution.residue()), NUMBER) + "\n");
    }

    private static void header(Attribution attribution, OptionalInt width, Writer out) throws IOException {
        RunHeader.field("model", attribution.modelId() + ", " + attribution.config().nLayers() + " layers, dModel "
                + attribution.config().dModel(), width, out);
        RunHeader.field("BOS", attribution.options().bos() == Bos.NONE ? "none" : "prepended, position 0", width, out);
        RunHeader.field("norm", "frozen, scale " + String.format(Locale.ROOT, "%.2f", attribution.scale())
                + " of the final residual", width, out);
        RunHeader.field("position", attribution.position() + " of 0 to " + (attribution.tokens().size() - 1) + ", after "
                + before(attribution), width, out);
        RunHeader.field("logit", RunHeader.quoted(attribution.token())
                + attribution.versus().map(other -> " minus " + RunHeader.quoted(other)).orElse(""), width, out);
    }

    /// The last tokens up to the position.
    private static String before(Attribution attribution) {
        List<Token> seen = attribution.tokens().subList(0, attribution.position() + 1);
        List<Token> last = seen.subList(Math.max(0, seen.size() - 5), seen.size());
        return (last.size() < seen.size() ? "… " : "") + last.stream().map(RunHeader::quoted).collect(Collectors.joining(" "));
    }

    private static void line(String label, double logit, double longest, int widest, Writer out) throws IOException {
        int length = longest > 0 ? (int) Math.round(Math.abs(logit) / longest * widest) : 0;
        String drawn = (logit < 0 ? "▒" : "█").repeat(length);
        out.write((TextWidth.padded(label, LABEL) + TextWidth.leftPadded(Figures.signed(logit), NUMBER) + "  " + drawn).stripTrailing()
                + "\n");
    }

    private static void number(String label, double value, Writer out) throws IOException {
        out.write(TextWidth.padded(label, LABEL) + TextWidth.leftPadded(Figures.signed(value), NUMBER) + "\n");
    }
}
