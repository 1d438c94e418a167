package io.github.logitlens;

import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.hook.HookAccess;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.SpecialTokens;
import io.github.logitlens.tokenizer.TokenizerFormatException;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.hub.ModelHub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
    ///              which is taken from the cache on this machine or else downloaded into it: 548 MB for `gpt2`
    /// @return the opened model
    /// @throws io.github.logitlens.error.LensException if there is no such model, it cannot be used, or not be downloaded
    /// @throws IllegalStateException                   if the weights need more memory than is available
    public static LogitLens open(String model) {
        return open(model, OpenOptions.defaults());
    }

    /// Opens a model by name, and says how the loading of its weights gets on.
    ///
    /// @param model    as for [#open(String)]
    /// @param progress told how much is done, from 0 to 1, by any of the threads that load
    /// @return the opened model
    /// @throws io.github.logitlens.error.LensException as for [#open(String)]
    public static LogitLens open(String model, DoubleConsumer progress) {
        return open(model, OpenOptions.defaults().progress(progress));
    }

    /// Opens a model by name, by options.
    ///
    /// @param model   as for [#open(String)]
    /// @param options threads and kernels, where the weights are kept, who is told of the progress
    /// @return the opened model
    /// @throws io.github.logitlens.error.LensException as for [#open(String)]
    public static LogitLens open(String model, OpenOptions options) {
        return open(Checkpoint.open(model), options);
    }

    /// Opens a directory in Hugging Face's layout.
    ///
    /// @param directory with `config.json`, `model.safetensors`, and a tokenizer if it is not GPT-2's; where there is none that
    ///                  this library has, runs of token ids work and a text is refused
    /// @return the opened model
    /// @throws io.github.logitlens.error.LensException if it cannot be used
    public static LogitLens open(Path directory) {
        return open(directory, OpenOptions.defaults());
    }

    /// Opens a directory in Hugging Face's layout, and says how the loading of its weights gets on.
    ///
    /// @param directory as for [#open(Path)]
    /// @param progress  told how much is done, from 0 to 1, by any of the threads that load
    /// @return the opened model
    /// @throws io.github.logitlens.error.LensException if it cannot be used
    public static LogitLens open(Path directory, DoubleConsumer progress) {
        return open(directory, OpenOptions.defaults().progress(progress));
    }

    /// Opens a directory in Hugging Face's layout, by options.
    ///
    /// @param directory as for [#open(Path)]
    /// @param options   threads and kernels, where the weights are kept, who is told of the progress
    /// @return the opened model
    /// @throws io.github.logitlens.error.LensException if it cannot be used
    public static LogitLens open(Path directory, OpenOptions options) {
        return open(Checkpoint.open(directory), options);
    }

    /// Opens a model by name for a single run, or one that is larger than memory: its weights stay in its files, and every run
    /// reads them there. See [Gpt2Model#stream].
    ///
    /// @param model as for [#open(String)]
    /// @return the opened model, with its files; results have the same bits
    /// @throws io.github.logitlens.error.LensException as for [#open(String)]
    public static LogitLens stream(String model) {
        return open(model, OpenOptions.defaults().streamed(true));
    }

    /// Opens a directory for a single run, or one whose weights are larger than memory; see [#stream(String)].
    ///
    /// @param directory as for [#open(Path)]
    /// @return the opened model, with its files; results have the same bits
    /// @throws io.github.logitlens.error.LensException if it cannot be used
    public static LogitLens stream(Path directory) {
        return open(directory, OpenOptions.defaults().streamed(true));
    }

    /// The tokenizer first: it is read in milliseconds, and where it is refused there is nothing yet to free.
    ///
    /// @param checkpoint closed here, or with the lens that streams it
    private static LogitLens open(Checkpoint checkpoint, OpenOptions options) {
        boolean kept = false;
        try {
            Gpt2Tokenizer tokenizer = tokenizer(checkpoint, options.idsOnly());
            Gpt2Model model = options.streamed()
                    ? Gpt2Model.stream(checkpoint, options.compute())
                    : Gpt2Model.load(checkpoint, options.compute(), options::report);
            kept = options.streamed();
            return new LogitLens(checkpoint, model, tokenizer);
        } finally {
            if (!kept) {
                checkpoint.close();
            }
        }
    }

    private static Gpt2Tokenizer tokenizer(Checkpoint checkpoint, boolean idsOnly) {
        try {
            return checkpoint.tokenizer();
        } catch (TokenizerFormatException e) {
            if (idsOnly) {
                return Gpt2Tokenizer.idsOnly(checkpoint.config().vocabSize(), e);
            }
            throw e;
        }
    }

    /// The model.
    ///
    /// @return the model, closed with this lens
    public Gpt2Model model() {
        return model;
    }

    /// The tokenizer that turns this model's text into ids. Where the model has none, or one of another kind than GPT-2's, it
    /// knows only ids, and a text is refused by what [Gpt2Tokenizer#of] found.
    ///
    /// @return the tokenizer
    public Gpt2Tokenizer tokenizer() {
        return tokenizer;
    }

    /// A lens for this model, by name.
    ///
    /// ```java
    /// lens.run("The Eiffel Tower is in", LensOptions.defaults().readout(lens.readout("tuned")))
    /// ```
    ///
    /// @param name `logit`; `extended:2`, the logit lens behind the last two blocks; `tuned` or `jacobian`: the bundled model's own,
    ///             for any other model the one that was published for it, from the Hugging Face cache on this machine or downloaded
    ///             into it; else the path of a lens's file or directory
    ///             (for one of these names: `./tuned`), as for [Readout#open]
    /// @return the lens
    /// @throws ReadoutException if there is no such lens, or it is another model's
    /// @throws io.github.logitlens.error.LensException if its file cannot be used, or not be downloaded
    public Readout readout(String name) {
        Readout readout = new NamedReadouts(checkpoint, ModelHub.standard()).find(name);
        readout.check(model);
        return readout;
    }

    /// The ids that a run of a prompt begins with.
    ///
    /// ```java
    /// lens.tokens("The Eiffel Tower is in", Bos.PREPEND)    // [50256, 464, 412, 733, 417, 8765, 318, 287]
    /// ```
    ///
    /// @param prompt text; special tokens' texts in it are text
    /// @param bos    whether the model's BOS goes before it
    /// @return `[seqLen]`, owned by the caller; empty for an empty text without BOS
    /// @throws io.github.logitlens.error.LensException if the model's tokenizer cannot be used
    public int[] tokens(String prompt, Bos bos) {
        return tokens(prompt, bos, SpecialTokens.TEXT);
    }

    /// The ids that a run of a prompt begins with.
    ///
    /// @param prompt        text
    /// @param bos           whether the model's BOS goes before it
    /// @param specialTokens what the text of a special token means in it
    /// @return `[seqLen]`, owned by the caller; empty for an empty text without BOS
    /// @throws io.github.logitlens.error.LensException if the model's tokenizer cannot be used
    public int[] tokens(String prompt, Bos bos, SpecialTokens specialTokens) {
        return withBos(tokenizer.encode(Objects.requireNonNull(prompt, "prompt"), specialTokens), bos);
    }

    private static int[] notEmpty(int[] ids) {
        if (ids.length == 0) {
            throw new IllegalArgumentException("prompt: expected at least one token, got an empty text");
        }
        return ids;
    }

    private int[] withBos(int[] tokens, Bos bos) {
        if (bos == Bos.NONE) {
            return tokens.clone();
        }
        int[] all = new int[tokens.length + 1];
        all[0] = tokenizer.requireBos();
        System.arraycopy(tokens, 0, all, 1, tokens.length);
        return all;
    }

    /// Reads a prompt with the default options.
    ///
    /// @param prompt text of 1 to nCtx tokens
    /// @return the readings
    /// @throws IllegalArgumentException if the prompt is empty or too long
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public LensResult run(String prompt) {
        return run(prompt, LensOptions.defaults());
    }

    /// Reads a prompt.
    ///
    /// @param prompt  text
    /// @param options what to read
    /// @return the readings
    /// @throws IllegalArgumentException if the prompt is empty or too long, or the options do not fit it
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public LensResult run(String prompt, LensOptions options) {
        return run(prompt, options, Hooks.none());
    }

    /// Reads a prompt, under hooks.
    ///
    /// @param prompt  text
    /// @param options what to read
    /// @param hooks   what observes and edits the run before it is read
    /// @return the readings
    /// @throws IllegalArgumentException if the prompt is empty or too long, or the options or hooks do not fit it or the model
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public LensResult run(String prompt, LensOptions options, Hooks hooks) {
        return whole(notEmpty(tokens(prompt, options.bos(), options.specialTokens())), options, hooks);
    }

    /// Reads a prompt that is changed on its way.
    ///
    /// ```java
    /// lens.run("The Eiffel Tower is in", LensOptions.defaults(), Edits.zeroHead(7, 3)).edits()    // [zero:L7H3]
    /// ```
    ///
    /// @param prompt  text
    /// @param options what to read
    /// @param edits   what is changed, in this order
    /// @return the readings; they carry the edits
    /// @throws IllegalArgumentException if the prompt is empty or too long, or the options or edits do not fit it or the model
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public LensResult run(String prompt, LensOptions options, Edit... edits) {
        return run(prompt, options, Hooks.of(edits));
    }

    /// Reads token ids.
    ///
    /// @param tokens  ids without BOS; *not modified*
    /// @param options what to read
    /// @return the readings
    /// @throws IllegalArgumentException if the tokens are none, too many or unknown, or the options do not fit them
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public LensResult run(int[] tokens, LensOptions options) {
        return run(tokens, options, Hooks.none());
    }

    /// Reads token ids, under hooks.
    ///
    /// @param tokens  ids without BOS; *not modified*
    /// @param options what to read
    /// @param hooks   what observes and edits the run before it is read
    /// @return the readings
    /// @throws IllegalArgumentException if the tokens are none, too many or unknown, or the options or hooks do not fit them or
    ///                                  the model
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public LensResult run(int[] tokens, LensOptions options, Hooks hooks) {
        return whole(withBos(tokens, options.bos()), options, hooks);
    }

    private LensResult whole(int[] ids, LensOptions options, Hooks hooks) {
        List<LensResult> whole = new ArrayList<>(1);
        parts(ids, options, hooks, Integer.MAX_VALUE, whole::add);
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
    /// @throws IllegalArgumentException if the tokens are none, too many or unknown, or the options or hooks do not fit them or
    ///                                  the model
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public void run(int[] tokens, LensOptions options, Hooks hooks, int positionsAtOnce, Consumer<LensResult> parts) {
        if (positionsAtOnce < 1) {
            throw new IllegalArgumentException("positions at once: expected at least 1, got " + positionsAtOnce);
        }
        parts(withBos(tokens, options.bos()), options, hooks, positionsAtOnce, parts);
    }

    /// @param ids owned, BOS included
    private void parts(int[] ids, LensOptions options, Hooks hooks, int positionsAtOnce, Consumer<LensResult> parts) {
        checkLength(ids.length);
        int[] positions = options.positions().resolve(ids.length);
        LensReader reader = reader(options, hooks);
        Hooks ready = HookAccess.forPrompt(
                ready(hooks, options.readout(), options.bos(), options.specialTokens(), OptionalInt.of(ids.length)), ids.length);
        model.whileOpen(() -> {
            String kernels = model.kernels();
            ResidualStack stack = new ResidualStack(model, reader.points(), positions);
            Optional<DecodedRows> decoder = reader.decoder(positions, 0);
            Hooks observed = stack.observe(ready);
            model.run(ids, reader.lastLayer(), decoder.map(rows -> rows.observe(observed)).orElse(observed));
            float[] rows = LensReader.rows(stack.values(), decoder.stream().toList());
            int perPosition = reader.points().size() * model.config().dModel();
            for (int from = 0; from < positions.length; from += Math.min(positionsAtOnce, positions.length)) {
                int to = (int) Math.min((long) from + positionsAtOnce, positions.length);
                ResidualStack part = stack.part(from, to);
                VocabularyReadings readings =
                        reader.read(to - from == positions.length ? rows : Arrays.copyOfRange(rows, from * perPosition, to * perPosition),
                                reader.query(LensReader.next(part.positions(), ids)));
                parts.accept(reader.result(ids, ready, part, readings, kernels));
            }
            return null;
        });
    }

    /// Gives an edit what it takes from other prompts and from the model, once for many runs; those of this lens do so by themselves,
    /// each for itself.
    ///
    /// ```java
    /// Edit mean = lens.prepare(Edits.mean(Place.head(7, 3)).from(prompts), options);
    /// model.run(tokens, Hooks.of(mean));
    /// ```
    ///
    /// @param edit    the edit
    /// @param options how its prompts are read, and by which lens
    /// @return an edit with the same written form that needs nothing but a run of this model
    /// @throws IllegalArgumentException if the edit does not fit the model, or takes what is not there
    /// @throws IllegalStateException    after [#close]
    public Edit prepare(Edit edit, LensOptions options) {
        edit.check(model.config());
        List<Edit> prepared = new ArrayList<>(1);
        HookAccess.mapped(ready(Hooks.of(edit), options.readout(), options.bos(), options.specialTokens(), OptionalInt.empty()),
                ready -> {
                    prepared.add(ready);
                    return ready;
                });
        return prepared.getFirst();
    }

    /// Hooks whose edits have what they take from other prompts and the model.
    ///
    /// @param seqLen of the prompt, where there is one
    private Hooks ready(Hooks hooks, Readout readout, Bos bos, SpecialTokens specialTokens, OptionalInt seqLen) {
        return EditSources.resolved(this, hooks, readout, unresolved -> seqLen.ifPresent(unresolved::check),
                prompt -> withBos(prompt.ids(tokenizer, specialTokens), bos));
    }

    LensReader reader(LensOptions options, Hooks hooks) {
        return new LensReader(checkpoint, model, tokenizer, options, hooks);
    }

    /// Reads prompts, in one call; see [#batch(Iterator, LensOptions, Hooks, BatchOptions)].
    ///
    /// ```java
    /// for (Outcome outcome : lens.runAll(List.of(Prompt.of("The capital of France is"), Prompt.ids(464)), options)) {
    ///     outcome.result().top(…)
    /// }
    /// ```
    ///
    /// @param prompts text or ids
    /// @param options what to read of each
    /// @return one outcome for each prompt, in their order
    /// @throws IllegalArgumentException if the options fit no prompt of this model
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public List<Outcome> runAll(List<Prompt> prompts, LensOptions options) {
        List<Outcome> outcomes = new ArrayList<>(prompts.size());
        runAll(prompts.iterator(), options, Hooks.none(), BatchOptions.defaults(), outcomes::add);
        return List.copyOf(outcomes);
    }

    /// Reads prompts, and hands over each outcome as soon as it is there; see
    /// [#batch(Iterator, LensOptions, Hooks, BatchOptions)].
    ///
    /// @param prompts  text or ids, however many
    /// @param options  what to read of each
    /// @param hooks    what observes and edits each prompt's run before it is read
    /// @param batch    how many go together
    /// @param outcomes given one outcome for each prompt, in their order, on the caller's thread
    /// @throws IllegalArgumentException if the options or hooks fit no prompt of this model
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public void runAll(Iterator<Prompt> prompts, LensOptions options, Hooks hooks, BatchOptions batch, Consumer<Outcome> outcomes) {
        try (LensBatch all = batch(prompts, options, hooks, batch)) {
            all.forEachRemaining(outcomes);
        }
    }

    /// Reads prompts one after another, as they are asked for, several in one pass: much faster than one by one, with the bits that
    /// each has alone.
    ///
    /// ```java
    /// try (LensBatch batch = lens.batch(prompts, LensOptions.defaults().positions(Positions.last()), Hooks.none(),
    ///         BatchOptions.defaults())) {
    ///     while (batch.hasNext()) {
    ///         switch (batch.next()) {
    ///             case Outcome.Read read -> System.out.println(read.result());
    ///             case Outcome.Refused refused -> System.err.println(refused.message());
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// @param prompts text or ids, however many; taken as they are needed
    /// @param options what to read of each
    /// @param hooks   what observes and edits each prompt's run before it is read: called once per point and prompt, with that
    ///                prompt's rows
    /// @param batch   how many go together
    /// @return the outcomes, one for each prompt, in their order; to be closed
    /// @throws IllegalArgumentException if the options or hooks fit no prompt of this model
    public LensBatch batch(Iterator<Prompt> prompts, LensOptions options, Hooks hooks, BatchOptions batch) {
        LensReader reader = reader(options, hooks);
        Hooks ready = ready(hooks, options.readout(), options.bos(), options.specialTokens(), OptionalInt.empty());
        return LensBatch.of(this, reader, prompts, ready, batch);
    }

    /// Reads texts of any length, each token of them once, window by window: many documents and parts of documents in one pass.
    ///
    /// ```java
    /// List<CorpusDocument> documents = List.of(CorpusDocument.of("a", Prompt.of("The Eiffel Tower is in Paris.")));
    /// try (CorpusReader corpus = lens.corpus(documents.iterator(), CorpusOptions.defaults().window(256).stride(128))) {
    ///     while (corpus.hasNext()) {
    ///         switch (corpus.next()) {
    ///             case CorpusItem.Row row -> System.out.println(row);    // …, position 7: " Paris", surprisal 0.035 nats, …
    ///             case CorpusItem.End end -> System.out.println(end.tokens());
    ///             case CorpusItem.Refused refused -> System.err.println(refused.message());
    ///         }
    ///     }
    /// }
    /// ```
    ///
    /// @param documents any number of any length; taken as they are needed
    /// @param options   windows, stride, what to read of each token
    /// @return a row for each token, in order; to be closed
    /// @throws IllegalArgumentException if the options fit no text of this model
    public CorpusReader corpus(Iterator<CorpusDocument> documents, CorpusOptions options) {
        return corpus(documents, options, Hooks.none());
    }

    /// Reads texts of any length under hooks; see [#corpus(Iterator, CorpusOptions)].
    ///
    /// @param documents any number of any length; taken as they are needed
    /// @param options   windows, stride, what to read of each token
    /// @param hooks     what observes and edits each window's run before it is read: called once per point and window, with that
    ///                  window's rows; a position that an edit names is one of the window
    /// @return a row for each token, in order; to be closed
    /// @throws IllegalArgumentException if the options or hooks fit no text of this model
    public CorpusReader corpus(Iterator<CorpusDocument> documents, CorpusOptions options, Hooks hooks) {
        LensOptions lens = options.lens();
        LensReader reader = reader(lens, hooks);
        Hooks ready = ready(hooks, lens.readout(), lens.bos(), lens.specialTokens(), OptionalInt.empty());
        return new CorpusReader(this, reader, documents, options, ready, () -> provenance(lens.bos(), lens, hooks));
    }

    /// Reads a prompt twice, as it is and changed, and compares point by point.
    ///
    /// ```java
    /// LensComparison effect = lens.compare("The Eiffel Tower is in", LensOptions.defaults(), Edits.zeroHead(5, 3));
    /// effect.difference(effect.before().finalPoint(), -1).kl()    // what the head was worth, in nats
    /// ```
    ///
    /// @param prompt  text
    /// @param options what to read
    /// @param edits   what is changed, in this order
    /// @return what the edits changed
    /// @throws IllegalArgumentException if the prompt is empty or too long, or the options or edits do not fit it or the model
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public LensComparison compare(String prompt, LensOptions options, Edit... edits) {
        LensOptions kept = options.keepResiduals(true);
        return run(prompt, kept).compare(run(prompt, kept, edits));
    }

    /// Reads two prompts and compares point by point.
    ///
    /// @param before    a prompt
    /// @param after     the prompt that it is compared with
    /// @param alignment which of their positions belong together
    /// @param options   what to read of each
    /// @return how they differ
    /// @throws IllegalArgumentException if a prompt is empty or too long, the options do not fit it or the model, or no positions
    ///                                  belong together
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public LensComparison compare(String before, String after, Alignment alignment, LensOptions options) {
        LensOptions kept = options.keepResiduals(true);
        return run(before, kept).compare(run(after, kept), alignment);
    }

    /// Goes on with a prompt, token by token.
    ///
    /// ```java
    /// try (Generation generation = lens.generate(Prompt.of("The Eiffel Tower is in"),
    ///         GenerationOptions.defaults().maxTokens(5).lens(LensOptions.defaults()))) {
    ///     while (generation.hasNext()) {
    ///         GeneratedToken token = generation.next();
    ///         System.out.print(token.text());                     // as it comes
    ///         token.lens().get().decisionLayer(-1);               // where it was decided
    ///     }
    /// }
    /// ```
    ///
    /// @param prompt  text or ids, of 1 to nCtx tokens
    /// @param options how many tokens, how they are drawn, what the lens reads beside each
    /// @return the tokens as they are asked for; to be closed
    /// @throws IllegalArgumentException if the prompt is empty or too long, or the options do not fit the model
    public Generation generate(Prompt prompt, GenerationOptions options) {
        return generate(prompt, options, Hooks.none());
    }

    /// Goes on with a prompt, under hooks.
    ///
    /// @param prompt  text or ids, of 1 to nCtx tokens
    /// @param options how many tokens, how they are drawn, what the lens reads beside each
    /// @param hooks   what observes and edits: called with the prompt's rows, then at each step once per sample with the row of its
    ///                new position
    /// @return the tokens as they are asked for; to be closed
    /// @throws IllegalArgumentException if the prompt is empty or too long, or the options or hooks do not fit the model
    public Generation generate(Prompt prompt, GenerationOptions options, Hooks hooks) {
        int[] ids = withBos(prompt.ids(tokenizer, options.specialTokens()), options.bos());
        checkLength(ids.length);
        unknownId(ids, 0).ifPresent(message -> {
            throw new IllegalArgumentException(message);
        });
        HookAccess.of(hooks).check(model.config(), model.id(), model.config().nLayers() - 1);
        Optional<LensReader> reader = options.lens().map(lens -> reader(
                lens.positions(Positions.last()).bos(options.bos()).specialTokens(options.specialTokens()), hooks));
        options.lens().ifPresent(reading -> LensReader.requireSingleRows(reading, "beside a text that is written"));
        Readout readout = options.lens().map(LensOptions::readout).orElse(Readout.logit());
        Hooks ready = ready(hooks, readout, options.bos(), options.specialTokens(), OptionalInt.of(ids.length));
        return new Generation(this, ids, options, HookAccess.forPrompt(ready, ids.length), reader);
    }

    /// Goes on with a prompt to the end, and hands over each token as soon as it is there.
    ///
    /// @param prompt  text or ids, of 1 to nCtx tokens
    /// @param options how many tokens, how they are drawn, what the lens reads beside each
    /// @param tokens  given each token, on the caller's thread
    /// @return the samples
    /// @throws IllegalArgumentException if the prompt is empty or too long, or the options do not fit the model
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public List<GeneratedSample> generate(Prompt prompt, GenerationOptions options, Consumer<GeneratedToken> tokens) {
        try (Generation generation = generate(prompt, options)) {
            generation.forEachRemaining(tokens);
            return generation.samples();
        }
    }

    /// What a run by some options would be made with: for who writes results in a form of their own.
    ///
    /// @param options of the run
    /// @param hooks   what edits it
    /// @return the provenance that its result would have
    public Provenance provenance(LensOptions options, Hooks hooks) {
        return provenance(options.bos(), options, hooks);
    }

    /// What something is made with from here on.
    Provenance provenance(Bos bos, LensOptions options, Hooks hooks) {
        return new Provenance(checkpoint, tokenizer, bos, options.readout(), options.layerNorm(), hooks,
                Provenance.Computed.by(model, model.kernels()));
    }

    /// A prompt's ids, BOS included.
    ///
    /// @return owned by the caller
    int[] ids(Prompt prompt, LensOptions options) {
        return withBos(prompt.ids(tokenizer, options.specialTokens()), options.bos());
    }

    /// Takes a prompt's next-token logit apart into what each component wrote; see [Attribution].
    ///
    /// @param prompt  text; `<|endoftext|>` in it is plain text
    /// @param options which logit
    /// @return the contributions
    /// @throws IllegalArgumentException if the prompt is empty or too long, or a token or the position is not there
    /// @throws IllegalStateException    after [#close]
    public Attribution attribute(String prompt, AttributionOptions options) {
        return attribute(prompt, options, Hooks.none());
    }

    /// Takes a prompt's next-token logit apart, under hooks; see [#attribute(int[], AttributionOptions, Hooks)].
    ///
    /// @param prompt  text
    /// @param options which logit
    /// @param hooks   what observes and edits the run before it is read
    /// @return the contributions
    /// @throws IllegalArgumentException if the prompt is empty or too long, or a token or the position is not there
    /// @throws IllegalStateException    after [#close]
    public Attribution attribute(String prompt, AttributionOptions options, Hooks hooks) {
        return attribution(notEmpty(tokens(prompt, options.bos(), options.specialTokens())), options, hooks);
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
        return attribution(withBos(tokens, options.bos()), options, hooks);
    }

    private Attribution attribution(int[] ids, AttributionOptions options, Hooks hooks) {
        checkLength(ids.length);
        int position = Positions.index(options.position(), ids.length);
        int token = known(options.token());
        OptionalInt versus = options.versus().map(other -> OptionalInt.of(known(other))).orElse(OptionalInt.empty());
        if (versus.isPresent() && versus.getAsInt() == token) {
            throw new IllegalArgumentException("versus: expected another token than " + token + ", got the same");
        }
        Hooks ready = ready(hooks, Readout.logit(), options.bos(), options.specialTokens(), OptionalInt.of(ids.length));
        String kernels = model.kernels();
        Attribution.Breakdown breakdown =
                Attributor.attribute(model, ids, position, token, versus, options.neurons(), ready);
        Provenance provenance = new Provenance(checkpoint, tokenizer, options.bos(), Readout.logit(), LayerNormMode.FROZEN,
                hooks, Provenance.Computed.by(model, kernels));
        return new Attribution(provenance, model.config(), options,
                IntStream.of(ids).mapToObj(id -> tokenizer.label(id)).toList(), position,
                tokenizer.label(token), options.versus().map(other -> tokenizer.label(versus.getAsInt())),
                breakdown);
    }

    /// Reads what heads attend to in a prompt; see [Attention].
    ///
    /// @param prompt  text
    /// @param options which layers and heads
    /// @return the heads' patterns
    /// @throws IllegalArgumentException if the prompt is empty or too long, or a layer or head is not there
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public Attention attention(String prompt, AttentionOptions options) {
        return attention(prompt, options, Hooks.none());
    }

    /// Reads what heads attend to in a prompt, under hooks: the patterns are those that editors leave.
    ///
    /// @param prompt  text
    /// @param options which layers and heads
    /// @param hooks   what observes and edits the run before it is read
    /// @return the heads' patterns
    /// @throws IllegalArgumentException if the prompt is empty or too long, or a layer or head is not there
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public Attention attention(String prompt, AttentionOptions options, Hooks hooks) {
        return attention(notEmpty(tokens(prompt, options.bos(), options.specialTokens())), options, hooks, Bos.NONE);
    }

    /// Reads what heads attend to in token ids, under hooks: the patterns are those that editors leave.
    ///
    /// @param tokens  ids without BOS; *not modified*
    /// @param options which layers and heads
    /// @param hooks   what observes and edits the run before it is read
    /// @return the heads' patterns
    /// @throws IllegalArgumentException if the tokens are none, too many or unknown, or a layer or head is not there
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public Attention attention(int[] tokens, AttentionOptions options, Hooks hooks) {
        return attention(tokens, options, hooks, options.bos());
    }

    /// @param bos what is still to be put before the tokens
    private Attention attention(int[] tokens, AttentionOptions options, Hooks hooks, Bos bos) {
        int[] ids = withBos(tokens, bos);
        checkLength(ids.length);
        int[] layers = options.layers().resolve(model.config().nLayers());
        int[] heads = options.resolvedHeads(model.config().nHeads());
        Hooks ready = ready(hooks, Readout.logit(), options.bos(), options.specialTokens(), OptionalInt.of(ids.length));
        String kernels = model.kernels();
        List<AttentionHead> read = new ArrayList<>();
        model.run(ids, layers[layers.length - 1], ready.observe(
                point -> point.site() == HookSite.ATTN_PATTERN && IntStream.of(layers).anyMatch(layer -> layer == point.layer()),
                (point, activation) -> {
                    for (int head : heads) {
                        float[] pattern = new float[ids.length * ids.length];
                        activation.read(head * pattern.length, pattern, 0, pattern.length);
                        read.add(new AttentionHead(point.layer(), head, pattern, ids));
                    }
                }));
        Provenance provenance = new Provenance(checkpoint, tokenizer, options.bos(), Readout.logit(), LayerNormMode.RECOMPUTED,
                hooks, Provenance.Computed.by(model, kernels));
        return new Attention(provenance, model.config(), options, IntStream.of(ids).mapToObj(id -> tokenizer.label(id)).toList(), read);
    }

    /// Patches a run with another one's activations, one place after the other, and reads a metric from each: activation patching
    /// in one call; see [Sweep].
    ///
    /// ```java
    /// Sweep sweep = lens.sweep("The Eiffel Tower is in", "The Colosseum is in",
    ///         SweepOptions.of(SweepMetric.logitDifference(" Paris", " Rome")).sites(SweepSite.HEAD));
    /// sweep.grid(SweepSite.HEAD).normalized(7, 3)    // 0 as in the corrupted run, 1 as in the clean one
    /// ```
    ///
    /// @param clean     text
    /// @param corrupted a text of as many tokens
    /// @param options   what is patched and measured
    /// @return the grids
    /// @throws IllegalArgumentException if the prompts are empty, too long, or not of one length, or the options do not fit them
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public Sweep sweep(String clean, String corrupted, SweepOptions options) {
        return sweep(Prompt.of(clean), Prompt.of(corrupted), options);
    }

    /// Patches a run with another one's activations; see [#sweep(String, String, SweepOptions)].
    ///
    /// @param clean     text or ids
    /// @param corrupted likewise, of as many tokens
    /// @param options   what is patched and measured
    /// @return the grids
    /// @throws IllegalArgumentException if the prompts are empty, too long, or not of one length, or the options do not fit them
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public Sweep sweep(Prompt clean, Prompt corrupted, SweepOptions options) {
        return new Sweeps(this, checkpoint, options).patch(clean, corrupted);
    }

    /// Takes components of a run away, one after the other, and reads a metric from each: what a head or an MLP writes becomes 0 at
    /// all positions.
    ///
    /// ```java
    /// Sweep sweep = lens.ablate(Prompt.of("The Eiffel Tower is in"), SweepOptions.of(SweepMetric.logit(TokenRef.of(" Paris"))));
    /// sweep.strongest().getFirst().edit()            // the component that the logit depends on most, such as "zero:L7H3"
    /// ```
    ///
    /// @param prompt  text or ids
    /// @param options what is ablated and measured; the direction is not used
    /// @return the grids
    /// @throws IllegalArgumentException if the prompt is empty or too long, or the options do not fit it
    /// @throws IllegalStateException    after [#close]
    /// @throws RunCancelledException    if the thread is interrupted meanwhile
    public Sweep ablate(Prompt prompt, SweepOptions options) {
        return new Sweeps(this, checkpoint, options).ablate(ids(prompt, options));
    }

    /// A prompt's ids, BOS included, checked.
    int[] ids(Prompt prompt, SweepOptions options) {
        int[] ids = withBos(prompt.ids(tokenizer, options.specialTokens()), options.bos());
        checkLength(ids.length);
        unknownId(ids, 0).ifPresent(message -> {
            throw new IllegalArgumentException(message);
        });
        return ids;
    }

    int known(TokenRef token) {
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
        return model.whileOpen(() -> new NeuronLens(model, tokenizer).read(layer, neuron, topK, new Provenance(checkpoint, tokenizer,
                Bos.NONE, Readout.logit(), mode, Hooks.none(), Provenance.Computed.by(model, model.kernels()))));
    }

    /// Checked here as well as by the model, because positions and arrays are sized by it first.
    private void checkLength(int seqLen) {
        wrongLength(seqLen).ifPresent(message -> {
            throw new IllegalArgumentException(message);
        });
    }

    /// Why a prompt of so many tokens cannot run.
    Optional<String> wrongLength(int seqLen) {
        int nCtx = model.config().nCtx();
        return seqLen == 0 ? Optional.of("prompt: expected at least one token, got none")
                : seqLen <= nCtx ? Optional.empty()
                : Optional.of("prompt: expected at most " + nCtx + " tokens (nCtx of model '" + model.id() + "'), got " + seqLen);
    }

    /// Which of some ids is none of the model's.
    ///
    /// @param first the position of the first
    Optional<String> unknownId(int[] ids, long first) {
        int vocabSize = model.config().vocabSize();
        return IntStream.range(0, ids.length).filter(position -> ids[position] < 0 || ids[position] >= vocabSize)
                .mapToObj(position -> "token at position " + (first + position) + ": expected an id from 0 to " + (vocabSize - 1)
                        + " (vocabulary of model '" + model.id() + "'), got " + ids[position]).findFirst();
    }

    /// Frees the model; see [Gpt2Model#close].
    @Override
    public void close() {
        model.close();
    }

    /// Frees the model, but waits only a while for running runs; see [Gpt2Model#closeWithin].
    ///
    /// @param limit how long to wait at most
    /// @return whether the memory is free
    public boolean closeWithin(Duration limit) {
        return model.closeWithin(limit);
    }
}
