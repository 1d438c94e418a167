package io.github.logitlens.tools;

import io.github.logitlens.Alignment;
import io.github.logitlens.LensComparison;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.view.ComparisonJson;
import io.github.logitlens.internal.view.ComparisonTable;
import io.github.logitlens.internal.view.ComparisonView;
import io.github.logitlens.tools.view.ComparisonCsv;
import io.github.logitlens.tools.view.grid.ComparisonGrid;
import io.github.logitlens.tools.view.grid.ComparisonHtml;
import io.github.logitlens.tools.view.grid.ComparisonPicture;
import io.github.logitlens.tools.view.grid.Difference;
import io.github.logitlens.tools.view.grid.Scale;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// `lens compare`: how two runs differ.
final class CompareCommand implements SubCommand {

    private static final EnumSet<Format> FORMATS =
            EnumSet.of(Format.TABLE, Format.JSON, Format.GRID, Format.CSV, Format.SVG, Format.PNG, Format.HTML);

    private final Stdio stdio;

    private final ComparedPrompts prompt = new ComparedPrompts();

    private final ModelOptions model = new ModelOptions();

    private final Argument<String> modelB = Argument.text("--model-b", "MODEL",
            "The model of the second run, with the same vocabulary. Default: that of the first.");

    private final Argument<String> align = Argument.text("--align", "HOW",
            "Which positions belong together: positions, of one number; ends, of one number from the end; tokens, of the longest "
                    + "sequence of tokens that both prompts have. Default: positions, for prompts of different lengths ends.");

    private final Argument<String> metric = Argument.text("--metric", "METRIC",
            "grid, svg, png, html: what the colours show, one of " + Difference.keys() + "; the last two are changes of the first --track "
                    + "token. Default: kl, with --track logit.");

    private final ReadingOptions reading = new ReadingOptions();

    private final EditOptions edits = new EditOptions();

    private final ColourOptions colours = new ColourOptions();

    private final DrawingOptions drawing = new DrawingOptions();

    private final OutputOptions output = new OutputOptions(FORMATS);

    private final ComputeOptions compute = new ComputeOptions();

    private CommandSpec spec;

    CompareCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        spec = spec("compare", "lens compare [OPTIONS] A [B]",
                "Runs twice, and shows at each layer how the predictions differ: two prompts; one prompt as it is and with --edit; or "
                        + "one prompt in two models. With two prompts, --edit changes the second run.",
                prompt, model, modelB, align, metric, reading, edits, colours, drawing, output, compute);
        spec.usageMessage().footer(
                "",
                "Examples:",
                "  lens compare --edit zero:L5H3 --track \" Paris\" \"The Eiffel Tower is in\"",
                "  lens compare --align tokens \"The Eiffel Tower is in\" \"Big Ben is in\"",
                "  lens compare --format grid --track \" Paris\" --edit cut:L4H0-3@-1/3 \"The Eiffel Tower is in\"",
                "  lens compare --output effect.svg --edit zero:L0.mlp_out \"The capital of France is\"",
                "",
                "A change reaches what is computed from it: in its own position, and through attention in later ones. Everywhere else both "
                        + "runs have the same bits, which is checked, and shown as =, as a dot, or without colour.");
        EditOptions.describe(spec);
        return spec;
    }

    @Override
    public Integer call() {
        Format format = output.format(FORMATS, Optional.empty());
        drawing.check(format);
        colours.check(format);
        boolean picture = format == Format.GRID || format == Format.HTML || DrawingOptions.FORMATS.contains(format);
        LensOptions options = reading.options(picture ? Positions.all() : Positions.last()).keepResiduals(true);
        Difference shown = shown(options);
        Hooks hooks = edits.hooks();
        List<Prompt> prompts = prompt.read(stdio);
        if (prompts.size() == 1 && hooks.edits().isEmpty() && !modelB.isGiven()) {
            throw wrong("expected a second prompt, an --edit, or --model-b to compare with, got none", null);
        }
        compute.apply();
        try (LogitLens first = model.open(prompts.getFirst(), stdio);
                LogitLens second = modelB.given().map(name -> ModelOptions.open(name, prompts.getLast(), stdio)).orElse(first)) {
            prompts.forEach(each -> PromptArgument.note(each, first.tokenizer(), stdio));
            LensResult before = prompts.getFirst().run(first, reading.of(options, first), Hooks.none());
            LensResult after = prompts.getLast().run(second, reading.of(options, second), hooks);
            write(before.compare(after, alignment(before, after)), format, shown);
        }
        return Main.DONE;
    }

    private Difference shown(LensOptions options) {
        try {
            return Difference.named(metric.given(), options.tracked());
        } catch (IllegalArgumentException e) {
            throw wrong("--" + e.getMessage(), e);
        }
    }

    private Alignment alignment(LensResult before, LensResult after) {
        try {
            return align.given().map(Alignment::named)
                    .orElse(before.tokens().size() == after.tokens().size() ? Alignment.POSITIONS : Alignment.ENDS);
        } catch (IllegalArgumentException e) {
            throw wrong("--" + e.getMessage(), e);
        }
    }

    private void write(LensComparison comparison, Format format, Difference shown) {
        if (DrawingOptions.FORMATS.contains(format)) {
            drawing.write(ComparisonPicture.of(comparison, shown, Scale.LINEAR), format, output, stdio);
            return;
        }
        ComparisonView view = switch (format) {
            case TABLE -> new ComparisonTable(output.tableWidth(stdio));
            case GRID -> new ComparisonGrid(shown, Scale.LINEAR, colours.depth(stdio.terminal(), output.toStandardOutput()),
                    stdio.terminal().width());
            case HTML -> new ComparisonHtml(shown, Scale.LINEAR);
            case CSV -> new ComparisonCsv();
            case JSON -> new ComparisonJson();
            default -> throw new AssertionError(format);
        };
        output.write(stdio, out -> view.write(comparison, out));
    }

    private ParameterException wrong(String message, Throwable cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }
}
