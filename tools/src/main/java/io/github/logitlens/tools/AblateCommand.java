package io.github.logitlens.tools;

import io.github.logitlens.LogitLens;
import io.github.logitlens.SweepOptions;
import picocli.CommandLine.Model.CommandSpec;

/// `lens ablate`: which components a prediction needs.
final class AblateCommand implements SubCommand {

    private final Stdio stdio;

    private final PromptArgument prompt = new PromptArgument();

    private final SweepArguments sweep = new SweepArguments(
            "What is taken away, one grid each: head, what each head writes; mlp_out, attn_out, what each block's MLP or attention "
                    + "does. At all positions. Default: mlp_out,head.");

    private final ModelOptions model = new ModelOptions();

    private final ComputeOptions compute = new ComputeOptions();

    AblateCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec = spec("ablate", "lens ablate [OPTIONS] --token TOKEN PROMPT",
                "Takes each attention head and each MLP away, one after the other, by setting what it writes to 0 at all positions, and "
                        + "measures what that does to the next token at the last position.",
                prompt, sweep, model, compute);
        spec.usageMessage().footer(
                "",
                "Examples:",
                "  lens ablate --token \" Paris\" --versus \" London\" \"The Eiffel Tower is in\"",
                "  lens ablate --format grid --metric probability --token \" Paris\" \"The Eiffel Tower is in\"",
                "",
                "Normalised is the share of the unchanged run's value. Zero is not what a component usually writes: a large effect "
                        + "may be of the zero and not of what is missing.");
        return spec;
    }

    @Override
    public Integer call() {
        Format format = sweep.format();
        SweepOptions options = sweep.options();
        compute.apply();
        Prompt read = prompt.read(stdio);
        try (LogitLens lens = model.open(read, stdio)) {
            PromptArgument.note(read, lens.tokenizer(), stdio);
            sweep.write(lens.ablate(read.forLibrary(), options.specialTokens(prompt.specialTokens())), format, stdio);
        }
        return Main.DONE;
    }
}
