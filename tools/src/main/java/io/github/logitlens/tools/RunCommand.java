package io.github.logitlens.tools;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tools.view.LogitLensKitJson;
import io.github.logitlens.tools.view.RunCsv;
import io.github.logitlens.tools.view.RunHtml;
import io.github.logitlens.internal.view.RunJson;
import io.github.logitlens.internal.view.RunTable;
import io.github.logitlens.internal.view.RunView;
import io.github.logitlens.tools.view.grid.ColourDepth;
import io.github.logitlens.tools.view.grid.GridChoice;
import io.github.logitlens.tools.view.grid.GridPicture;
import io.github.logitlens.tools.view.grid.TerminalGrid;
import io.github.logitlens.tools.view.grid.TokenSparklines;
import java.util.EnumSet;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/// `lens run`: a prompt's predictions at every layer.
final class RunCommand implements SubCommand {

    private static final EnumSet<Format> FORMATS = EnumSet.of(Format.TABLE, Format.JSON, Format.GRID, Format.CSV, Format.SVG,
            Format.PNG, Format.HTML, Format.LOGITLENSKIT);

    private final Stdio stdio;

    private final Function<String, Optional<String>> hint;

    private final PromptArgument prompt = new PromptArgument();

    private final Argument<Boolean> jsonl = Argument.flag("--jsonl",
            "Many prompts, one a line, from standard input or @FILE: a JSON string, or an object with text or ids, and an id. One "
                    + "result a line out, in their order, as JSON.");

    private final ModelOptions model = new ModelOptions();

    private final ReadingOptions reading = new ReadingOptions();

    private final EditOptions edits = new EditOptions();

    private final PictureOptions picture = new PictureOptions();

    private final DrawingOptions drawing = new DrawingOptions();

    private final OutputOptions output = new OutputOptions(FORMATS);

    private final ComputeOptions compute = new ComputeOptions();

    RunCommand(Stdio stdio) {
        this(stdio, word -> Optional.empty());
    }

    /// The command where it is not named.
    ///
    /// @param hint for a prompt on the command line, what else it may have been meant as
    RunCommand(Stdio stdio, Function<String, Optional<String>> hint) {
        this.stdio = stdio;
        this.hint = hint;
    }

    @Override
    public CommandSpec spec() {
        CommandSpec spec = spec("run", "lens run [OPTIONS] PROMPT",
                "Reads a prompt at every layer: what the model would say next if it had to stop there.",
                prompt, jsonl, model, reading, edits, picture, drawing, output, compute);
        spec.usageMessage().footer(
                "",
                "Each row is a point of the residual stream, the embedding first. The last one is the model's own output.",
                "Numbers are probabilities; a tracked token has its logit and its rank (1 is the most likely token) too.",
                "Columns that a terminal has no room for come below the others; files and pipes get the table in one piece.");
        EditOptions.describe(spec);
        return spec;
    }

    @Override
    public Integer call() {
        if (jsonl.get()) {
            return many();
        }
        Format format = output.format(FORMATS, Optional.empty());
        picture.check(format);
        drawing.check(format);
        boolean drawn = PictureOptions.PICTURES.contains(format);
        boolean all = drawn || format == Format.HTML || format == Format.LOGITLENSKIT;
        LensOptions asked = reading.options(all ? Positions.all() : Positions.last());
        ColourDepth colours = picture.colours(stdio.terminal(), output.toStandardOutput());
        Optional<GridChoice> choice = drawn || format == Format.HTML ? Optional.of(picture.choice(asked, format)) : Optional.empty();
        LensOptions options = choice.map(shown -> picture.reading(asked, shown)).orElseGet(() -> picture.reading(asked));
        Hooks hooks = edits.hooks();
        compute.apply();
        prompt.literal(stdio).flatMap(hint).ifPresent(note -> stdio.err().println("lens: " + note));
        Prompt read = prompt.read(stdio);
        try (LogitLens lens = model.openFor(read, stdio)) {
            PromptArgument.note(read, lens.tokenizer(), stdio);
            LensOptions chosen = reading.of(format == Format.LOGITLENSKIT ? LogitLensKitJson.reading(options) : options, lens);
            LensResult result = read.run(lens, chosen, hooks);
            result.notes().forEach(note -> stdio.err().println("lens: " + note));
            ModelOptions.reportNonFinite(lens.model(), stdio);
            if (DrawingOptions.FORMATS.contains(format)) {
                drawing.write(GridPicture.of(result, choice.orElseThrow()), format, output, stdio);
            } else if (format == Format.LOGITLENSKIT) {
                output.write(stdio, out -> LogitLensKitJson.write(result, again -> read.run(lens, again, hooks), out));
            } else {
                RunView view = view(format, choice, colours);
                output.write(stdio, out -> view.write(result, out));
            }
        }
        return Main.DONE;
    }

    private int many() {
        output.format(EnumSet.of(Format.JSONL), Optional.of(Format.JSONL));
        picture.check(Format.JSON);
        drawing.check(Format.JSON);
        LensOptions options = picture.reading(reading.options(Positions.last())).specialTokens(prompt.specialTokens());
        Hooks hooks = edits.hooks();
        compute.apply();
        try (PromptLines lines = new PromptLines(prompt.source(stdio)); LogitLens lens = model.open(stdio)) {
            ManyPrompts prompts = new ManyPrompts(lens, reading.of(options, lens), hooks, lines);
            output.write(stdio, prompts::write);
            return prompts.anyFailed() ? Main.FAILED : Main.DONE;
        }
    }

    private RunView view(Format format, Optional<GridChoice> choice, ColourDepth colours) {
        String compute = ComputeOptions.description();
        boolean kept = !output.toStandardOutput();
        return switch (format) {
            case TABLE -> new RunTable(compute, output.tableWidth(stdio), Optional.of(TokenSparklines::of), kept);
            case GRID -> new TerminalGrid(choice.orElseThrow(), colours, stdio.terminal().width(), compute, kept);
            case JSON -> new RunJson();
            case CSV -> new RunCsv();
            case HTML -> new RunHtml(choice.orElseThrow().quantity(), choice.orElseThrow().scale());
            case SVG, PNG, JSONL, LOGITLENSKIT -> throw new AssertionError(format);
        };
    }
}
