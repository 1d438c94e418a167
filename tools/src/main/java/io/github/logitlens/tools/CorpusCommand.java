package io.github.logitlens.tools;

import io.github.logitlens.CorpusOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tools.corpus.CorpusInput;
import io.github.logitlens.tools.corpus.CorpusRun;
import io.github.logitlens.tools.corpus.OtherSummary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/// `lens corpus`: every token of files of any size.
final class CorpusCommand implements SubCommand {

    private static final EnumSet<Format> FORMATS = EnumSet.of(Format.JSONL, Format.CSV);

    private final Stdio stdio;

    private final Argument<List<String>> files = Argument.texts(PositionalParamSpec.builder().paramLabel("FILE").arity("0..*")
            .hideParamSyntax(true).description("Texts as UTF-8, each one document of any length; '-' is standard input."));

    private final Argument<Boolean> lines = Argument.flag("--lines", "Each line of a file is a document.");

    private final Argument<String> field = Argument.text("--field", "NAME",
            "Each line of a file is a JSON object, whose field NAME is a document, and whose field id, if it has one, its name.");

    private final Argument<String> summary = Argument.text("--summary", "FILE",
            "Write what all rows come to as JSON: loss, perplexity, accuracy, decisions by layer.");

    private final Argument<String> report = Argument.text("--report", "FILE", "Write the same as a page with charts, in one HTML file.");

    private final Argument<String> beside = Argument.text("--beside", "FILE",
            "Draw the distance from the model's output of an earlier run's --summary beside this one's, such as another lens's.");

    private final Argument<Boolean> resume = Argument.flag("--resume",
            "Go on with what an earlier run left of --output, with the bytes it would have written. What is finished stays.");

    private final Argument<Integer> fromDocument = Argument.number("--from-document", "N", "Begin with document N, from 0. Default: 0.")
            .usually(0);

    private final Argument<Boolean> skipBad = Argument.flag("--skip-bad",
            "Leave out lines that are no document, and say so, instead of ending with the first.");

    private final CorpusArguments corpus = new CorpusArguments();

    private final OutputOptions output = new OutputOptions(FORMATS, Format.JSONL);

    private final ComputeOptions compute = new ComputeOptions();

    private CommandSpec spec;

    CorpusCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        spec = spec("corpus", "lens corpus [OPTIONS] FILE...",
                "Reads every token of texts of any length, once, as the model expects it from what stands before: a row for each, and what "
                        + "all of them come to.",
                files, lines, field, corpus::addWindowsTo, summary, report, beside, resume, fromDocument, skipBad, corpus::addReadingTo,
                output, compute);
        spec.usageMessage().footer(
                "",
                "A row has the document, the token's position, id and bytes, how many tokens of context it had, and at each point its "
                        + "surprisal in nats and its rank; decision is the index of the point from which on the model's first choice stays. "
                        + "The points stand in the summary. With --summary or --report, rows are written only if --output or --format "
                        + "asks for them.",
                "No figure of loss means anything without window, stride and BOS; the summary has them as its protocol. A position that an edit "
                        + "names is one of each window.");
        EditOptions.describe(spec);
        return spec;
    }

    @Override
    public Integer call() {
        if (files.get().isEmpty()) {
            throw wrong("expected a file, got none; '-' reads standard input");
        }
        if (Collections.frequency(files.get(), CorpusInput.STDIN) > 1) {
            throw wrong("expected '-' at most once, got it " + Collections.frequency(files.get(), CorpusInput.STDIN) + " times");
        }
        if (resume.get() && output.toStandardOutput()) {
            throw wrong("--resume: expected --output with it");
        }
        if (beside.isGiven() && !report.isGiven()) {
            throw wrong("--beside: expected --report with it");
        }
        if (fromDocument.get() < 0) {
            throw wrong("--from-document: expected 0 or more, got " + fromDocument.get());
        }
        boolean sums = summary.isGiven() || report.isGiven();
        boolean csv = output.format(FORMATS, Optional.empty()) == Format.CSV;
        CorpusOptions asked = corpus.options();
        Hooks hooks = corpus.hooks();
        Optional<OtherSummary> other = beside.given().map(CorpusCommand::other);
        CorpusRun.Task task = new CorpusRun.Task(files.get(), new CorpusInput.Form(lines.get() || field.isGiven(), field.given()),
                fromDocument.get(), skipBad.get(), !csv, sums);
        compute.apply();
        // Before the model is loaded: what is not there.
        new CorpusInput(files.get(), task.form(), stdio.in()).close();
        try (LogitLens lens = corpus.modelOptions().open(stdio);
                CorpusProgress progress = new CorpusProgress(stdio.err(), Terminal.showsErrors(), stdio.terminal().width())) {
            CorpusRun run = new CorpusRun(lens, asked.lens(corpus.with(asked.lens(), lens)), hooks, task, stdio.in(),
                    note -> stdio.err().println("lens: " + note), progress);
            if (output.file().isPresent()) {
                toFile(run, output.file().get(), other);
            } else {
                if (sums && !output.isFormatGiven()) {
                    run.read();
                } else {
                    stdio.print(run::write);
                }
                writeSums(run, other);
            }
        } catch (UncheckedIOException e) {
            throw new CommandException(e.getCause().getMessage(), e);
        }
        return Main.DONE;
    }

    private void toFile(CorpusRun run, String name, Optional<OtherSummary> other) {
        try {
            if (!run.write(Path.of(name).toAbsolutePath(), resume.get(), () -> writeSums(run, other))) {
                stdio.err().println("lens: " + name + " is finished already; nothing to go on with");
            }
        } catch (IOException | InvalidPathException e) {
            throw OutputOptions.unwritable(name, e);
        }
    }

    private void writeSums(CorpusRun run, Optional<OtherSummary> other) {
        summary.given().ifPresent(file -> OutputOptions.write(file, run::summary));
        report.given().ifPresent(file -> OutputOptions.write(file, out -> run.report(title(), corpus.model(), other, out)));
    }

    private String title() {
        List<String> names = files.get().stream().map(name -> name.equals(CorpusInput.STDIN) ? "standard input"
                : String.valueOf(Path.of(name).getFileName())).toList();
        return names.size() <= 3 ? String.join(", ", names) : names.getFirst() + " and " + (names.size() - 1) + " more files";
    }

    private static OtherSummary other(String file) {
        try {
            return OtherSummary.read(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            throw new CommandException(file + ": " + e.getMessage(), e);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
