package io.github.logitlens.tools;

import io.github.logitlens.Attribution;
import io.github.logitlens.AttributionOptions;
import io.github.logitlens.Bos;
import io.github.logitlens.LogitLens;
import io.github.logitlens.TokenRef;
import io.github.logitlens.tools.view.AttributionJson;
import io.github.logitlens.tools.view.AttributionTable;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `lens attribute`: what each component contributed to a logit.
@Command(
        name = "attribute",
        customSynopsis = "lens attribute [OPTIONS] --token TOKEN PROMPT",
        separator = " ",
        sortOptions = false,
        description = {
            "",
            "Takes the logit of a token apart: what the embeddings, each attention head, each attention's bias and each MLP "
                    + "wrote for or against it, and the final LayerNorm's bias, which no component wrote. They add up to the logit.",
            ""
        },
        footer = {
            "",
            "Contributions are measured with the final residual's LayerNorm scale held fixed. They say what this run added up, "
                    + "not what would happen without a component."
        })
final class AttributeCommand implements Callable<Integer> {

    private final Stdio stdio;

    @Mixin
    private PromptArgument prompt;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            required = true,
            description = "The token whose logit is taken apart, such as \" Paris\" with its space, or id:6342.")
    private String token;

    @Option(
            names = "--versus",
            paramLabel = "TOKEN",
            description = "Take apart how much higher the logit is than this token's.")
    private Optional<String> versus = Optional.empty();

    @Option(
            names = "--position",
            paramLabel = "POS",
            description = "The position whose prediction it is: last or N, counted from 0, or from the end if negative. "
                    + "Default: last.")
    private String position = "last";

    @Option(
            names = "--top",
            paramLabel = "N",
            description = "Components in the table, those that contributed most, 0 for all. JSON has them all. Default: 15.")
    private int top = 15;

    @Option(names = "--neurons", paramLabel = "N", description = "Also the N neurons of each MLP that contributed most.")
    private int neurons;

    @Option(names = "--bos", description = "Put <|endoftext|> before the prompt. Default: nothing is added.")
    private boolean bos;

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

    AttributeCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public Integer call() {
        Format format = output.tableOrJson();
        AttributionOptions options = options();
        compute.apply();
        String text = prompt.read(stdio);
        try (LogitLens lens = model.open(stdio)) {
            Attribution attribution = lens.attribute(text, options);
            output.write(stdio, format,
                    out -> AttributionTable.write(attribution, top == 0 ? Integer.MAX_VALUE : top, out),
                    out -> AttributionJson.write(attribution, out));
        }
        return Main.DONE;
    }

    private AttributionOptions options() {
        if (top < 0) {
            throw wrong("--top: expected 0 or more, got " + top, null);
        }
        try {
            AttributionOptions options = AttributionOptions.of(TokenRef.parse(token)).position(position()).neurons(neurons)
                    .bos(bos ? Bos.PREPEND : Bos.NONE);
            return versus.map(TokenRef::parse).map(options::versus).orElse(options);
        } catch (IllegalArgumentException e) {
            throw wrong("--" + e.getMessage(), e);
        }
    }

    private int position() {
        try {
            return position.strip().equals("last") ? -1 : Integer.parseInt(position.strip());
        } catch (NumberFormatException e) {
            throw wrong("--position: expected last or N, got \"" + position + "\"", e);
        }
    }

    private ParameterException wrong(String message, Throwable cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }
}
