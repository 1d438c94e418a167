package io.github.logitlens;

import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.Unembedding;
import io.github.logitlens.model.VocabularyQuery;
import io.github.logitlens.model.VocabularyReadings;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/// A model opened for the logit lens: prompts in, what the model predicts at every layer out.
///
/// ```java
/// try (LogitLens lens = LogitLens.open("demo")) {
///     LensResult result = lens.run("The capital of France is", LensOptions.defaults().topK(3));
///     result.decisionLayer(-1);    // the point from which on the final prediction stays
/// }
/// ```
///
/// Immutable, for any number of threads. [#close] refuses new runs, waits for running ones and frees the weights.
public final class LogitLens implements AutoCloseable {

    private static final int TOP_FOR_MARGIN = 2;

    /// Closed, unless the model is streamed from it; it knows its files' hash.
    private final Checkpoint checkpoint;
    private final Gpt2Model model;
    private final Gpt2Tokenizer tokenizer;

    LogitLens(Checkpoint checkpoint, Gpt2Model model, Gpt2Tokenizer tokenizer) {
        this.checkpoint = checkpoint;
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /// Opens a model by name.
    ///
    /// @param model `demo` for the bundled model, a directory in Hugging Face's layout, or a name on its hub such as `gpt2`,
    ///              which is taken from the cache on this machine or else downloaded into it
    /// @return the opened model
    /// @throws io.github.logitlens.weights.CheckpointException if there is no such model, or it cannot be used
    /// @throws io.github.logitlens.weights.hub.HubException    if it has to be downloaded and cannot be
    public static LogitLens open(String model) {
        return open(model, done -> { });
    }

    /// Opens a model by name, and says how the loading of its weights gets on.
    ///
    /// @param model    as for [#open(String)]
    /// @param progress told how much is done, from 0 to 1, by any of the threads that load
    /// @return the opened model
    /// @throws io.github.logitlens.weights.CheckpointException if there is no such model, or it cannot be used
    /// @throws io.github.logitlens.weights.hub.HubException    if it has to be downloaded and cannot be
    public static LogitLens open(String model, DoubleConsumer progress) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            return open(checkpoint, progress);
        }
    }

    /// Opens a directory in Hugging Face's layout.
    ///
    /// @param directory with `config.json`, `model.safetensors`, and a tokenizer if it is not GPT-2's
    /// @return the opened model
    /// @throws io.github.logitlens.weights.CheckpointException if it cannot be used
    public static LogitLens open(Path directory) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return open(checkpoint, done -> { });
        }
    }

    private static LogitLens open(Checkpoint checkpoint, DoubleConsumer progress) {
        return new LogitLens(checkpoint, Gpt2Model.load(checkpoint, progress), tokenizerOf(checkpoint));
    }

    private static Gpt2Tokenizer tokenizerOf(Checkpoint checkpoint) {
        return checkpoint.directory().flatMap(Gpt2Tokenizer::find).orElseGet(Gpt2Tokenizer::gpt2);
    }

    /// Opens a model by name for a single run, or one that is larger than memory: its weights stay in its files, and every run
    /// reads them there. See [Gpt2Model#stream].
    ///
    /// @param model as for [#open(String)]
    /// @return the opened model, with its files; results have the same bits
    /// @throws io.github.logitlens.weights.CheckpointException if there is no such model, or it cannot be used
    /// @throws io.github.logitlens.weights.hub.HubException    if it has to be downloaded and cannot be
    public static LogitLens stream(String model) {
        Checkpoint checkpoint = Checkpoint.open(model);
        try {
            return new LogitLens(checkpoint, Gpt2Model.stream(checkpoint), tokenizerOf(checkpoint));
        } catch (RuntimeException | Error e) {
            checkpoint.close();
            throw e;
        }
    }

    /// The model.
    ///
    /// @return the model, closed with this lens
    public Gpt2Model model() {
        return model;
    }

    /// The tokenizer that turns this model's text into ids.
    ///
    /// @return the tokenizer
    public Gpt2Tokenizer tokenizer() {
        return tokenizer;
    }

    /// Reads a prompt with the default options.
    ///
    /// @param prompt text of 1 to nCtx tokens
    /// @return the readings
    /// @throws IllegalArgumentException if the prompt is empty or too long
    public LensResult run(String prompt) {
        return run(prompt, LensOptions.defaults());
    }

    /// Reads a prompt.
    ///
    /// @param prompt  text; `<|endoftext|>` in it is plain text
    /// @param options what to read
    /// @return the readings
    /// @throws IllegalArgumentException if the prompt is empty or too long, or the options do not fit it
    /// @throws IllegalStateException    after [#close]
    public LensResult run(String prompt, LensOptions options) {
        return run(tokens(prompt, options.bos()), options, Hooks.none());
    }

    private int[] tokens(String prompt, Bos bos) {
        Objects.requireNonNull(prompt, "prompt");
        if (prompt.isEmpty() && bos == Bos.NONE) {
            throw new IllegalArgumentException("prompt: expected at least one token, got an empty text");
        }
        return tokenizer.encode(prompt);
    }

    /// Reads token ids, under hooks.
    ///
    /// @param tokens  ids without BOS; *not modified*
    /// @param options what to read
    /// @param hooks   what observes and edits the run before it is read
    /// @return the readings
    /// @throws IllegalArgumentException if the tokens are none, too many or unknown, or the options do not fit them
    /// @throws IllegalStateException    after [#close]
    public LensResult run(int[] tokens, LensOptions options, Hooks hooks) {
        List<LensResult> whole = new ArrayList<>(1);
        run(tokens, options, hooks, Integer.MAX_VALUE, whole::add);
        return whole.getFirst();
    }

    /// Reads token ids under hooks, some positions at a time: for who wants to show the first before the last are read. The
    /// numbers are those of a run that reads all at once.
    ///
    /// ```java
    /// lens.run(tokens, LensOptions.defaults(), Hooks.none(), 32, part -> System.out.println(part.positions()));
    /// // prints [0, 1, … 31], then [32, … 63], …
    /// ```
    ///
    /// @param tokens          ids without BOS; *not modified*
    /// @param options         what to read
    /// @param hooks           what observes and edits the run before it is read
    /// @param positionsAtOnce how many positions a part has, at least 1; the last may have fewer
    /// @param parts           given each part as soon as it is read, on the caller's thread, in ascending order of the positions
    /// @throws IllegalArgumentException if the tokens are none, too many or unknown, or the options do not fit them
    /// @throws IllegalStateException    after [#close]
    public void run(int[] tokens, LensOptions options, Hooks hooks, int positionsAtOnce, Consumer<LensResult> parts) {
        if (positionsAtOnce < 1) {
            throw new IllegalArgumentException("positions at once: expected at least 1, got " + positionsAtOnce);
        }
        int[] ids = ids(tokens, options.bos());
        int[] positions = options.positions().resolve(ids.length);
        int[] tracked = options.tracked().stream().mapToInt(token -> token.id(tokenizer)).toArray();
        PointPlan plan = PointPlan.of(options, model);
        List<LensPoint> points = plan.points();
        model.whileOpen(() -> {
            ResidualStack stack = new ResidualStack(model, points, positions);
            model.run(ids, plan.lastLayer(), stack.observe(hooks));
            for (int from = 0; from < positions.length; from += Math.min(positionsAtOnce, positions.length)) {
                int to = (int) Math.min((long) from + positionsAtOnce, positions.length);
                parts.accept(read(stack.part(from, to), options, points, ids, tracked));
            }
            return null;
        });
    }

    private LensResult read(ResidualStack stack, LensOptions options, List<LensPoint> points, int[] ids, int[] tracked) {
        VocabularyQuery query = query(options, points, nextTokens(stack.positions(), ids), tracked);
        float[] rows = options.layerNorm() == LayerNormMode.FROZEN_FINAL ? stack.frozen() : stack.values();
        VocabularyReadings readings = unembedding(options.layerNorm()).read(rows, query);
        ResidualStack.Geometry geometry =
                options.reads(LensMetric.Reading.RESIDUAL) ? stack.geometry() : ResidualStack.Geometry.NONE;
        return new LensResult(provenance(options.bos(), options.layerNorm()), model.config(), options, tokenizer, ids, points,
                stack.positions(), tracked, readings, geometry);
    }

    private static VocabularyQuery query(LensOptions options, List<LensPoint> points, int[] next, int[] tracked) {
        VocabularyQuery query = VocabularyQuery.points(points.size())
                .top(Math.max(options.topK(), TOP_FOR_MARGIN)).bottom(options.bottomK()).track(tracked);
        boolean nextRanks = options.reads(LensMetric.Reading.NEXT_RANK);
        if (nextRanks || options.reads(LensMetric.Reading.NEXT_LOGIT)) {
            query = query.next(next, nextRanks);
        }
        if (options.reads(LensMetric.Reading.KL_FROM_FINAL)) {
            query = query.klFromFinal();
        }
        if (options.reads(LensMetric.Reading.CHANGE)) {
            query = query.change(previous(points));
        }
        return options.reads(LensMetric.Reading.DISTANCES) ? query.distances() : query;
    }

    /// For each point of the residual stream the one before it there; −1 for the first, and for what components write.
    private static int[] previous(List<LensPoint> points) {
        int[] previous = new int[points.size()];
        int last = -1;
        for (LensPoint point : points) {
            previous[point.index()] = point.kind().isResidual() ? last : -1;
            last = point.kind().isResidual() ? point.index() : last;
        }
        return previous;
    }

    private static int[] nextTokens(int[] positions, int[] ids) {
        return IntStream.of(positions).map(position -> position + 1 < ids.length ? ids[position + 1] : -1).toArray();
    }

    /// Takes a prompt's next-token logit apart into what each component wrote; see [Attribution].
    ///
    /// @param prompt  text; `<|endoftext|>` in it is plain text
    /// @param options which logit
    /// @return the contributions
    /// @throws IllegalArgumentException if the prompt is empty or too long, or a token or the position is not there
    /// @throws IllegalStateException    after [#close]
    public Attribution attribute(String prompt, AttributionOptions options) {
        return attribute(tokens(prompt, options.bos()), options, Hooks.none());
    }

    /// Takes the logit of token ids apart, under hooks. What an editor adds to the residual stream is no component's: it shows in
    /// [Attribution#residue].
    ///
    /// @param tokens  ids without BOS; *not modified*
    /// @param options which logit
    /// @param hooks   what observes and edits the run before it is read
    /// @return the contributions
    /// @throws IllegalArgumentException if the tokens are none, too many or unknown, or a token or the position is not there
    /// @throws IllegalStateException    after [#close]
    public Attribution attribute(int[] tokens, AttributionOptions options, Hooks hooks) {
        int[] ids = ids(tokens, options.bos());
        int position = Positions.index(options.position(), ids.length);
        int token = known(options.token());
        OptionalInt versus = options.versus().map(other -> OptionalInt.of(known(other))).orElse(OptionalInt.empty());
        if (versus.isPresent() && versus.getAsInt() == token) {
            throw new IllegalArgumentException("versus: expected another token than " + token + ", got the same");
        }
        Attribution.Breakdown breakdown =
                Attributor.attribute(model, ids, position, token, versus, options.neurons(), hooks);
        return new Attribution(provenance(options.bos(), LayerNormMode.FROZEN_FINAL), model.config(), options,
                IntStream.of(ids).mapToObj(id -> LensResult.token(tokenizer, id)).toList(), position,
                LensResult.token(tokenizer, token), options.versus().map(other -> LensResult.token(tokenizer, versus.getAsInt())),
                breakdown);
    }

    private int known(TokenRef token) {
        int id = token.id(tokenizer);
        if (id < 0 || id >= model.config().vocabSize()) {
            throw new IllegalArgumentException("token: expected an id from 0 to " + (model.config().vocabSize() - 1)
                    + " (vocabulary of model '" + model.id() + "'), got " + id);
        }
        return id;
    }

    /// The tokens that one MLP neuron raises and lowers most, whatever the prompt.
    ///
    /// @param layer  the block, from 0
    /// @param neuron in `[0, dMlp)`
    /// @param topK   how many tokens each way, at least 1; more than the vocabulary holds means all of it
    /// @param mode   what becomes of the neuron's row before `W_U`; see [NeuronPromotions]
    /// @return the tokens
    /// @throws IllegalArgumentException if there is no such layer or neuron, or `topK` is below 1
    /// @throws IllegalStateException    after [#close]
    public NeuronPromotions neuron(int layer, int neuron, int topK, LayerNormMode mode) {
        return model.whileOpen(() -> new NeuronLens(model, tokenizer).read(layer, neuron, topK, provenance(Bos.NONE, mode)));
    }

    private Provenance provenance(Bos bos, LayerNormMode layerNorm) {
        return new Provenance(checkpoint, tokenizer, bos, layerNorm);
    }

    private int[] ids(int[] tokens, Bos bos) {
        int[] ids = bos == Bos.PREPEND ? prepend(tokenizer.endOfText(), tokens) : tokens.clone();
        checkLength(ids.length);
        return ids;
    }

    /// Checked here as well as by the model, because positions and arrays are sized by it first.
    private void checkLength(int seqLen) {
        int nCtx = model.config().nCtx();
        if (seqLen == 0) {
            throw new IllegalArgumentException("prompt: expected at least one token, got none");
        }
        if (seqLen > nCtx) {
            throw new IllegalArgumentException(
                    "prompt: expected at most " + nCtx + " tokens (nCtx of model '" + model.id() + "'), got " + seqLen);
        }
    }

    private static int[] prepend(int first, int[] rest) {
        int[] all = new int[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    /// What reads rows of a mode; frozen ones come normalised.
    private Unembedding unembedding(LayerNormMode mode) {
        return switch (mode) {
            case RECOMPUTED -> model.unembedding();
            case FROZEN_FINAL, NONE -> model.unembedding().withoutNorm();
        };
    }

    /// Frees the model; see [Gpt2Model#close].
    @Override
    public void close() {
        model.close();
        checkpoint.close();
    }
}
