package io.github.logitlens.tools;

import io.github.logitlens.Attribution;
import io.github.logitlens.AttributionOptions;
import io.github.logitlens.Bos;
import io.github.logitlens.LogitLens;
import io.github.logitlens.TokenRef;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tools.view.AttributionCsv;
import io.github.logitlens.tools.view.AttributionJson;
import io.github.logitlens.tools.view.AttributionTable;
import io.github.logitlens.tools.view.grid.AttributionPicture;
import java.util.EnumSet;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// `lens attribute`: what each component contributed to a logit.
final class AttributeCommand implements SubCommand {

    private static final EnumSet<Format> FORMATS = EnumSet.of(Format.TABLE, Format.JSON, Format.CSV, Format.SVG, Format.PNG);

    private final Stdio stdio;

    private final PromptArgument prompt = new PromptArgument();

    private final Argument<String> token = Argument.of(OptionSpec.builder("--token").type(String.class).paramLabel("TOKEN")
            .required(true)
            .description("The token whose logit is taken apart, such as \" Paris\" with its space, or id:6342.").build());

    private final Argument<String> versus = Argument.text("--versus", "TOKEN",
            "Take apart how much higher the logit is than this token's.");

    private final Argument<String> position = Argument.text("--position", "POS",
            "The position whose prediction it is: last or N, counted from 0, or from the end if negative. "
                    + "Default: last.")
            .usually("last");

    private final Argument<Integer> top = Argument.number("--top", "N",
            "Components in the table and in pictures, those that contributed most, 0 for all. JSON and CSV have them all. Default: 15.")
            .usually(15);

    private final Argument<Integer> neurons = Argument.number("--neurons", "N",
            "Also the N neurons of each MLP that contributed most.")
            .usually(0);

    private final Argument<Boolean> bos = Argument.flag("--bos",
            "Put <|endoftext|> before the prompt. Default: nothing is added.");

    private final EditOptions edits = new EditOptions();

    private final ModelOptions model = new ModelOptions();

    private final DrawingOptions drawing = new DrawingOptions();

    private final OutputOptions output = new OutputOptions(FORMATS);

    private final ComputeOptions compute = new ComputeOptions();

    private CommandSpec spec;

    AttributeCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        spec = spec("attribute", "lens attribute [OPTIONS] --token TOKEN PROMPT",
                "Takes the logit of a token apart: what the embeddings, each attention head, each attention's bias and each MLP "
                        + "wrote for or against it, and the final LayerNorm's bias, which no component wrote. They add up to the "
                        + "logit.",
                prompt, token, versus, position, top, neurons, bos, edits, model, drawing, output, compute);
        spec.usageMessage().footer(
                "",
                "Contributions are measured with the final residual's LayerNorm scale held fixed. They say what this run added up, "
                        + "not what would happen without a component:",
                "--edit zero:L7H3 takes one out.");
        EditOptions.describe(spec);
        return spec;
    }

    @Override
    public Integer call() {
        Format format = output.format(FORMATS, Optional.empty());
        drawing.check(format);
        AttributionOptions options = options();
        Hooks hooks = edits.hooks();
        compute.apply();
        Prompt read = prompt.read(stdio);
        try (LogitLens lens = model.open(read, stdio)) {
            Attribution attribution = read.attribute(lens, options, hooks);
            PromptArgument.note(read, lens.tokenizer(), stdio);
            int shown = top.get() == 0 ? Integer.MAX_VALUE : top.get();
            switch (format) {
                case JSON -> output.write(stdio, out -> AttributionJson.write(attribution, out));
                case CSV -> output.write(stdio, out -> AttributionCsv.write(attribution, out));
                case SVG, PNG -> drawing.write(AttributionPicture.of(attribution, shown), format, output, stdio);
                default -> output.write(stdio, out -> AttributionTable.write(attribution, shown, output.tableWidth(stdio), out));
            }
        }
        return Main.DONE;
    }

    private AttributionOptions options() {
        if (top.get() < 0) {
            throw wrong("--top: expected 0 or more, got " + top.get(), null);
        }
        try {
            AttributionOptions options = AttributionOptions.of(TokenRef.parse(token.get())).position(position()).neurons(neurons.get())
                    .bos(bos.get() ? Bos.PREPEND : Bos.NONE);
            return versus.given().map(TokenRef::parse).map(options::versus).orElse(options);
        } catch (IllegalArgumentException e) {
            throw wrong("--" + e.getMessage(), e);
        }
    }

    private int position() {
        try {
            return position.get().strip().equals("last") ? -1 : Integer.parseInt(position.get().strip());
        } catch (NumberFormatException e) {
            throw wrong("--position: expected last or N, got \"" + position.get() + "\"", e);
        }
    }

    private ParameterException wrong(String message, Throwable cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }
}
