package io.github.logitlens;

import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tokenizer.SpecialTokens;
import io.github.logitlens.tokenizer.StreamingEncoder;
import io.github.logitlens.tokenizer.TokenizerFormatException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.CharBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/// The windows of documents, in order, for a [LensBatch]: see [CorpusOptions] for where they begin and what is read in them.
final class CorpusWindows implements Iterator<LensBatch.Waiting> {

    /// Characters of a text that are tokenized at a time.
    private static final int CHARS = 1 << 13;

    private final LogitLens lens;
    private final Iterator<CorpusDocument> documents;
    private final CorpusPlace from;
    private final int window;
    private final int stride;
    private final int[] bos;
    private final Hooks hooks;
    private final SpecialTokens specialTokens;
    /// Given out, and not yet asked for by [#window].
    private final Deque<Window> windows = new ArrayDeque<>();
    private long index;
    private long taken;
    /// Null between documents.
    private Open open;
    private volatile boolean closed;

    /// What a window is about.
    ///
    /// @param document which document
    /// @param id       the document's id
    /// @param first    the first token that is read in it
    /// @param targets  the tokens that are read in it; *not modified*
    /// @param isLast   whether it is the document's last one
    /// @param after    where a reader goes on behind it
    record Window(long document, String id, long first, int[] targets, boolean isLast, CorpusPlace after) {
    }

    /// Where a text can be taken up again.
    private record Mark(long tokens, long bytes) {
    }

    CorpusWindows(LogitLens lens, Iterator<CorpusDocument> documents, CorpusOptions options, Hooks hooks) {
        this.lens = lens;
        this.hooks = hooks;
        this.documents = documents;
        from = options.from();
        window = options.window().orElseThrow();
        stride = options.stride().orElseThrow();
        bos = options.lens().bos() == Bos.PREPEND ? new int[] {lens.tokenizer().requireBos()} : new int[0];
        specialTokens = options.lens().specialTokens();
        index = from.document();
    }

    /// The earliest window that was not asked for yet.
    Window window() {
        return windows.remove();
    }

    /// Gives no more windows of a document.
    void drop(long document) {
        if (open != null && open.document == document) {
            leave();
        }
    }

    @Override
    public boolean hasNext() {
        return !closed && (open != null || documents.hasNext());
    }

    @Override
    public LensBatch.Waiting next() {
        try {
            if (open == null) {
                open = new Open(documents.next(), index, index == from.document() ? from : CorpusPlace.ofDocument(index));
            }
            return open.next();
        } catch (TokenizerFormatException e) {
            return open.refused(Outcome.Reason.NO_TOKENIZER, e.getMessage());
        } catch (IOException e) {
            leave();
            throw new UncheckedIOException(e);
        }
    }

    private void leave() {
        index++;
        Open left = open;
        open = null;
        left.close();
    }

    /// Closes the document that is being read.
    void close() {
        closed = true;
        Open left = open;
        if (left != null) {
            left.close();
        }
    }

    /// A document on its way.
    private final class Open {

        private final long document;
        private final String id;
        private final Reader text;
        private final StreamingEncoder encoder = lens.tokenizer().streamingEncoder(specialTokens);
        private final CharBuffer chars = CharBuffer.allocate(CHARS);
        /// Whether the text can be taken up behind its beginning; a prompt is given whole.
        private final boolean takenUp;
        private final Deque<Mark> marks = new ArrayDeque<>();
        private final long skippedBytes;
        /// Tokens `first` to `first + count` of the document.
        private int[] tokens = new int[0];
        private int count;
        private long first;
        private boolean ended;
        private long windowsDone;
        private long start;
        /// The next token to be read.
        private long target;

        Open(CorpusDocument source, long document, CorpusPlace place) {
            this.document = document;
            id = source.id();
            Optional<Prompt> prompt = source.prompt();
            text = prompt.isEmpty() ? source.text()
                    : prompt.get() instanceof Prompt.Text whole ? new StringReader(whole.text())
                    : Reader.nullReader();
            takenUp = prompt.isEmpty();
            first = place.tokens();
            skippedBytes = place.bytes();
            marks.add(new Mark(first, skippedBytes));
            if (prompt.isPresent() && prompt.get() instanceof Prompt.Ids ids) {
                append(ids.ids());
                ended = true;
            }
            windowsDone = place.windows();
            start = windowsDone * stride;
            target = windowsDone == 0 ? 1 - bos.length : start - stride + window + 1;
        }

        LensBatch.Waiting next() throws IOException {
            read(start + window + 1);
            long have = first + count;
            if (ended && have <= target) {
                return refused(Outcome.Reason.EMPTY, have == 0
                        ? "document: expected at least one token, got none"
                        : "document: expected a token with one before it, got " + have + " token" + (have == 1 ? "" : "s"));
            }
            long end = Math.min(start + window, have - 1);
            int[] seen = slice(start, end);
            int[] targets = slice(target, end + 1);
            Optional<String> unknown = lens.unknownId(slice(start, end + 1), start);
            if (unknown.isPresent()) {
                return refused(Outcome.Reason.UNKNOWN_ID, unknown.get());
            }
            int[] ids = Arrays.copyOf(bos, bos.length + seen.length);
            System.arraycopy(seen, 0, ids, bos.length, seen.length);
            int[] positions = new int[targets.length];
            for (int i = 0; i < positions.length; i++) {
                positions[i] = (int) (target - start) + bos.length - 1 + i;
            }
            boolean isLast = ended && end == have - 1;
            windows.add(new Window(document, id, target, targets, isLast, after(isLast, end + 1)));
            if (isLast) {
                leave();
            }
            return LensBatch.Waiting.of(taken++, Prompt.ids(ids), ids, hooks, positions, targets);
        }

        /// Goes on to the next window, unless this was the last one.
        private CorpusPlace after(boolean isLast, long nextTarget) {
            if (isLast) {
                return CorpusPlace.ofDocument(document + 1);
            }
            target = nextTarget;
            windowsDone++;
            start += stride;
            forget(start);
            return new CorpusPlace(document, windowsDone, marks.getFirst().bytes, marks.getFirst().tokens);
        }

        LensBatch.Waiting refused(Outcome.Reason reason, String message) {
            windows.add(new Window(document, id, target, new int[0], true, CorpusPlace.ofDocument(document + 1)));
            leave();
            return LensBatch.Waiting.refused(taken++, Prompt.ids(), reason, message);
        }

        private int[] slice(long from, long to) {
            return Arrays.copyOfRange(tokens, (int) (from - first), (int) (to - first));
        }

        /// Reads until the document's tokens before `end` are there, or all of them.
        private void read(long end) throws IOException {
            while (!ended && first + count < end) {
                int read = text.read(chars.clear());
                ended = read < 0;
                int[] more = ended ? encoder.finish() : encoder.accept(chars.flip());
                append(more);
                if (!ended && more.length > 0 && takenUp) {
                    marks.add(new Mark(first + count, skippedBytes + encoder.bytes()));
                }
                forget(start);
            }
        }

        private void append(int[] more) {
            if (count + more.length > tokens.length) {
                tokens = Arrays.copyOf(tokens, Math.max(count + more.length, count + count / 2));
            }
            System.arraycopy(more, 0, tokens, count, more.length);
            count += more.length;
        }

        /// Drops the tokens before `token`, and the marks that are not the last before it.
        private void forget(long token) {
            int dropped = (int) Math.min(count, Math.max(0, token - first));
            System.arraycopy(tokens, dropped, tokens, 0, count - dropped);
            first += dropped;
            count -= dropped;
            Mark before = marks.removeFirst();
            while (!marks.isEmpty() && marks.getFirst().tokens <= token) {
                before = marks.removeFirst();
            }
            marks.addFirst(before);
        }

        void close() {
            try {
                text.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
