package io.github.logitlens.tools.corpus;

import io.github.logitlens.CorpusItem;
import io.github.logitlens.CorpusOptions;
import io.github.logitlens.CorpusPlace;
import io.github.logitlens.CorpusReader;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Outcome;
import io.github.logitlens.hook.Hooks;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A corpus read from files to the end, or from where an earlier run had come to: its rows written, its figures summed.
public final class CorpusRun {

    private static final int SHOWN_FAULTS = 20;

    private final LogitLens lens;
    private final CorpusOptions options;
    private final Hooks hooks;
    private final Task task;
    private final InputStream stdin;
    private final Consumer<String> notes;
    private final Progress progress;
    private final LivingHeap heap = new LivingHeap();
    private CorpusTotals totals;
    private CorpusReader reader;
    private long tokens;
    private long faults;

    /// What is to be done.
    ///
    /// @param files        paths, or [CorpusInput#STDIN]
    /// @param form         what a document is
    /// @param fromDocument the first document read, from 0
    /// @param skipBad      whether a line that is no document is left out, instead of ending the run
    /// @param json         whether rows are JSON, else CSV
    /// @param sums         whether somebody wants [#summary] or [#report]
    public record Task(List<String> files, CorpusInput.Form form, long fromDocument, boolean skipBad, boolean json, boolean sums) {
    }

    /// Told how a run gets on.
    @FunctionalInterface
    public interface Progress {

        /// Some more was read.
        ///
        /// @param input  what is read
        /// @param tokens how many tokens have rows, those of an earlier run left out
        void at(CorpusInput input, long tokens);
    }

    /// @param lens     the model
    /// @param options  windows, stride, what is read
    /// @param hooks    what edits each window's run
    /// @param task     what is to be done
    /// @param stdin    what [CorpusInput#STDIN] reads
    /// @param notes    told what its user should know, in a sentence each
    /// @param progress told how it gets on
    public CorpusRun(LogitLens lens, CorpusOptions options, Hooks hooks, Task task, InputStream stdin, Consumer<String> notes,
            Progress progress) {
        this.lens = lens;
        this.options = options;
        this.hooks = hooks;
        this.task = task;
        this.stdin = stdin;
        this.notes = notes;
        this.progress = progress;
    }

    /// Reads all of it, and writes the rows.
    ///
    /// @param out where to
    /// @throws IOException              if `out` fails
    /// @throws UncheckedIOException     if a file cannot be read
    /// @throws IllegalArgumentException if a file is not there, or has what is no document
    public void write(Writer out) throws IOException {
        try (CorpusInput input = new CorpusInput(task.files, task.form, stdin)) {
            input.skip(task.fromDocument);
            read(input, CorpusPlace.ofDocument(task.fromDocument), Optional.empty(), out, true);
        }
        noteFaults();
    }

    /// Reads all of it for its sums alone.
    ///
    /// @throws UncheckedIOException     if a file cannot be read
    /// @throws IllegalArgumentException if a file is not there, or has what is no document
    public void read() {
        try {
            write(Writer.nullWriter());
        } catch (IOException e) {
            throw new AssertionError("nothing was written", e);
        }
    }

    /// Reads all of it, and writes the rows to a file; what an earlier run left of it is gone on with.
    ///
    /// @param file   the file, which appears when it is complete
    /// @param resume whether it goes on where an earlier run had come to, if there was one
    /// @param ending what else is to be written before it appears
    /// @return false if there was nothing left to do
    /// @throws IOException              if the file cannot be written
    /// @throws UncheckedIOException     if a file cannot be read
    /// @throws IllegalArgumentException if a file is not there, or has what is no document, or the earlier run was another one
    public boolean write(Path file, boolean resume, Runnable ending) throws IOException {
        List<String> run = identity();
        Optional<CorpusState> left = resume ? CorpusOutput.left(file, run) : Optional.empty();
        if (resume && left.isEmpty() && CorpusOutput.isFinished(file)) {
            return false;
        }
        try (CorpusInput input = new CorpusInput(task.files, task.form, stdin);
                CorpusOutput output = left.isPresent() ? CorpusOutput.resume(file, left.get()) : CorpusOutput.begin(file)) {
            CorpusPlace place = CorpusPlace.ofDocument(task.fromDocument);
            if (left.isPresent()) {
                place = left.get().place();
                totals = left.get().totals();
                input.startAt(left.get().start(), place);
            } else {
                input.skip(task.fromDocument);
            }
            read(input, place, Optional.of(new Kept(output, run)), output.writer(), left.isEmpty());
            noteFaults();
            ending.run();
            output.finish();
        }
        return true;
    }

    /// Where the rows of a run are kept that may be killed.
    private record Kept(CorpusOutput output, List<String> run) {
    }

    /// All that a run has to have in common with one that goes on with it.
    private List<String> identity() throws IOException {
        List<String> run = new ArrayList<>();
        try (CorpusReader none = lens.corpus(Collections.emptyIterator(), options)) {
            run.add("model " + lens.model().id() + ", weights " + none.provenance().weightsSha256());
        }
        run.add("options " + options);
        run.add("edits " + hooks.edits());
        run.add((task.json ? "JSON" : "CSV") + ", " + (task.sums ? "with sums" : "without sums"));
        run.add("documents " + task.form + " from " + task.fromDocument);
        for (String file : task.files) {
            Path path = Path.of(file);
            run.add("file " + file + (Files.isRegularFile(path) ? ", " + Files.size(path) + " bytes" : ""));
        }
        return run;
    }

    private void read(CorpusInput input, CorpusPlace place, Optional<Kept> kept, Writer out, boolean anew) throws IOException {
        try (CorpusReader opened = lens.corpus(input, options.from(place), hooks)) {
            reader = opened;
            if (task.sums && totals == null) {
                totals = new CorpusTotals(reader.points().size());
            }
            CorpusRows rows = new CorpusRows(task.json, reader.points(), options.lens());
            if (anew) {
                rows.head(out);
            }
            CorpusPlace before = place;
            while (true) {
                Optional<CorpusItem> item = next(input);
                if (item.isEmpty()) {
                    break;
                }
                if (item.get() instanceof CorpusItem.Row row) {
                    rows.write(row, out);
                    tokens++;
                } else {
                    finished(item.get(), input.take());
                }
                if (task.sums) {
                    totals.add(item.get());
                }
                if (!reader.place().equals(before)) {
                    before = reader.place();
                    heap.keep();
                    progress.at(input, tokens);
                    if (kept.isEmpty()) {
                        out.flush();
                    } else if (kept.get().output.isDue()) {
                        note(kept.get(), input);
                    }
                }
            }
        }
    }

    /// The next item; a text that is none ends the run, or is left out.
    private Optional<CorpusItem> next(CorpusInput input) {
        while (true) {
            try {
                return reader.hasNext() ? Optional.of(reader.next()) : Optional.empty();
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof Utf8Reader.NotUtf8Exception fault)) {
                    throw e;
                }
                input.take();
                fault(fault.getMessage());
                if (task.sums) {
                    totals.leaveDocument();
                }
            }
        }
    }

    private void finished(CorpusItem item, CorpusInput.Given given) {
        if (item instanceof CorpusItem.Refused refused) {
            if (given.fault().isPresent()) {
                fault(given.place() + ": " + given.fault().get());
            } else if (refused.reason() != Outcome.Reason.EMPTY) {
                fault(given.place() + ": " + refused.message());
            } else if (task.sums) {
                totals.emptyDocuments++;
            }
        }
    }

    private void fault(String message) {
        if (!task.skipBad) {
            throw new IllegalArgumentException(message);
        }
        if (++faults <= SHOWN_FAULTS) {
            notes.accept(message + "; left out");
        }
        if (task.sums) {
            totals.badLines++;
        }
    }

    private void noteFaults() {
        if (faults > SHOWN_FAULTS) {
            notes.accept("and " + (faults - SHOWN_FAULTS) + " more were left out");
        }
    }

    private void note(Kept kept, CorpusInput input) throws IOException {
        long began = System.nanoTime();
        CorpusPlace place = reader.place();
        kept.output.note(new CorpusState(CorpusState.SCHEMA, kept.run, kept.output.flush(), input.start(place.document()), place, totals),
                began);
    }

    /// Writes the sums as JSON, schema `logitlens.corpus/1`.
    ///
    /// @param out where to
    /// @throws IOException if `out` fails
    public void summary(Writer out) throws IOException {
        sums().write(out);
    }

    /// Writes the sums as a page with charts.
    ///
    /// @param title     what the page is about
    /// @param modelName what the command calls the model
    /// @param beside    the summary of another run, to be drawn beside
    /// @param out       where to
    /// @throws IOException if `out` fails
    public void report(String title, String modelName, Optional<OtherSummary> beside, Writer out) throws IOException {
        new CorpusReport(sums(), title, modelName, beside).write(out);
    }

    private CorpusSummary sums() {
        return new CorpusSummary(lens.model(), lens.tokenizer(), reader, task.form, totals);
    }
}
