package io.github.logitlens.tools;

import io.github.logitlens.Generation;
import io.github.logitlens.GenerationOptions;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tools.view.GenerationJson;
import io.github.logitlens.tools.view.GenerationLines;
import io.github.logitlens.tools.view.GenerationText;
import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// `lens generate`: what the model writes behind a prompt.
final class GenerateCommand implements SubCommand {

    private final Stdio stdio;

    private final PromptArgument prompt = new PromptArgument();

    private final Argument<Integer> maxTokens = Argument.number("--max-tokens", "N",
            "Tokens written at the most. Default: 50.")
            .usually(GenerationOptions.defaults().maxTokens());

    private final Argument<Double> temperature = Argument.option(Double.class, "--temperature", "T",
            "What logits are divided by; 0 takes the most likely token always. Default: 0.")
            .usually(0.0);

    private final Argument<Integer> sampleK = Argument.number("--sample-k", "K",
            "Draw from the K most likely tokens, 0 for all. Default: 0.")
            .usually(0);

    private final Argument<Double> topP = Argument.option(Double.class, "--top-p", "P",
            "Draw from the fewest most likely tokens that have this share of probability. Default: 1.")
            .usually(1.0);

    private final Argument<Long> seed = Argument.option(Long.class, "--seed", "S",
            "What the random numbers come from; the same seed writes the same text on every machine. Default: 0.")
            .usually(0L);

    private final Argument<Integer> samples = Argument.number("--samples", "N",
            "Texts written; the second has seed S + 1, and so on. Default: 1.")
            .usually(1);

    private final Argument<List<String>> stop = Argument.texts(OptionSpec.builder("--stop").paramLabel("TEXT")
            .description("End where this text comes, which is not shown. May be repeated."));

    private final Argument<Boolean> lensReadings = Argument.flag("--lens-readings",
            "Read every layer where each token is predicted, and show beside the token where it was decided.");

    private final Argument<String> metric = Argument.text("--metric", "KEY,...",
            "Numbers read at each layer besides, such as margin or surprisal: in the readings of --json.");

    private final ReadingOptions reading = new ReadingOptions();

    private final EditOptions edits = new EditOptions();

    private final ModelOptions model = new ModelOptions();

    private final OutputOptions output = new OutputOptions();

    private final ComputeOptions compute = new ComputeOptions();

    private CommandSpec spec;

    GenerateCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        spec = spec("generate", "lens generate [OPTIONS] PROMPT",
                "Goes on with a prompt, and shows the text as it comes. It ends at <|endoftext|>, at --stop, after --max-tokens, and "
                        + "where the model's context ends.",
                prompt, maxTokens, temperature, sampleK, topP, seed, samples, stop, lensReadings, metric, reading, edits, model, output, compute);
        spec.usageMessage().footer(
                "",
                "Probabilities are the model's, before temperature and cuts. What is read beside each token with --lens-readings is "
                        + "chosen by --metric, --points, --layers, --lens, --layer-norm, --track, --top-k and --bottom-k; "
                        + "--json has all of it.");
        EditOptions.describe(spec);
        return spec;
    }

    @Override
    public Integer call() {
        Format format = output.tableOrJson();
        GenerationOptions options = options();
        Hooks hooks = edits.hooks();
        compute.apply();
        Prompt read = prompt.read(stdio);
        try (LogitLens lens = model.open(stdio)) {
            PromptArgument.note(read, lens.tokenizer(), stdio);
            GenerationOptions asked = options.lens().map(readings -> options.lens(reading.of(readings, lens))).orElse(options);
            try (Generation generation = lens.generate(io.github.logitlens.Prompt.ids(read.ids(lens.tokenizer())), asked, hooks)) {
                output.write(stdio, format, out -> text(generation, out), out -> GenerationJson.write(generation, lens.model(), out));
            }
        }
        return Main.DONE;
    }

    private void text(Generation generation, Writer out) throws IOException {
        if (lensReadings.get()) {
            GenerationLines.write(generation, out);
        } else {
            GenerationText.write(generation, stdio.terminal().attached() && output.toStandardOutput(), out);
        }
    }

    private GenerationOptions options() {
        LensOptions lens = reading.options(Positions.last());
        if (!lens.positions().equals(Positions.last())) {
            throw wrong("--position: expected none here, where each token is read at its own", null);
        }
        try {
            GenerationOptions options = GenerationOptions.defaults().maxTokens(maxTokens.get()).temperature(temperature.get())
                    .sampleK(sampleK.get()).topP(topP.get()).seed(seed.get()).samples(samples.get())
                    .bos(lens.bos()).specialTokens(prompt.specialTokens());
            for (String text : stop.get()) {
                options = options.stop(text);
            }
            LensMetric[] metrics = metric.given().stream().flatMap(keys -> Arrays.stream(keys.split(",", -1)))
                    .map(key -> LensMetric.named(key.strip())).toArray(LensMetric[]::new);
            return lensReadings.get() ? options.lens(lens.metrics(metrics)) : options;
        } catch (IllegalArgumentException e) {
            throw wrong("--" + e.getMessage(), e);
        }
    }

    private ParameterException wrong(String message, Throwable cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }
}
