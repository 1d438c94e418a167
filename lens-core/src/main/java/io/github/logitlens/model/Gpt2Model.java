package io.github.logitlens.model;

import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.layer.LayerNorm;
import io.github.logitlens.internal.layer.Sequences;
import io.github.logitlens.internal.layer.Transformer;
import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.safetensors.SafeTensorsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;

/// GPT-2 in memory: token ids in, residual streams and logits out. Immutable, for any number of threads.
///
/// ```java
/// try (Checkpoint checkpoint = Checkpoint.demo(); Gpt2Model model = Gpt2Model.load(checkpoint)) {
///     float[] logits = model.logits(new int[] {464, 3139, 286, 4881, 318});    // "The capital of France is"
/// }
/// ```
///
/// An input's result has the same bits for any number of threads, beside any other input, on every vector width and on
/// the scalar kernels, and position by position through a [KvCache].
///
/// The arithmetic is that of Hugging Face's `GPT2LMHeadModel` in float32: no folded LayerNorms, no centred weights.
public final class Gpt2Model implements AutoCloseable {

    private final String id;
    private final Engine engine;
    private final Transformer transformer;
    private final Unembedding unembedding;
    private final Components components;

    private Gpt2Model(String id, Engine engine, Transformer transformer) {
        this.id = id;
        this.engine = engine;
        this.transformer = transformer;
        this.unembedding = new Unembedding(new Unembedder(transformer, engine));
        this.components = new Components(transformer, engine);
    }

    /// Copies a checkpoint's weights into memory, off heap, widened to float32. The checkpoint may be closed afterwards.
    ///
    /// @param checkpoint an open checkpoint; *not modified*
    /// @return the model; close it to free the memory
    /// @throws IllegalStateException if the weights need more memory than is available
    public static Gpt2Model load(Checkpoint checkpoint) {
        return load(checkpoint, Compute.defaults());
    }

    /// Copies a checkpoint's weights into memory, and says how that gets on.
    ///
    /// @param checkpoint an open checkpoint; *not modified*
    /// @param progress   told how much is done, from 0 to 1, by any of the threads that load; what it throws ends the loading
    /// @return the model; close it to free the memory
    /// @throws IllegalStateException if the weights need more memory than is available
    public static Gpt2Model load(Checkpoint checkpoint, DoubleConsumer progress) {
        return load(checkpoint, Compute.defaults(), progress);
    }

    /// Copies a checkpoint's weights into memory, for a choice of threads and kernels.
    ///
    /// @param checkpoint an open checkpoint; *not modified*
    /// @param compute    what computes
    /// @return the model; close it to free the memory
    /// @throws IllegalStateException if the weights need more memory than is available, or the kernels cannot run here
    public static Gpt2Model load(Checkpoint checkpoint, Compute compute) {
        return load(checkpoint, compute, new Unheard());
    }

    /// Copies a checkpoint's weights into memory, for a choice of threads and kernels, and says how that gets on.
    ///
    /// @param checkpoint an open checkpoint; *not modified*
    /// @param compute    what computes
    /// @param progress   told how much is done, from 0 to 1, by any of the threads that load; what it throws ends the loading
    /// @return the model; close it to free the memory
    /// @throws IllegalStateException if the weights need more memory than is available, or the kernels cannot run here
    /// @throws RunCancelledException if the thread is interrupted meanwhile
    public static Gpt2Model load(Checkpoint checkpoint, Compute compute, DoubleConsumer progress) {
        return load(checkpoint, compute.engine(), progress);
    }

    /// Leaves a checkpoint's matrices in its files: every run reads those it comes to, and keeps none of them.
    ///
    /// For a single run, which comes to each matrix once, that is faster than [#load(Checkpoint)], and for a model larger than
    /// memory it is the way to run at all; a second run costs as much as the first. Results have the same bits.
    /// A run takes memory for its largest matrix and, for each thread, four columns of panels of `W_U`: 11 MB for GPT-2 small.
    ///
    /// ```java
    /// try (Gpt2Model model = Gpt2Model.stream(Checkpoint.open("gpt2-xl"))) {
    ///     float[] logits = model.logits(new int[] {464, 3139, 286, 4881, 318});
    /// }
    /// ```
    ///
    /// What happens to the files meanwhile is noticed by the run that reads them: it throws what [Checkpoint]'s readers throw.
    ///
    /// @param checkpoint an open checkpoint; *owned from here on*: it is closed with the model
    /// @return the model; close it to free the memory and to close the files
    public static Gpt2Model stream(Checkpoint checkpoint) {
        return stream(checkpoint, Compute.defaults());
    }

    /// Leaves a checkpoint's matrices in its files, for a choice of threads and kernels; see [#stream(Checkpoint)].
    ///
    /// @param checkpoint an open checkpoint; *owned from here on*: it is closed with the model
    /// @param compute    what computes
    /// @return the model; close it to free the memory and to close the files
    public static Gpt2Model stream(Checkpoint checkpoint, Compute compute) {
        return stream(checkpoint, compute.engine());
    }

    static Gpt2Model stream(Checkpoint checkpoint, Engine engine) {
        return new Gpt2Model(checkpoint.id(), engine, Transformer.stream(checkpoint, engine));
    }

    static Gpt2Model load(Checkpoint checkpoint, Engine engine) {
        return load(checkpoint, engine, new Unheard());
    }

    private static Gpt2Model load(Checkpoint checkpoint, Engine engine, DoubleConsumer progress) {
        return new Gpt2Model(checkpoint.id(), engine, Transformer.load(checkpoint, engine, progress));
    }

    /// No lambda: the first of those costs a new process a millisecond.
    private static final class Unheard implements DoubleConsumer {
        @Override
        public void accept(double done) {
            // nobody asked how the load gets on
        }
    }

    /// What the model is called in results.
    ///
    /// @return the checkpoint's id
    public String id() {
        return id;
    }

    /// The model's sizes and options.
    ///
    /// @return the configuration
    public Gpt2Config config() {
        return transformer.config();
    }

    /// The weights that hold values which are no finite numbers: NaN, or infinite as float32. Such a model runs, and what
    /// depends on those values is NaN or infinite. Of a [streamed][#stream] model, those that runs have come to so far.
    ///
    /// @return how many such values each tensor has, by its name in the file, such as `h.3.mlp.c_fc.weight`; empty for a
    ///         sound model; immutable
    public SortedMap<String, Long> nonFiniteWeights() {
        return transformer.nonFinite();
    }

    /// The final LayerNorm and `W_U`, which turn residuals into logits.
    ///
    /// @return the unembedding; valid until [#close]
    public Unembedding unembedding() {
        return unembedding;
    }

    /// What heads, biases and neurons write into the residual stream.
    ///
    /// @return the components; valid until [#close]
    public Components components() {
        return components;
    }

    /// An empty cache for generation.
    ///
    /// @return a cache that only this model takes
    public KvCache newCache() {
        return new KvCache(this);
    }

    /// Runs all blocks.
    ///
    /// @param tokens ids, 1 to nCtx of them; *not modified*
    /// @param hooks  what observes and edits the run
    /// @return the residual stream after the last block, `[seqLen, dModel]`, row-major, owned by the caller
    /// @throws IllegalArgumentException if there are no tokens, too many, or an id outside the vocabulary, or a hook would never
    ///                                  be called
    /// @throws IllegalStateException    after [#close]
    public float[] run(int[] tokens, Hooks hooks) {
        return run(tokens, config().nLayers() - 1, hooks);
    }

    /// Runs the blocks up to one of them, and none after it.
    ///
    /// @param tokens    ids, 1 to nCtx of them; *not modified*
    /// @param lastLayer the last block that runs, from 0
    /// @param hooks     what observes and edits the run; one at a later block is refused
    /// @return the residual stream after that block, `[seqLen, dModel]`, row-major, owned by the caller
    /// @throws IllegalArgumentException if there are no tokens, too many, an id outside the vocabulary, or no such layer
    /// @throws IllegalStateException    after [#close]
    public float[] run(int[] tokens, int lastLayer, Hooks hooks) {
        return forward(List.of(Sequence.of(tokens).hooks(hooks)), lastLayer);
    }

    /// Runs all blocks over the positions after those in a cache.
    ///
    /// @param tokens ids of the new positions, at least one; *not modified*
    /// @param cache  what earlier runs left, *written*
    /// @param hooks  what observes and edits the run; their activations have the new positions only, keys excepted
    /// @return the residual stream of the new positions after the last block, `[tokens.length, dModel]`
    /// @throws IllegalArgumentException if the tokens do not fit into nCtx, or the cache belongs to another model
    /// @throws IllegalStateException    after [#close]
    public float[] run(int[] tokens, KvCache cache, Hooks hooks) {
        return forward(List.of(Sequence.of(tokens).after(cache).hooks(hooks)), config().nLayers() - 1);
    }

    /// Runs several sequences through all blocks in one pass; see [#run(List, int)].
    ///
    /// @param sequences at least one; their caches are *written*
    /// @return the residual stream after the last block, `[tokens, dModel]` for each sequence, owned by the caller
    /// @throws IllegalArgumentException as for [#run(int[], KvCache, Hooks)], or if two sequences have one cache
    /// @throws IllegalStateException    after [#close]
    public List<float[]> run(List<Sequence> sequences) {
        return run(sequences, config().nLayers() - 1);
    }

    /// Runs several sequences through the blocks up to one of them in one pass.
    ///
    /// Their rows stand behind each other in the same products, without padding, so that short sequences cost a row what long
    /// ones do. Each has its own positions, cache and hooks, and the bits that it has alone. Hooks are called once per point and
    /// sequence, in the order of the sequences, with that sequence's rows. Sequences that begin at a layer ([Sequence#from]) have
    /// the bits of a run over tokens in which the same stood there.
    ///
    /// @param sequences at least one, all from one place; the caches that they come [after][Sequence#after] are *written*
    /// @param lastLayer the last block that runs, from 0; all of them where a cache is written
    /// @return the residual stream after that block, `[rows, dModel]` for each sequence, owned by the caller
    /// @throws IllegalArgumentException as for [#run(int[], int, Hooks)], if a sequence cannot begin where it does, or if two
    ///                                  sequences have one cache that is written
    /// @throws IllegalStateException    after [#close]
    public List<float[]> run(List<Sequence> sequences, int lastLayer) {
        List<Sequence> all = together(sequences);
        if (all.stream().anyMatch(sequence -> sequence.written() != null) && lastLayer != config().nLayers() - 1) {
            throw new IllegalArgumentException("last layer: expected " + (config().nLayers() - 1)
                    + ", since caches keep every layer, got " + lastLayer);
        }
        float[] residuals = forward(all, lastLayer);
        List<float[]> each = new ArrayList<>();
        int from = 0;
        for (Sequence sequence : all) {
            int to = from + sequence.rows(config().dModel()) * config().dModel();
            each.add(all.size() == 1 ? residuals : Arrays.copyOfRange(residuals, from, to));
            from = to;
        }
        return each;
    }

    /// Runs several sequences through all blocks in one pass, for who needs no more than each one's last position: the last block
    /// computes only that of them. The bits are those of [#run(List)].
    ///
    /// ```java
    /// model.unembedding().logits(model.runToLast(List.of(Sequence.of(464, 3139), Sequence.of(464))));    // [2, vocabSize]
    /// ```
    ///
    /// @param sequences at least one, all from one place, without hooks; the caches that they come [after][Sequence#after] are
    ///                  *written*
    /// @return the residual stream after the last block at each sequence's last position, `[sequences, dModel]`, owned by the caller
    /// @throws IllegalArgumentException as for [#run(List)], or if a sequence has hooks
    /// @throws IllegalStateException    after [#close]
    public float[] runToLast(List<Sequence> sequences) {
        List<Sequence> all = together(sequences);
        if (all.stream().anyMatch(Sequence::isHooked)) {
            throw new IllegalArgumentException("hooks: expected none where only last positions are computed, got some");
        }
        List<Sequences.Input> inputs = all.stream().map(sequence -> sequence.input(this, config().nLayers() - 1)).toList();
        float[] residuals = whileOpen(() -> transformer.forwardToLast(engine, inputs, all.getFirst().from()));
        advance(all);
        return residuals;
    }

    /// Sequences that can go through one pass.
    private static List<Sequence> together(List<Sequence> sequences) {
        if (sequences.isEmpty()) {
            throw new IllegalArgumentException("sequences: expected at least one, got none");
        }
        List<Sequence> all = List.copyOf(sequences);
        for (Sequence sequence : all) {
            if (!sequence.from().equals(all.getFirst().from())) {
                throw new IllegalArgumentException("sequences: expected all to begin at one place, got " + all.getFirst().from()
                        + " and " + sequence.from());
            }
        }
        List<KvCache> written = all.stream().map(Sequence::written).filter(Objects::nonNull).toList();
        if (written.size() != Set.copyOf(written).size()) {
            throw new IllegalArgumentException("caches: expected another one for each sequence, got one twice");
        }
        if (all.stream().map(Sequence::shared).filter(Objects::nonNull).anyMatch(written::contains)) {
            throw new IllegalArgumentException("caches: expected one that is written not to be read by another sequence, got both");
        }
        return all;
    }

    private float[] forward(List<Sequence> sequences, int lastLayer) {
        if (lastLayer < 0 || lastLayer >= config().nLayers()) {
            throw new IllegalArgumentException("last layer: expected 0 to " + (config().nLayers() - 1) + " (model '" + id
                    + "'), got " + lastLayer);
        }
        List<Sequences.Input> inputs = sequences.stream().map(sequence -> sequence.input(this, lastLayer)).toList();
        float[] residuals = whileOpen(() -> transformer.forward(engine, inputs, sequences.getFirst().from(), lastLayer + 1));
        advance(sequences);
        return residuals;
    }

    private void advance(List<Sequence> sequences) {
        for (Sequence sequence : sequences) {
            if (sequence.written() != null) {
                sequence.written().advance(sequence.rows(config().dModel()));
            }
        }
    }

    /// The next token's logits.
    ///
    /// The last block computes the last position only: some 6 % of the work of a long prompt to GPT-2 small is left out, and
    /// no bit is another than [#run(int[], Hooks)] leads to.
    ///
    /// @param tokens ids, 1 to nCtx of them; *not modified*
    /// @return logits at the last position, `[vocabSize]`
    /// @throws IllegalArgumentException if there are no tokens, too many, or an id outside the vocabulary
    public float[] logits(int[] tokens) {
        return logits(Sequence.of(tokens));
    }

    /// The next token's logits after the positions in a cache and `tokens`.
    ///
    /// @param tokens ids of the new positions, at least one; *not modified*
    /// @param cache  what earlier runs left, *written*
    /// @return logits at the last position, `[vocabSize]`: the bits that a run over all positions gives
    /// @throws IllegalArgumentException if the tokens do not fit into nCtx, or the cache belongs to another model
    public float[] logits(int[] tokens, KvCache cache) {
        return logits(Sequence.of(tokens).after(cache));
    }

    private float[] logits(Sequence sequence) {
        return whileOpen(() -> unembedding.logits(runToLast(List.of(sequence))));
    }

    /// @param ids *not modified*
    /// @return `ids`
    int[] checked(int[] ids, int past) {
        if (ids.length == 0) {
            throw new IllegalArgumentException("tokens: expected at least one, got none");
        }
        checkFits(ids.length, past);
        for (int pos = 0; pos < ids.length; pos++) {
            if (ids[pos] < 0 || ids[pos] >= config().vocabSize()) {
                throw new IllegalArgumentException("token at position " + (past + pos) + ": expected an id from 0 to "
                        + (config().vocabSize() - 1) + " (vocabulary of model '" + id + "'), got " + ids[pos]);
            }
        }
        return ids;
    }

    void checkFits(int positions, int past) {
        int nCtx = config().nCtx();
        if (past + (long) positions > nCtx) {
            throw new IllegalArgumentException("tokens: expected at most " + nCtx + " (nCtx of model '" + id + "'), got "
                    + (past == 0 ? "" : past + " cached and ") + positions);
        }
    }

    /// Runs several steps as one use of the model: [#close] waits for all of them.
    ///
    /// @param <T>   what the steps return
    /// @param steps runs and readings of this model
    /// @return what the steps return
    /// @throws IllegalStateException after [#close]
    /// @throws RunCancelledException if the thread is interrupted meanwhile
    public <T> T whileOpen(Supplier<T> steps) {
        return transformer.lifetime().during(() -> cancellable(steps));
    }

    /// Reading a streamed weight notices an interrupt by itself.
    private static <T> T cancellable(Supplier<T> steps) {
        try {
            return steps.get();
        } catch (SafeTensorsException e) {
            throw e.reason() == SafeTensorsException.Reason.INTERRUPTED ? new RunCancelledException(e) : e;
        }
    }

    /// What computes, now: kernels and threads.
    ///
    /// @return such as `vector (512-bit)`; kernels of the default choice change from scalar to vector in a process's first
    ///         seconds
    public String kernels() {
        return engine.kernels().description();
    }

    /// How many threads work on one call.
    ///
    /// @return at least 1
    public int threads() {
        return engine.workers().threads();
    }

    /// Refuses new runs, waits for running ones, frees the memory. May be called twice.
    ///
    /// @throws IllegalStateException if called inside a run, by a hook
    @Override
    public void close() {
        transformer.lifetime().close();
    }

    /// Refuses new runs, waits a while for running ones, and frees the memory. Where they take longer, the last of them frees it.
    ///
    /// @param limit how long to wait at most; an interrupt ends the waiting
    /// @return whether the memory is free
    /// @throws IllegalStateException if called inside a run, by a hook
    public boolean closeWithin(Duration limit) {
        return transformer.lifetime().closeWithin(limit);
    }
}
