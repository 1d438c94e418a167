package io.github.logitlens;

import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/// The tokens of a corpus, each with what the lens reads where it is expected; see [LogitLens#corpus(Iterator, CorpusOptions)].
///
/// Documents are taken and tokenized as their windows are needed; windows of several documents and of one go through the model
/// together, nothing padded, up to the budgets of [BatchOptions]. What is kept beside the model does not grow, whatever the length of
/// a document or of the corpus. No row depends on what its window stands beside, not by a bit.
///
/// For one thread at a time; [#close] may be called by any.
public final class CorpusReader implements Iterator<CorpusItem>, AutoCloseable {

    private final Gpt2Tokenizer tokenizer;
    private final CorpusOptions options;
    private final List<LensPoint> points;
    private final Supplier<Provenance> provenance;
    private final CorpusWindows windows;
    private final LensBatch batch;
    private final Deque<Given> items = new ArrayDeque<>();
    private CorpusPlace place;
    private volatile boolean closed;
    /// Whose windows that are still on their way are not wanted any more.
    private long refused = -1;

    /// An item, and where the reader has come to with it.
    private record Given(CorpusItem item, CorpusPlace place) {
    }

    /// @param hooks      whose edits have what they take from other prompts and the model
    /// @param provenance what the rows are made with, when it is asked for
    /// @throws IllegalArgumentException if the window does not fit into the model's context
    CorpusReader(LogitLens lens, LensReader reader, Iterator<CorpusDocument> documents, CorpusOptions options, Hooks hooks,
            Supplier<Provenance> provenance) {
        tokenizer = lens.tokenizer();
        this.options = options.of(lens.model().id(), lens.model().config().nCtx());
        points = reader.points();
        this.provenance = provenance;
        windows = new CorpusWindows(lens, documents, this.options, hooks);
        batch = new LensBatch(lens.model(), reader, windows, options.batch());
        place = options.from();
    }

    /// The options, with the window and the stride that the model gave them.
    ///
    /// @return the protocol of every figure made of the rows
    public CorpusOptions options() {
        return options;
    }

    /// The places read.
    ///
    /// @return the points in the order of the forward pass
    public List<LensPoint> points() {
        return points;
    }

    /// What the rows are made with.
    ///
    /// @return the provenance
    public Provenance provenance() {
        return provenance.get();
    }

    /// Where another reader would go on: behind the last window all of whose rows were given out.
    ///
    /// @return the place
    public CorpusPlace place() {
        return place;
    }

    /// Whether there is more. Where that is not known yet, this reads windows.
    ///
    /// @throws IllegalStateException if the lens was closed
    /// @throws RunCancelledException if the thread is interrupted meanwhile, or another one closes this
    @Override
    public boolean hasNext() {
        while (!closed && items.isEmpty() && batch.hasNext()) {
            take(batch.next());
        }
        return !closed && !items.isEmpty();
    }

    /// The next row, or the end of a document.
    ///
    /// @return in the order of documents and tokens
    /// @throws NoSuchElementException        if there is no more
    /// @throws java.io.UncheckedIOException  if a document's `Reader` fails, behind the rows of those before
    /// @throws IllegalStateException         after [#close], or that of the lens
    /// @throws RunCancelledException         if the thread is interrupted meanwhile, or another one closes this
    @Override
    public CorpusItem next() {
        if (closed) {
            throw new IllegalStateException("corpus reader is closed");
        }
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Given given = items.remove();
        place = given.place;
        return given.item;
    }

    private void take(Outcome outcome) {
        CorpusWindows.Window window = windows.window();
        if (window.document() == refused) {
            return;
        }
        CorpusPlace after = window.after();
        CorpusPlace before = items.isEmpty() ? place : items.getLast().place;
        switch (outcome) {
            case Outcome.Read read -> {
                List<Integer> predictors = read.result().positions();
                for (int i = 0; i < predictors.size(); i++) {
                    boolean last = i == predictors.size() - 1 && !window.isLast();
                    items.add(new Given(new CorpusItem.Row(window.document(), window.id(), window.first() + i,
                            tokenizer.label(window.targets()[i]), predictors.get(i) + 1, read.result(), predictors.get(i)),
                            last ? after : before));
                }
                if (window.isLast()) {
                    long tokens = window.first() + predictors.size();
                    items.add(new Given(new CorpusItem.End(window.document(), window.id(), tokens), after));
                }
            }
            case Outcome.Refused why -> {
                refused = window.document();
                windows.drop(refused);
                items.add(new Given(new CorpusItem.Refused(window.document(), window.id(), why.reason(), why.message()),
                        CorpusPlace.ofDocument(window.document() + 1)));
            }
        }
    }

    /// Ends the reading: no further document is taken, the one that is being read is closed, and what another thread is computing ends
    /// within a layer's time, with [RunCancelledException]. The lens stays open.
    @Override
    public void close() {
        closed = true;
        batch.close();
        windows.close();
    }
}
