package io.github.logitlens.tools;

import io.github.logitlens.Attention;
import io.github.logitlens.AttentionOptions;
import io.github.logitlens.Bos;
import io.github.logitlens.Layers;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tools.view.AttentionCsv;
import io.github.logitlens.tools.view.AttentionJson;
import io.github.logitlens.tools.view.AttentionTable;
import io.github.logitlens.tools.view.grid.AttentionGrid;
import io.github.logitlens.tools.view.grid.AttentionPicture;
import io.github.logitlens.tools.view.grid.ColourDepth;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// `lens attention`: what heads attend to.
final class AttentionCommand implements SubCommand {

    private static final EnumSet<Format> FORMATS = EnumSet.of(Format.TABLE, Format.JSON, Format.GRID, Format.CSV, Format.SVG, Format.PNG);

    private final Stdio stdio;

    private final PromptArgument prompt = new PromptArgument();

    private final Argument<String> layer = Argument.text("--layer", "LAYERS",
            "Layers read: all, N, N,M, A:B or A:B:STEP, counted from 0, or from the end if negative. Default: all.")
            .usually("all");

    private final Argument<String> head = Argument.text("--head", "HEADS",
            "Heads read in each of these layers: all, N or N,M, counted from 0, or from the end if negative. Default: all.")
            .usually("all");

    private final Argument<Boolean> bos = Argument.flag("--bos",
            "Put <|endoftext|> before the prompt. Default: nothing is added.");

    private final EditOptions edits = new EditOptions();

    private final ModelOptions model = new ModelOptions();

    private final ColourOptions colours = new ColourOptions();

    private final DrawingOptions drawing = new DrawingOptions();

    private final OutputOptions output = new OutputOptions(FORMATS);

    private final ComputeOptions compute = new ComputeOptions();

    private CommandSpec spec;

    AttentionCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        spec = spec("attention", "lens attention [OPTIONS] PROMPT",
                "Shows what attention heads look at: a line for each head with what kind of head it looks like, or with --format grid, "
                        + "svg, png, csv and json the whole pattern, query by key.",
                prompt, layer, head, bos, edits, model, colours, drawing, output, compute);
        spec.usageMessage().footer(
                "",
                "entropy: how widely a query's attention is spread, in nats. previous: the weight of the key before the query. first: of "
                        + "the first key. induction: of the keys that followed the query's token where it stood before. All are means "
                        + "over the queries after the first.");
        EditOptions.describe(spec);
        return spec;
    }

    @Override
    public Integer call() {
        Format format = output.format(FORMATS, Optional.empty());
        colours.check(format);
        drawing.check(format);
        ColourDepth depth = colours.depth(stdio.terminal(), output.toStandardOutput());
        AttentionOptions options = options();
        Hooks hooks = edits.hooks();
        compute.apply();
        Prompt read = prompt.read(stdio);
        try (LogitLens lens = model.open(read, stdio)) {
            PromptArgument.note(read, lens.tokenizer(), stdio);
            Attention attention = read.attention(lens, options, hooks);
            String made = ComputeOptions.description();
            boolean kept = !output.toStandardOutput();
            switch (format) {
                case GRID -> output.write(stdio, out ->
                        new AttentionGrid(depth, stdio.terminal().width(), made, kept).write(attention, out));
                case JSON -> output.write(stdio, out -> AttentionJson.write(attention, out));
                case CSV -> output.write(stdio, out -> AttentionCsv.write(attention, out));
                case SVG, PNG -> drawing.write(AttentionPicture.of(attention), format, output, stdio);
                default -> output.write(stdio, out -> AttentionTable.write(attention, made, output.tableWidth(stdio), kept, out));
            }
        }
        return Main.DONE;
    }

    private AttentionOptions options() {
        try {
            AttentionOptions options = AttentionOptions.defaults().layers(Layers.parse(layer.get())).bos(bos.get() ? Bos.PREPEND : Bos.NONE);
            return head.get().strip().equals("all") ? options
                    : options.heads(Arrays.stream(head.get().split(",", -1)).mapToInt(each -> Integer.parseInt(each.strip())).toArray());
        } catch (NumberFormatException e) {
            throw new ParameterException(spec.commandLine(), "--head: expected all, N or N,M, got \"" + head.get() + "\"", e);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage().replaceFirst("^layers", "layer"), e);
        }
    }
}
