package io.github.logitlens.tools;

import io.github.logitlens.LogitLens;
import io.github.logitlens.PatchDirection;
import io.github.logitlens.SweepOptions;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// `lens patch`: which activations carry what two prompts differ in.
final class PatchCommand implements SubCommand {

    private final Stdio stdio;

    private final PromptPair prompts = new PromptPair();

    private final SweepArguments sweep = new SweepArguments(
            "What is patched, one grid each: resid_pre, attn_out, mlp_out, at each layer and position; head, each head at all "
                    + "positions; head_position, each head at each. Default: resid_pre,attn_out,mlp_out,head.");

    private final Argument<String> direction = Argument.text("--direction", "DIRECTION",
            "denoise: clean activations into the corrupted run. noise: the other way round. Default: denoise.")
            .usually("denoise");

    private final ModelOptions model = new ModelOptions();

    private final ComputeOptions compute = new ComputeOptions();

    private CommandSpec spec;

    PatchCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        spec = spec("patch", "lens patch [OPTIONS] --token TOKEN CLEAN CORRUPTED",
                "Puts activations of one prompt's run into another's, one place after the other, and measures what that does to the "
                        + "next token at the last position: which layers and positions, and which heads, carry what the prompts "
                        + "differ in.",
                prompts, direction, sweep, model, compute);
        spec.usageMessage().footer(
                "",
                "Examples:",
                "  lens patch --token \" Paris\" --versus \" Rome\" \"The capital of France is\" \"The capital of Italy is\"",
                "  lens patch --format grid --sites head --token \" Paris\" \"The capital of France is\" \"The capital of Italy is\"",
                "  lens patch --direction noise --token \" Paris\" --versus \" Rome\" --output sweep.svg \\",
                "      \"The capital of France is\" \"The capital of Italy is\"",
                "",
                "Normalised, 0 is the corrupted run's value and 1 the clean one's. The prompts must have as many tokens each.");
        return spec;
    }

    @Override
    public Integer call() {
        Format format = sweep.format();
        SweepOptions options = sweep.options().direction(direction());
        compute.apply();
        List<Prompt> pair = prompts.read();
        try (LogitLens lens = model.open(pair.getFirst(), stdio)) {
            pair.forEach(prompt -> PromptArgument.note(prompt, lens.tokenizer(), stdio));
            sweep.write(lens.sweep(pair.getFirst().forLibrary(), pair.getLast().forLibrary(),
                    options.specialTokens(prompts.specialTokens())), format, stdio);
        }
        return Main.DONE;
    }

    private PatchDirection direction() {
        try {
            return PatchDirection.named(direction.get());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
