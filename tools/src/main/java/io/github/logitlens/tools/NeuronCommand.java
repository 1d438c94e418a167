package io.github.logitlens.tools;

import io.github.logitlens.LayerNormMode;
import io.github.logitlens.LogitLens;
import io.github.logitlens.NeuronPromotions;
import io.github.logitlens.tools.view.NeuronView;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `lens neuron`: the tokens that one MLP neuron raises and lowers most.
@Command(
        name = "neuron",
        customSynopsis = "lens neuron [OPTIONS] LAYER NEURON",
        separator = " ",
        sortOptions = false,
        description = {
            "",
            "Reads what one MLP neuron writes where it is active, its row of W_out, through the unembedding: the tokens it "
                    + "raises most, and those it lowers most. No prompt is needed.",
            ""
        })
final class NeuronCommand implements Callable<Integer> {

    private final Stdio stdio;

    @Parameters(index = "0", paramLabel = "LAYER", description = "The layer, from 0.")
    private int layer;

    @Parameters(index = "1", paramLabel = "NEURON", description = "The neuron, from 0.")
    private int neuron;

    @Option(names = "--top-k", paramLabel = "K", description = "Tokens shown each way. Default: 10.")
    private int topK = 10;

    @Option(
            names = "--layer-norm",
            paramLabel = "MODE",
            description = "frozen: what the neuron adds to each logit for an activation of 1 and a final scale of 1. recomputed: "
                    + "its row as if it were a whole residual. none: the bare product. Default: frozen.")
    private String layerNorm = "frozen";

    @Mixin
    private ModelOptions model;

    @Mixin
    private OutputOptions output;

    @Mixin
    private ComputeOptions compute;

    @Mixin
    private HelpOption help;

    @Spec
    private CommandSpec spec;

    NeuronCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public Integer call() {
        Format format = output.tableOrJson();
        LayerNormMode mode = mode();
        compute.apply();
        try (LogitLens lens = model.open(stdio)) {
            NeuronPromotions promotions = lens.neuron(layer, neuron, topK, mode);
            output.write(stdio, format,
                    out -> NeuronView.writeTable(promotions, out), out -> NeuronView.writeJson(promotions, out));
        }
        return Main.DONE;
    }

    private LayerNormMode mode() {
        if (topK < 1) {
            throw new ParameterException(spec.commandLine(), "--top-k: expected at least 1, got " + topK);
        }
        try {
            return LayerNormMode.named(layerNorm);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
