package io.github.logitlens;

import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.hook.HookAccess;
import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.internal.vocabulary.VocabularyQuery;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// What some options mean for a model, worked out once for any number of prompts: which residuals a run leaves, and how they become
/// results.
final class LensReader {

    private static final int TOP_FOR_MARGIN = 2;

    private final Checkpoint checkpoint;
    private final Gpt2Model model;
    private final Gpt2Tokenizer tokenizer;
    private final LensOptions options;
    private final Hooks hooks;
    private final int[] tracked;
    private final PointPlan plan;
    private final Projection projection;

    /// @throws IllegalArgumentException if the options or hooks fit no prompt of this model
    LensReader(Checkpoint checkpoint, Gpt2Model model, Gpt2Tokenizer tokenizer, LensOptions options, Hooks hooks) {
        this.checkpoint = checkpoint;
        this.model = model;
        this.tokenizer = tokenizer;
        this.options = options;
        this.hooks = hooks;
        tracked = options.tracked().stream().mapToInt(this::known).toArray();
        if (options.keepResiduals()) {
            requireSingleRows(options, "in a result that is to be compared");
        }
        plan = PointPlan.of(options, model);
        projection = new Projection(model, options.readout(), options.layerNorm());
        HookAccess.of(hooks).check(model.config(), model.id(), plan.lastLayer());
    }

    private int known(TokenRef token) {
        int id = token.id(tokenizer);
        if (id < 0 || id >= model.config().vocabSize()) {
            throw new IllegalArgumentException(
                    "tracked token: expected an id from 0 to " + (model.config().vocabSize() - 1) + ", got " + id);
        }
        return id;
    }

    /// Refuses a lens that needs the residuals of all positions where only some of them are there.
    ///
    /// @param where it is used
    static void requireSingleRows(LensOptions options, String where) {
        if (options.readout() instanceof ExtendedReadout extended) {
            throw new IllegalArgumentException("lens " + extended.kind() + ": expected a lens that maps single rows " + where
                    + ", got one that runs blocks over all positions");
        }
    }

    LensOptions options() {
        return options;
    }

    List<LensPoint> points() {
        return plan.points();
    }

    /// The last block that a run needs.
    int lastLayer() {
        return plan.lastLayer();
    }

    /// Whether the last point's logits are the model's own output.
    boolean readsOutput() {
        return plan.lastLayer() == model.config().nLayers() - 1 && projection.keeps(plan.points().getLast());
    }

    /// Bytes that the residuals of one position take until they are read.
    long bytesPerPosition() {
        return 2L * Float.BYTES * plan.points().size() * model.config().dModel();
    }

    /// A query for all that the options ask for.
    ///
    /// @param next the token that follows each position, −1 for none
    VocabularyQuery query(int[] next) {
        VocabularyQuery query = queryWithoutNext();
        return readsNext() ? query.next(next, readsNextRank()) : query;
    }

    /// Whether the token that follows a position is read: where a metric asks for it, and where all positions are, for the loss.
    boolean readsNext() {
        return readsNextRank() || options.reads(LensMetric.Reading.NEXT_LOGIT) || options.positions().equals(Positions.all());
    }

    boolean readsNextRank() {
        return options.reads(LensMetric.Reading.NEXT_RANK);
    }

    /// A query for all but the token that follows.
    VocabularyQuery queryWithoutNext() {
        VocabularyQuery query = VocabularyQuery.points(points().size())
                .top(Math.max(options.topK(), TOP_FOR_MARGIN)).bottom(options.bottomK()).track(tracked);
        if (options.reads(LensMetric.Reading.KL_FROM_FINAL)) {
            query = query.klFromFinal();
        }
        if (options.reads(LensMetric.Reading.CHANGE)) {
            query = query.change(previous(points()));
        }
        return options.reads(LensMetric.Reading.DISTANCES) ? query.distances() : query;
    }

    /// For each point of the residual stream the one before it there; −1 for the first, and for what components write.
    private static int[] previous(List<LensPoint> points) {
        int[] previous = new int[points.size()];
        int last = -1;
        for (int i = 0; i < previous.length; i++) {
            boolean residual = points.get(i).kind().isResidual();
            previous[i] = residual ? last : -1;
            last = residual ? i : last;
        }
        return previous;
    }

    /// The tokens of a prompt that follow some of its positions, −1 behind the last.
    static int[] next(int[] positions, int[] ids) {
        return IntStream.of(positions).map(position -> position + 1 < ids.length ? ids[position + 1] : -1).toArray();
    }

    /// What a lens that runs blocks needs of a prompt's run.
    ///
    /// @param positions those that are read
    /// @param first     where the prompt's first position stands among those of all prompts
    /// @return empty for any other lens
    Optional<DecodedRows> decoder(int[] positions, int first) {
        return options.readout() instanceof ExtendedReadout extended
                ? Optional.of(new DecodedRows(model, extended, points(), positions, first))
                : Optional.empty();
    }

    /// The rows that are read: the residuals, or what the decoders make of them.
    ///
    /// @param values   `[positions, points, dModel]`, *not modified*
    /// @param decoders of all prompts, or none
    static float[] rows(float[] values, List<DecodedRows> decoders) {
        if (decoders.isEmpty()) {
            return values;
        }
        float[] rows = values.clone();
        decoders.forEach(decoder -> decoder.write(rows));
        return rows;
    }

    /// Reads rows, of one prompt or of several behind each other.
    ///
    /// @param values `[positions, points, dModel]`, *not modified*
    VocabularyReadings read(float[] values, VocabularyQuery query) {
        return projection.unembedder().read(projection.points(points(), values), query);
    }

    /// A run's rows as they meet the unembedding.
    ///
    /// @param values `[positions, points, dModel]`, *not modified*
    /// @return the same shape
    float[] projected(float[] values) {
        return projection.points(points(), values);
    }

    /// What multiplies with `W_U` what [#projected] gives.
    Unembedder unembedder() {
        return projection.unembedder();
    }

    Gpt2Model model() {
        return model;
    }

    /// A prompt's result.
    ///
    /// @param ids      its tokens, BOS included; owned from here on
    /// @param ready    the hooks of its run
    /// @param stack    its residuals
    /// @param readings of its positions
    /// @param kernels  what computed when the run began
    LensResult result(int[] ids, Hooks ready, ResidualStack stack, VocabularyReadings readings, String kernels) {
        return result(ids, hooks, ready, stack, readings, kernels);
    }

    /// The same where edits differ from run to run.
    ///
    /// @param changes what the result says of them
    LensResult result(int[] ids, Hooks changes, Hooks ready, ResidualStack stack, VocabularyReadings readings, String kernels) {
        ResidualStack.Geometry geometry =
                options.reads(LensMetric.Reading.RESIDUAL) ? stack.geometry() : ResidualStack.Geometry.NONE;
        return new LensResult(provenance(changes, Provenance.Computed.by(model, kernels)), notes(ids), model.config(), options,
                tokenizer, ids, points(), stack.positions(), tracked, readings, geometry,
                options.keepResiduals() ? Optional.of(new KeptResiduals(this, HookAccess.of(ready), stack.rows())) : Optional.empty());
    }

    private Provenance provenance(Hooks hooks, Provenance.Computed computed) {
        return new Provenance(checkpoint, tokenizer, options.bos(), options.readout(), options.layerNorm(), hooks, computed);
    }

    private List<String> notes(int[] ids) {
        List<String> notes = new ArrayList<>(checkpoint.notes());
        if (options.bos() == Bos.PREPEND && ids.length > 1 && ids[1] == ids[0]) {
            notes.add("the prompt begins with two BOS tokens: one of its own, and the one that was asked for");
        }
        if (options.readout() instanceof AffineReadout affine) {
            LensPoint last = points().getLast();
            notes.addAll(affine.notes(points(), last.layer().getAsInt() < model.config().nLayers() - 1));
        }
        if (options.readout() instanceof ExtendedReadout extended) {
            String past = DecodedRows.note(extended, points().subList(0, points().size() - 1), model.config().nLayers());
            if (!past.isEmpty()) {
                notes.add(past);
            }
        }
        return notes;
    }
}
