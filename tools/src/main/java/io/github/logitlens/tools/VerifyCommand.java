package io.github.logitlens.tools;

import io.github.logitlens.LogitLens;
import io.github.logitlens.tools.verify.References;
import io.github.logitlens.tools.verify.Verdict;
import io.github.logitlens.tools.view.VerdictTable;
import io.github.logitlens.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// `lens verify`: whether a model gives the numbers that others have published for it.
final class VerifyCommand implements SubCommand {

    private final Stdio stdio;

    private final ModelOptions model = new ModelOptions();

    private final Argument<String> reference = Argument.text("--reference", "NAME",
            "The model whose values are expected: demo, gpt2, distilgpt2 or gpt2-xl. Default: the model's name.");

    private final OutputOptions output = new OutputOptions();

    private final ComputeOptions compute = new ComputeOptions();

    VerifyCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        return spec("verify", "lens verify [OPTIONS]",
                "Computes losses, logits, probabilities, continuations and lens rows that were published for real GPT-2 models, and "
                        + "compares; for the bundled model, those of an independent implementation in float64. The exit code is 1 "
                        + "if any differs by more than its tolerance.",
                model, reference, output, compute);
    }

    @Override
    public Integer call() {
        Format format = output.tableOrJson();
        compute.apply();
        model.files(stdio);
        List<Verdict> verdicts = new ArrayList<>();
        References references;
        try (Checkpoint checkpoint = Checkpoint.open(model.name())) {
            String name = reference.given().orElse(checkpoint.id());
            references = References.of(name).orElseThrow(() -> new CommandException("model '" + name
                    + "': expected demo, gpt2, distilgpt2 or gpt2-xl, for which there are values to compare with "
                    + "(--reference gpt2 takes those of gpt2)"));
            references.sha256().ifPresent(expected -> {
                String actual = checkpoint.sha256();
                verdicts.add(new Verdict("SHA-256 of the weights", references.sha256Source(), shortened(expected), shortened(actual), "",
                        expected.equals(actual)));
            });
        }
        try (LogitLens lens = model.open(stdio)) {
            verdicts.addAll(references.compare(lens));
        }
        output.write(stdio, format, out -> VerdictTable.write(verdicts, output.tableWidth(stdio), out), out -> VerdictTable.writeJson(verdicts, out));
        return verdicts.stream().allMatch(Verdict::passed) ? Main.DONE : Main.FAILED;
    }

    private static String shortened(String hash) {
        return hash.substring(0, 16) + "…";
    }
}
