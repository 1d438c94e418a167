package io.github.logitlens;

import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.internal.vocabulary.VocabularyQuery;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.KvCache;
import io.github.logitlens.model.Sequence;
import io.github.logitlens.tokenizer.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A model that goes on with a prompt, token by token; see [LogitLens#generate(Prompt, GenerationOptions)].
///
/// The prompt runs once. Each further step runs one position of every sample that goes on, all in one pass, from the keys and values
/// of the positions before. Of several samples, one step's tokens come in the order of the samples.
///
/// For one thread at a time; [#close] may be called by any.
public final class Generation implements Iterator<GeneratedToken>, AutoCloseable {

    private final LogitLens lens;
    private final Gpt2Model model;
    private final GenerationOptions options;
    private final Hooks hooks;
    private final int[] prompt;
    private final Optional<LensReader> reader;
    private final List<Branch> branches = new ArrayList<>();
    private final Deque<GeneratedToken> tokens = new ArrayDeque<>();
    /// The prompt's keys and values, until the last sample has them; null before it ran.
    private KvCache prefix;
    private volatile boolean closed;

    /// @param prompt BOS included, of a length that fits; owned from here on
    /// @param reader what the lens reads, where it does
    Generation(LogitLens lens, int[] prompt, GenerationOptions options, Hooks hooks, Optional<LensReader> reader) {
        this.lens = lens;
        model = lens.model();
        this.options = options;
        this.hooks = hooks;
        this.prompt = prompt;
        this.reader = reader;
        Set<Integer> stops = options.stopTokens().stream().map(lens::known).collect(Collectors.toSet());
        for (int sample = 0; sample < options.samples(); sample++) {
            branches.add(new Branch(sample, stops));
        }
    }

    /// The prompt's tokens, BOS included where it was asked for.
    ///
    /// @return one token per position
    public List<Token> prompt() {
        return IntStream.of(prompt).mapToObj(id -> lens.tokenizer().label(id)).toList();
    }

    /// What was asked for.
    ///
    /// @return the options
    public GenerationOptions options() {
        return options;
    }

    /// What the texts were made with.
    ///
    /// @return the provenance
    public Provenance provenance() {
        return lens.provenance(options.bos(), options.lens().orElse(LensOptions.defaults()), hooks);
    }

    /// What every sample has so far.
    ///
    /// @return in the order of the samples
    public List<GeneratedSample> samples() {
        return branches.stream().map(Branch::sample).toList();
    }

    @Override
    public boolean hasNext() {
        return !closed && (!tokens.isEmpty() || branches.stream().anyMatch(Branch::goesOn));
    }

    /// The next token. Where it is not there yet, this runs one step of all samples that go on.
    ///
    /// @return in the order in which they are written
    /// @throws java.util.NoSuchElementException if all samples have ended
    /// @throws IllegalStateException            after [#close] or that of the lens, or if the model's logits are no numbers to draw by
    /// @throws RunCancelledException            if the thread is interrupted meanwhile, or another one closes this
    @Override
    public GeneratedToken next() {
        if (closed) {
            throw new IllegalStateException("generation is closed");
        }
        if (tokens.isEmpty() && hasNext()) {
            step();
        }
        return tokens.remove();
    }

    private void step() {
        List<Branch> live = branches.stream().filter(Branch::goesOn).toList();
        boolean first = live.getFirst().tokens.isEmpty();
        List<Branch> running = first ? live.subList(0, 1) : live;
        if (first && prefix == null) {
            prefix = model.newCache();
            live.getFirst().cache = prefix;
        }
        for (Branch branch : running) {
            if (branch.cache == null) {
                branch.cache = branch == live.getLast() ? prefix : prefix.fork();
            }
        }
        Read read = read(running);
        live.getFirst().cache = first ? null : live.getFirst().cache;
        prefix = first ? prefix : null;
        for (int i = 0; i < live.size(); i++) {
            tokens.add(live.get(i).append(read, first ? 0 : i));
        }
    }

    /// A step that does not come to its end leaves the caches as they were.
    private Read read(List<Branch> running) {
        int[] lengths = running.stream().mapToInt(branch -> branch.cache.length()).toArray();
        boolean done = false;
        try {
            Read read = model.whileOpen(() -> Workers.stoppable(() -> closed, () -> run(running)));
            if (options.temperature() > 0) {
                IntStream.range(0, running.size()).forEach(i -> checkNumbers(read.logSumExp(i), running.get(i)));
            }
            done = true;
            return read;
        } finally {
            for (int i = 0; !done && i < running.size(); i++) {
                running.get(i).cache.truncate(lengths[i]);
            }
        }
    }

    private void checkNumbers(double logSumExp, Branch branch) {
        if (!Double.isFinite(logSumExp)) {
            throw new IllegalStateException("logits at position " + (branch.ids.length - 1) + ": expected numbers to draw by, got "
                    + logSumExp + " for the logarithm of the sum of their exponentials (model '" + model.id() + "')");
        }
    }

    /// What one step read of the branches that ran.
    ///
    /// @param output   the model's own output
    /// @param last     at which of its points
    /// @param readings of the lens, `output` itself where it has the model's output too
    /// @param stacks   the residuals of each branch
    private record Read(VocabularyReadings output, int last, Optional<VocabularyReadings> readings, List<ResidualStack> stacks,
            String kernels) {

        double logSumExp(int place) {
            return output.logSumExp(place, last);
        }
    }

    private Read run(List<Branch> running) {
        String kernels = model.kernels();
        int kept = options.temperature() > 0 ? 1 : 0;
        List<Sequence> sequences = new ArrayList<>();
        List<ResidualStack> stacks = new ArrayList<>();
        float[] values = reader.map(each -> ResidualStack.values(model, each.points(), running.size())).orElse(new float[0]);
        for (int i = 0; i < running.size(); i++) {
            Branch branch = running.get(i);
            Sequence sequence = Sequence.of(branch.toRun()).after(branch.cache);
            if (reader.isPresent()) {
                stacks.add(new ResidualStack(model, reader.get().points(), new int[] {branch.ids.length - 1},
                        branch.cache.length(), values, i));
                sequence = sequence.hooks(stacks.getLast().observe(hooks));
            } else {
                sequence = sequence.hooks(hooks);
            }
            sequences.add(sequence);
        }
        List<float[]> residuals = model.run(sequences);
        Optional<VocabularyReadings> readings = reader.map(each -> {
            int points = each.points().size();
            return each.read(values, each.queryWithoutNext().keepLogits(each.readsNext() ? points : each.readsOutput() ? kept : 0));
        });
        if (readings.isPresent() && reader.orElseThrow().readsOutput()) {
            return new Read(readings.get(), reader.get().points().size() - 1, readings, stacks, kernels);
        }
        VocabularyReadings output =
                Unembedder.behind(model.unembedding()).read(lastRows(residuals), VocabularyQuery.points(1).keepLogits(kept));
        return new Read(output, 0, readings, stacks, kernels);
    }

    private float[] lastRows(List<float[]> residuals) {
        int dModel = model.config().dModel();
        float[] rows = new float[residuals.size() * dModel];
        for (int i = 0; i < residuals.size(); i++) {
            System.arraycopy(residuals.get(i), residuals.get(i).length - dModel, rows, i * dModel, dModel);
        }
        return rows;
    }

    /// One sample on its way.
    private final class Branch {

        private final int number;
        private final Set<Integer> stops;
        private final Sampler sampler;
        private final GeneratedText text;
        private final List<GeneratedToken> tokens = new ArrayList<>();
        private int[] ids = prompt;
        private Optional<GenerationEnd> ended =
                prompt.length == model.config().nCtx() ? Optional.of(GenerationEnd.CONTEXT) : Optional.empty();
        /// Null before its first own step, and at its end.
        private KvCache cache;

        Branch(int number, Set<Integer> stops) {
            this.number = number;
            this.stops = stops;
            sampler = new Sampler(options, number);
            text = new GeneratedText(lens.tokenizer(), options.stopTexts());
        }

        boolean goesOn() {
            return ended.isEmpty();
        }

        /// The tokens whose keys and values the cache lacks.
        int[] toRun() {
            return Arrays.copyOfRange(ids, cache.length(), ids.length);
        }

        /// @param place where this branch stands among those that ran
        GeneratedToken append(Read read, int place) {
            int position = ids.length;
            boolean greedy = options.temperature() == 0;
            int id = greedy ? read.output.topId(place, read.last, 0) : sampler.draw(read.output.logits(place, read.last));
            float logit = greedy ? read.output.topLogit(place, read.last, 0) : read.output.logits(place, read.last)[id];
            Optional<LensResult> result = read.readings.map(readings -> {
                VocabularyReadings own = readings.positions(place, place + 1);
                return reader.get().result(ids, hooks, read.stacks.get(place),
                        reader.get().readsNext() ? own.followedBy(id, reader.get().readsNextRank()) : own.withoutLogits(), read.kernels);
            });
            ids = Arrays.copyOf(ids, position + 1);
            ids[position] = id;
            boolean endOfText = lens.tokenizer().eos().stream().anyMatch(eos -> eos == id);
            String shown = endOfText || stops.contains(id) ? "" : text.accept(id);
            ended = end(id, endOfText);
            if (ended.isPresent()) {
                shown += text.finish();
                cache = null;
            }
            tokens.add(new GeneratedToken(number, position, lens.tokenizer().label(id), shown, logit,
                    logit - read.logSumExp(place), result, ended));
            return tokens.getLast();
        }

        private Optional<GenerationEnd> end(int id, boolean endOfText) {
            return endOfText ? Optional.of(GenerationEnd.END_OF_TEXT)
                    : stops.contains(id) || text.stopped() ? Optional.of(GenerationEnd.STOP)
                    : tokens.size() + 1 == options.maxTokens() ? Optional.of(GenerationEnd.MAX_TOKENS)
                    : ids.length == model.config().nCtx() ? Optional.of(GenerationEnd.CONTEXT)
                    : Optional.empty();
        }

        GeneratedSample sample() {
            return new GeneratedSample(List.copyOf(tokens),
                    tokens.stream().map(GeneratedToken::text).collect(Collectors.joining()), ended);
        }
    }

    /// Ends the generation: what another thread is computing for it ends within a layer's time, with [RunCancelledException], and the
    /// samples stay as they are. The lens stays open.
    @Override
    public void close() {
        closed = true;
    }
}
