package io.github.logitlens.tools;

import io.github.logitlens.LayerNormMode;
import io.github.logitlens.LogitLens;
import io.github.logitlens.NeuronPromotions;
import io.github.logitlens.tools.view.NeuronView;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/// `lens neuron`: the tokens that one MLP neuron raises and lowers most.
final class NeuronCommand implements SubCommand {

    private final Stdio stdio;

    private final Argument<Integer> layer = Argument.of(PositionalParamSpec.builder().index("0").required(true)
            .type(Integer.class).paramLabel("LAYER").description("The layer, from 0.").build());

    private final Argument<Integer> neuron = Argument.of(PositionalParamSpec.builder().index("1").required(true)
            .type(Integer.class).paramLabel("NEURON").description("The neuron, from 0.").build());

    private final Argument<Integer> topK = Argument.number("--top-k", "K",
            "Tokens shown each way. Default: 10.")
            .usually(10);

    private final Argument<String> layerNorm = Argument.text("--layer-norm", "MODE",
            "frozen: what the neuron adds to each logit for an activation of 1 and a final scale of 1. recomputed: "
                    + "its row as if it were a whole residual. none: the bare product. Default: frozen.")
            .usually("frozen");

    private final ModelOptions model = new ModelOptions();

    private final OutputOptions output = new OutputOptions();

    private final ComputeOptions compute = new ComputeOptions();

    private CommandSpec spec;

    NeuronCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        spec = spec("neuron", "lens neuron [OPTIONS] LAYER NEURON",
                "Reads what one MLP neuron writes where it is active, its row of W_out, through the unembedding: the tokens it "
                        + "raises most, and those it lowers most. No prompt is needed.",
                layer, neuron, topK, layerNorm, model, output, compute);
        return spec;
    }

    @Override
    public Integer call() {
        Format format = output.tableOrJson();
        LayerNormMode mode = mode();
        compute.apply();
        try (LogitLens lens = model.open(stdio)) {
            NeuronPromotions promotions = lens.neuron(layer.get(), neuron.get(), topK.get(), mode);
            output.write(stdio, format,
                    out -> NeuronView.writeTable(promotions, output.tableWidth(stdio), out),
                    out -> NeuronView.writeJson(promotions, out));
        }
        return Main.DONE;
    }

    private LayerNormMode mode() {
        if (topK.get() < 1) {
            throw new ParameterException(spec.commandLine(), "--top-k: expected at least 1, got " + topK.get());
        }
        try {
            return LayerNormMode.named(layerNorm.get());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
