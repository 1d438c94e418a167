package io.github.logitlens;

import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.hook.EditRefusal;
import io.github.logitlens.internal.hook.HookAccess;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.Sequence;
import io.github.logitlens.tokenizer.TokenizerFormatException;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;

/// The outcomes of many prompts, read several at a time as they are asked for; see
/// [LogitLens#batch(Iterator, LensOptions, Hooks, BatchOptions)].
///
/// Prompts are taken from their iterator until a group is full. The group's rows go through the layers in one pass or a few, those
/// of one prompt behind those of the other, and all residuals that are to be read through one pass over `W_U`. Nothing is padded.
/// What is kept beside the model are the group's residuals and its results that were not yet asked for.
///
/// For one thread at a time; [#close] may be called by any.
public final class LensBatch implements Iterator<Outcome>, AutoCloseable {

    /// Rows that a pass over `W_U` takes: with so many, fetching it costs little beside multiplying it.
    private static final int ROWS_TO_READ = 1024;
    /// Most passes through the layers in a group; that many prompts may be waited for until the first result.
    private static final int PASSES = 4;

    private final Gpt2Model model;
    private final LensReader reader;
    private final Iterator<Waiting> prompts;
    private final BatchOptions options;
    private final Deque<Outcome> outcomes = new ArrayDeque<>();
    private final long bytesPerRow;
    /// Taken, but for the next group.
    private Waiting held;
    /// What the prompts' iterator threw, behind the outcomes of those before.
    private RuntimeException failure;
    private volatile boolean closed;

    /// @param prompts checked as [Prompts] does
    LensBatch(Gpt2Model model, LensReader reader, Iterator<Waiting> prompts, BatchOptions options) {
        this.model = model;
        this.reader = reader;
        this.prompts = prompts;
        this.options = options;
        Gpt2Config config = model.config();
        bytesPerRow = (long) Float.BYTES * (8 * config.dModel() + config.dMlp());
    }

    /// A prompt that can run, or is refused.
    ///
    /// @param ids       BOS included
    /// @param hooks     with edits for that many positions
    /// @param positions those that are read; none where the prompt is refused
    /// @param next      the token that follows each of them, −1 for none
    /// @param refused   why it cannot run
    record Waiting(long index, Prompt prompt, int[] ids, Hooks hooks, int[] positions, int[] next, Optional<Outcome.Refused> refused) {

        /// A prompt that can run, unless an edit names a position that it has not.
        static Waiting of(long index, Prompt prompt, int[] ids, Hooks hooks, int[] positions, int[] next) {
            try {
                return new Waiting(index, prompt, ids, HookAccess.forPrompt(hooks, ids.length), positions, next, Optional.empty());
            } catch (IllegalArgumentException e) {
                return refused(index, prompt, Outcome.Reason.EDIT_REFUSED, e.getMessage());
            }
        }

        /// A prompt that cannot run.
        static Waiting refused(long index, Prompt prompt, Outcome.Reason reason, String message) {
            return new Waiting(index, prompt, new int[0], Hooks.none(), new int[0], new int[0],
                    Optional.of(new Outcome.Refused(index, prompt, reason, message)));
        }
    }

    /// Prompts as they are given, each checked when it is taken.
    private static final class Prompts implements Iterator<Waiting> {

        private final LogitLens lens;
        private final LensOptions options;
        private final Hooks hooks;
        private final Iterator<Prompt> prompts;
        private long taken;

        Prompts(LogitLens lens, LensOptions options, Hooks hooks, Iterator<Prompt> prompts) {
            this.lens = lens;
            this.options = options;
            this.hooks = hooks;
            this.prompts = prompts;
        }

        @Override
        public boolean hasNext() {
            return prompts.hasNext();
        }

        @Override
        public Waiting next() {
            Prompt prompt = prompts.next();
            long index = taken++;
            int[] ids;
            try {
                ids = lens.ids(prompt, options);
            } catch (TokenizerFormatException e) {
                return Waiting.refused(index, prompt, Outcome.Reason.NO_TOKENIZER, e.getMessage());
            }
            Optional<String> length = lens.wrongLength(ids.length);
            if (length.isPresent()) {
                Outcome.Reason reason = ids.length == 0 ? Outcome.Reason.EMPTY : Outcome.Reason.TOO_LONG;
                return Waiting.refused(index, prompt, reason, length.get());
            }
            Optional<String> unknown = lens.unknownId(ids, 0);
            if (unknown.isPresent()) {
                return Waiting.refused(index, prompt, Outcome.Reason.UNKNOWN_ID, unknown.get());
            }
            int[] positions;
            try {
                positions = options.positions().resolve(ids.length);
            } catch (IllegalArgumentException e) {
                return Waiting.refused(index, prompt, Outcome.Reason.NO_SUCH_POSITION, e.getMessage());
            }
            return Waiting.of(index, prompt, ids, hooks, positions, LensReader.next(positions, ids));
        }
    }

    /// The outcomes of prompts as they are given.
    ///
    /// @param hooks whose edits have what they take from other prompts and the model
    static LensBatch of(LogitLens lens, LensReader reader, Iterator<Prompt> prompts, Hooks hooks, BatchOptions options) {
        return new LensBatch(lens.model(), reader, new Prompts(lens, reader.options(), hooks, prompts), options);
    }

    /// Prompts that are read together.
    private final class Group {

        private final List<Waiting> prompts = new ArrayList<>();
        private final List<List<Waiting>> passes = new ArrayList<>();
        private int positions;
        private int rowsInPass;
        private int mostRows;

        /// Takes a prompt, unless it is one too many.
        boolean take(Waiting prompt) {
            if (prompt.refused.isPresent()) {
                prompts.add(prompt);
                return true;
            }
            int rows = prompt.ids.length;
            boolean another = passes.isEmpty() || rowsInPass + rows > options.rows();
            int inPass = another ? rows : rowsInPass + rows;
            long bytes = reader.bytesPerPosition() * (positions + prompt.positions.length)
                    + bytesPerRow * Math.max(mostRows, inPass);
            if (!passes.isEmpty() && (bytes > options.memory() || another && isEnough())) {
                return false;
            }
            if (another) {
                passes.add(new ArrayList<>());
            }
            passes.getLast().add(prompt);
            prompts.add(prompt);
            positions += prompt.positions.length;
            rowsInPass = inPass;
            mostRows = Math.max(mostRows, inPass);
            return true;
        }

        private boolean isEnough() {
            return passes.size() == PASSES || (long) positions * reader.points().size() >= ROWS_TO_READ;
        }

        /// Refused prompts take no room, but are not to wait for ever.
        boolean isFull() {
            return prompts.size() >= PASSES * options.rows();
        }
    }

    @Override
    public boolean hasNext() {
        return !closed && (!outcomes.isEmpty() || held != null || failure != null || prompts.hasNext());
    }

    /// The next prompt's outcome. Where it is not there yet, this reads a group of prompts.
    ///
    /// @return in the order of the prompts
    /// @throws NoSuchElementException if there are no more prompts
    /// @throws IllegalStateException  after [#close] or that of the lens
    /// @throws RunCancelledException  if the thread is interrupted meanwhile, or another one closes this
    @Override
    public Outcome next() {
        if (closed) {
            throw new IllegalStateException("batch is closed");
        }
        if (outcomes.isEmpty()) {
            read(group());
        }
        if (outcomes.isEmpty() && failure != null) {
            RuntimeException thrown = failure;
            failure = null;
            throw thrown;
        }
        return outcomes.remove();
    }

    private Group group() {
        Group group = new Group();
        while (!group.isFull() && (group.prompts.isEmpty() || held != null || options.ready())) {
            Waiting prompt = held == null ? pull() : held;
            held = null;
            if (prompt == null) {
                break;
            }
            if (!group.take(prompt)) {
                held = prompt;
                break;
            }
        }
        return group;
    }

    /// The next prompt, or null where there is none.
    private Waiting pull() {
        try {
            return failure == null && prompts.hasNext() ? prompts.next() : null;
        } catch (RuntimeException e) {
            failure = e;
            return null;
        }
    }

    private void read(Group group) {
        if (group.passes.isEmpty()) {
            group.prompts.forEach(prompt -> outcomes.add(prompt.refused.orElseThrow()));
            return;
        }
        outcomes.addAll(model.whileOpen(() -> Workers.stoppable(() -> closed, () -> outcomes(group))));
    }

    private List<Outcome> outcomes(Group group) {
        String kernels = model.kernels();
        float[] values = ResidualStack.values(model, reader.points(), group.positions);
        List<Left> left = new ArrayList<>();
        for (List<Waiting> pass : group.passes) {
            run(pass, values, left);
        }
        int[] next = left.stream().flatMapToInt(each -> IntStream.of(each.prompt.next)).toArray();
        float[] rows = LensReader.rows(values, left.stream().flatMap(each -> each.decoder.stream()).toList());
        VocabularyReadings readings = reader.read(rows, reader.query(next));
        Iterator<Left> inTurn = left.iterator();
        return group.prompts.stream()
                .map(prompt -> prompt.refused.isPresent() ? prompt.refused.get() : outcome(inTurn.next(), readings, kernels))
                .toList();
    }

    private void run(List<Waiting> pass, float[] values, List<Left> left) {
        List<Sequence> sequences = new ArrayList<>();
        for (Waiting prompt : pass) {
            int first = left.isEmpty() ? 0 : left.getLast().first + left.getLast().prompt.positions.length;
            ResidualStack stack = new ResidualStack(model, reader.points(), prompt.positions, 0, values, first);
            EditRefusal refusal = new EditRefusal();
            left.add(new Left(prompt, stack, reader.decoder(prompt.positions, first), first, refusal));
            Hooks observed = stack.observe(HookAccess.guarded(prompt.hooks, refusal));
            sequences.add(Sequence.of(prompt.ids).hooks(
                    left.getLast().decoder.map(rows -> rows.observe(observed)).orElse(observed)));
        }
        model.run(sequences, reader.lastLayer());
    }

    private Outcome outcome(Left left, VocabularyReadings readings, String kernels) {
        Waiting prompt = left.prompt;
        return left.refusal.message()
                .<Outcome>map(message -> new Outcome.Refused(
                        prompt.index, prompt.prompt, Outcome.Reason.EDIT_REFUSED, message))
                .orElseGet(() -> new Outcome.Read(prompt.index, prompt.prompt, reader.result(prompt.ids, prompt.hooks, left.stack,
                        readings.positions(left.first, left.first + prompt.positions.length), kernels)));
    }

    /// What a prompt's run left.
    ///
    /// @param decoder for a lens that runs blocks
    /// @param first   where its positions begin among those of the group
    /// @param refusal of an edit that does not fit it
    private record Left(Waiting prompt, ResidualStack stack, Optional<DecodedRows> decoder, int first, EditRefusal refusal) {
    }

    /// Ends the stream: no further prompt is taken, and what another thread is computing for it ends within a layer's time, with
    /// [RunCancelledException]. The lens stays open.
    @Override
    public void close() {
        closed = true;
    }
}
