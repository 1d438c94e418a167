package io.github.logitlens.tools.view;

import io.github.logitlens.Bos;
import io.github.logitlens.PatchDirection;
import io.github.logitlens.Sweep;
import io.github.logitlens.SweepMetric;
import io.github.logitlens.TokenRef;
import io.github.logitlens.internal.view.Figures;
import io.github.logitlens.internal.view.RunHeader;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// The lines above a sweep that say what was run and measured, and what its figures mean.
public final class SweepHeader {

    private final Sweep sweep;

    /// A header.
    ///
    /// @param sweep what it is about
    public SweepHeader(Sweep sweep) {
        this.sweep = sweep;
    }

    /// Writes the lines.
    ///
    /// @param compute kernels and threads, in a few words
    /// @param width   the terminal's columns; empty for lines in one piece
    /// @param out     where to
    /// @throws IOException if `out` fails
    public void write(String compute, OptionalInt width, Writer out) throws IOException {
        RunHeader.field("model", sweep.provenance().modelId() + ", " + sweep.config().nLayers() + " layers, " + sweep.config().nHeads()
                + " heads, dModel " + sweep.config().dModel(), width, out);
        if (sweep.isAblation()) {
            RunHeader.field("tokens", tokens(sweep.clean()), width, out);
        } else {
            RunHeader.field("clean", tokens(sweep.clean()), width, out);
            RunHeader.field("corrupted", tokens(sweep.corrupted().orElseThrow()), width, out);
        }
        RunHeader.field("BOS", sweep.options().bos() == Bos.NONE ? "none" : "prepended, position 0", width, out);
        RunHeader.field("metric", metric() + ": " + values(), width, out);
        RunHeader.field(sweep.isAblation() ? "ablated" : "patched", change(), width, out);
        RunHeader.field("compute", compute, width, out);
    }

    private static String tokens(List<Token> tokens) {
        return tokens.size() + ": " + tokens.stream().map(RunHeader::quoted).collect(Collectors.joining(" "));
    }

    /// What is measured.
    ///
    /// @return such as `logit " Paris" minus " Rome"`
    public String metric() {
        SweepMetric metric = sweep.options().metric();
        List<TokenRef> tokens = metric.tokens();
        String name = metric.key().equals("logitDifference") ? "logit" : metric.key().equals("kl") ? "KL from the clean prediction" : metric.key();
        return name + tokens.stream().map(token -> "\"" + SafeText.escaped(token.toString()) + "\"")
                .collect(Collectors.joining(" minus ", tokens.isEmpty() ? "" : " ", ""));
    }

    /// The values of the unchanged runs.
    ///
    /// @return such as `clean 3.40, corrupted -1.20`
    public String values() {
        return sweep.isAblation()
                ? figure(sweep.cleanValue()) + " unchanged"
                : "clean " + figure(sweep.cleanValue()) + ", corrupted " + figure(sweep.corruptedValue().orElseThrow());
    }

    /// What is changed in the runs.
    ///
    /// @return such as `clean activations into the corrupted run`
    public String change() {
        return sweep.isAblation()
                ? "what a component writes becomes 0 at all positions"
                : sweep.options().direction() == PatchDirection.DENOISE
                        ? "clean activations into the corrupted run"
                        : "corrupted activations into the clean run";
    }

    /// A value of the metric for people.
    ///
    /// @param value in the metric's unit
    /// @return such as `1.37`
    public String figure(double value) {
        return sweep.options().metric().key().equals("probability") ? Figures.small(value)
                : sweep.options().metric().key().equals("rank") ? Long.toString(Math.round(value))
                : String.format(Locale.ROOT, "%.2f", value);
    }
}
