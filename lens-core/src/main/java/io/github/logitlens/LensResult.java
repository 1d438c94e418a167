package io.github.logitlens;

import io.github.logitlens.hook.HookSite;
import io.github.logitlens.internal.view.RunJson;
import io.github.logitlens.internal.view.RunTable;
import io.github.logitlens.internal.view.RunView;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.weights.Gpt2Config;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// What the lens read from one prompt: per point and position the most likely next tokens and statistics over the whole
/// vocabulary. Immutable; the options of the run are inside.
///
/// Every number is one of the run's layer norm mode ([LensOptions#layerNorm]). Positions are those of the tokens, BOS
/// included where it was asked for; negative ones count from the end.
public final class LensResult {

    private static final int TOKENS_IN_A_LINE = 12;

    private final Provenance provenance;
    private final List<String> notes;
    private final Gpt2Config config;
    private final LensOptions options;
    private final Gpt2Tokenizer tokenizer;
    private final int[] ids;
    private final List<LensPoint> points;
    private final Map<LensPoint, Integer> places = new HashMap<>();
    private final int[] positions;
    private final int[] tracked;
    private final VocabularyReadings readings;
    private final ResidualStack.Geometry geometry;
    private final Optional<KeptResiduals> kept;

    LensResult(Provenance provenance, List<String> notes, Gpt2Config config, LensOptions options, Gpt2Tokenizer tokenizer, int[] ids,
            List<LensPoint> points, int[] positions, int[] tracked, VocabularyReadings readings,
            ResidualStack.Geometry geometry, Optional<KeptResiduals> kept) {
        this.provenance = provenance;
        this.notes = List.copyOf(notes);
        this.config = config;
        this.options = options;
        this.tokenizer = tokenizer;
        this.ids = ids;
        this.points = points;
        for (int i = 0; i < points.size(); i++) {
            places.put(points.get(i), i);
        }
        this.positions = positions;
        this.tracked = tracked;
        this.readings = readings;
        this.geometry = geometry;
        this.kept = kept;
    }

    /// Compares this result with another, position by position: of the same prompt under edits, of another prompt, or of another
    /// model with the same vocabulary.
    ///
    /// ```java
    /// LensOptions options = LensOptions.defaults().keepResiduals(true);
    /// LensResult before = lens.run(prompt, options);
    /// LensComparison effect = before.compare(lens.run(prompt, options, Edits.zeroHead(5, 3)));
    /// ```
    ///
    /// @param after what it is compared with
    /// @return how they differ, over the whole vocabulary; made in a pass over `W_U` for each of the two
    /// @throws IllegalArgumentException if one of them did not keep its residuals ([LensOptions#keepResiduals(boolean)]), they have
    ///                                  no point or position in common, or their vocabularies differ
    /// @throws IllegalStateException    after the lens's `close()`
    public LensComparison compare(LensResult after) {
        return compare(after, Alignment.POSITIONS);
    }

    /// Compares this result with another; see [#compare(LensResult)].
    ///
    /// @param after     what it is compared with
    /// @param alignment which positions belong together
    /// @return how they differ
    /// @throws IllegalArgumentException as for [#compare(LensResult)]
    /// @throws IllegalStateException    after the lens's `close()`
    public LensComparison compare(LensResult after, Alignment alignment) {
        return new Comparer(this, after, alignment).compare();
    }

    /// @throws IllegalArgumentException if nothing was kept
    KeptResiduals kept() {
        return kept.orElseThrow(() -> new IllegalArgumentException("comparison: expected a result that keeps its residuals, got one that"
                + " does not: ask for them before the run with LensOptions.keepResiduals(true)"));
    }

    int[] ids() {
        return ids;
    }

    /// The model's name.
    ///
    /// @return such as `demo`
    public String modelId() {
        return provenance.modelId();
    }

    /// What the result was made with: hashes, policies, versions.
    ///
    /// @return the provenance
    public Provenance provenance() {
        return provenance;
    }

    /// The model's sizes and options.
    ///
    /// @return the configuration
    public Gpt2Config config() {
        return config;
    }

    /// What was changed in the run: edits in their written form, editors of your own as `custom edit at` and a place.
    ///
    /// @return immutable; empty for the model as it is
    public List<String> edits() {
        return provenance.edits();
    }

    /// What a reader of these numbers should know about the model's files and the run, such as that there are no
    /// biases, or that the prompt begins with two BOS tokens.
    ///
    /// @return whole sentences; empty where there is nothing to say
    public List<String> notes() {
        return notes;
    }

    /// What was asked for.
    ///
    /// @return the options of the run
    public LensOptions options() {
        return options;
    }

    /// The tokens the model saw, BOS included where it was asked for.
    ///
    /// @return one token per position
    public List<Token> tokens() {
        return IntStream.of(ids).mapToObj(this::token).toList();
    }

    /// Models may have more rows than their tokenizer has tokens.
    private Token token(int id) {
        return tokenizer.label(id);
    }

    /// The places read, embedding first.
    ///
    /// @return the points in the order of the forward pass
    public List<LensPoint> points() {
        return points;
    }

    /// The points of the residual stream, without those of what components write: the ones that a decision runs through.
    ///
    /// @return in the order of the forward pass
    public List<LensPoint> residualPoints() {
        return points.stream().filter(point -> point.kind().isResidual()).toList();
    }

    /// The positions read.
    ///
    /// @return ascending
    public List<Integer> positions() {
        return Arrays.stream(positions).boxed().toList();
    }

    /// The embedding, before any block.
    ///
    /// @return the point `embed`
    /// @throws IllegalStateException if the options left it out
    public LensPoint embedding() {
        return points.stream().filter(point -> point.kind() == PointKind.EMBED).findFirst()
                .orElseThrow(() -> new IllegalStateException("embedding: expected PointKind.EMBED among the points that were read, got "
                        + options.points()));
    }

    /// The residual stream after the last block, whose reading is the model's own output.
    ///
    /// @return the last point
    /// @throws IllegalStateException if the run was stopped before the last block
    public LensPoint finalPoint() {
        if (stopped()) {
            throw new IllegalStateException("final point: the run was stopped after layer " + options.stopAfter().getAsInt()
                    + " of 0 to " + (config.nLayers() - 1) + ", so there is nothing of the model's own output to compare with");
        }
        return points.getLast();
    }

    /// Whether the run was stopped before the last block ([LensOptions#stopAfter]). Then there is no [#finalPoint], and what
    /// compares with it is NaN or refused.
    ///
    /// @return true if the last point is not the model's output
    public boolean stopped() {
        return options.stopAfter().isPresent() && options.stopAfter().getAsInt() < config.nLayers() - 1;
    }

    /// The residual stream after a block.
    ///
    /// @param layer the block, from 0; negative counts from the end
    /// @return the point `blocks.layer.hook_resid_post`
    /// @throws IllegalArgumentException if the model has no such block, or it was not read
    public LensPoint layer(int layer) {
        int index = layer < 0 ? layer + config.nLayers() : layer;
        if (index < 0 || index >= config.nLayers()) {
            throw new IllegalArgumentException("layer: expected " + -config.nLayers() + " to " + (config.nLayers() - 1)
                    + " (model '" + modelId() + "'), got " + layer);
        }
        return point(HookSite.RESID_POST.at(index).toString());
    }

    /// A point by name.
    ///
    /// @param name `embed` or a TransformerLens hook name, a head's with its number: `blocks.3.attn.hook_result.7`
    /// @return the point
    /// @throws IllegalArgumentException if it was not read
    public LensPoint point(String name) {
        return points.stream().filter(point -> point.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("point: expected one of "
                        + points.stream().map(LensPoint::name).toList() + ", got \"" + name + "\""));
    }

    /// All that was read at one point and position.
    ///
    /// @param point    one of [#points]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return the reading
    /// @throws IllegalArgumentException if that point or position was not read
    public LensReading reading(LensPoint point, int position) {
        int row = row(position);
        int p = index(point);
        return new LensReading(
                point, positions[row], top(p, row), readings.entropy(row, p), klToFinal(row, p), readings.logSumExp(row, p));
    }

    private double klToFinal(int row, int point) {
        return stopped() ? Double.NaN : readings.klToFinal(row, point);
    }

    /// The most likely next tokens at one point and position.
    ///
    /// @param point    one of [#points]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return by descending logit, equal logits by lower id
    /// @throws IllegalArgumentException if that point or position was not read
    public List<TokenPrediction> top(LensPoint point, int position) {
        return top(index(point), row(position));
    }

    private List<TokenPrediction> top(int point, int row) {
        return IntStream.range(0, Math.min(options.topK(), readings.topK()))
                .mapToObj(rank -> prediction(
                        readings.topId(row, point, rank), readings.topLogit(row, point, rank), point, row))
                .toList();
    }

    /// The least likely next tokens at one point and position, as many as [LensOptions#bottomK] asked for.
    ///
    /// @param point    one of [#points]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return by ascending logit, equal logits by lower id; none where none were asked for
    /// @throws IllegalArgumentException if that point or position was not read
    public List<TokenPrediction> bottom(LensPoint point, int position) {
        int p = index(point);
        int row = row(position);
        return IntStream.range(0, readings.bottomK())
                .mapToObj(rank -> prediction(readings.bottomId(row, p, rank), readings.bottomLogit(row, p, rank), p, row))
                .toList();
    }

    private TokenPrediction prediction(int id, float logit, int point, int row) {
        return new TokenPrediction(token(id), logit, logit - readings.logSumExp(row, point));
    }

    /// One number read at one point and position.
    ///
    /// @param metric   one that comes with every run, or was asked for by [LensOptions#metrics]
    /// @param point    one of [#points]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return the number, in the metric's unit; NaN where it is not defined, as the metric says
    /// @throws IllegalArgumentException if that metric, point or position was not read
    public double value(LensMetric metric, LensPoint point, int position) {
        int row = row(position);
        int p = index(point);
        requireRead(metric);
        return switch (metric) {
            case PROBABILITY -> StrictMath.exp(logProbability(row, p));
            case LOGIT -> readings.topLogit(row, p, 0);
            case LOG_PROBABILITY -> logProbability(row, p);
            case ENTROPY -> readings.entropy(row, p);
            case KL_TO_FINAL -> klToFinal(row, p);
            case MARGIN -> margin(row, p);
            case KL_FROM_FINAL -> stopped() ? Double.NaN : readings.klFromFinal(row, p);
            case JSD -> stopped() ? Double.NaN : readings.jensenShannon(row, p);
            case TOTAL_VARIATION -> stopped() ? Double.NaN : readings.totalVariation(row, p);
            case CHANGE -> readings.change(row, p);
            case SURPRISAL -> surprisal(row, p);
            case SURPRISAL_BITS -> surprisal(row, p) / StrictMath.log(2);
            case NEXT_PROBABILITY -> StrictMath.exp(-surprisal(row, p));
            case NEXT_RANK -> readings.nextRank(row, p) == 0 ? Double.NaN : readings.nextRank(row, p);
            case RESIDUAL_NORM -> geometry.norms()[row * points.size() + p];
            case COSINE_TO_FINAL -> stopped() ? Double.NaN : geometry.cosines()[row * points.size() + p];
        };
    }

    private void requireRead(LensMetric metric) {
        if (!metric.alwaysRead() && !options.reads(metric.reading())) {
            throw new IllegalArgumentException("metric " + metric.key() + ": expected one that was read, got one that was not:"
                    + " ask for it before the run with LensOptions.metrics(LensMetric." + metric.name() + ")");
        }
    }

    private double logProbability(int row, int point) {
        return readings.topLogit(row, point, 0) - readings.logSumExp(row, point);
    }

    private double margin(int row, int point) {
        return readings.topK() < 2 ? Double.NaN
                : (double) readings.topLogit(row, point, 0) - readings.topLogit(row, point, 1);
    }

    private double surprisal(int row, int point) {
        return readings.logSumExp(row, point) - readings.nextLogit(row, point);
    }

    /// The mean surprisal of the prompt's own tokens at one point: its language-model loss if the model stopped there.
    ///
    /// The mean is over all positions that have a next token, so every token but the first counts once. It is a loss per
    /// token of this prompt in one window of context: texts of other lengths, other tokenizers, a BOS or none give other
    /// numbers that cannot be compared.
    ///
    /// @param point one of [#points]
    /// @return in nats per token
    /// @throws IllegalArgumentException if not every position was read, the prompt is a single token, or the point was not read
    public double loss(LensPoint point) {
        int p = index(point);
        if (ids.length < 2) {
            throw new IllegalArgumentException("loss: expected a prompt of at least 2 tokens, got " + ids.length);
        }
        if (!readsAllThatHaveANext()) {
            throw new IllegalArgumentException("loss: expected every position that has a next token, got " + positions.length
                    + " of " + (ids.length - 1) + "; read Positions.all()");
        }
        if (!readings.readsNext()) {
            requireRead(LensMetric.SURPRISAL);
        }
        double sum = 0;
        for (int row = 0; row < ids.length - 1; row++) {
            sum += surprisal(row, p);
        }
        return sum / (ids.length - 1);
    }

    /// Whether there is a [#loss]: whether the whole prompt was read, and it has a token that follows another.
    ///
    /// @return true after [Positions#all], for a prompt of at least 2 tokens
    public boolean hasLoss() {
        return ids.length > 1 && readsAllThatHaveANext() && readings.readsNext();
    }

    private boolean readsAllThatHaveANext() {
        return positions.length >= ids.length - 1 && positions[ids.length - 2] == ids.length - 2;
    }

    /// `exp` of the [#loss]: among how many equally likely tokens the point seems to choose, on this prompt.
    ///
    /// @param point one of [#points]
    /// @return at least 1; see [#loss] for what it can be compared with
    /// @throws IllegalArgumentException as [#loss] does
    public double perplexity(LensPoint point) {
        return StrictMath.exp(loss(point));
    }

    /// The first point of the residual stream whose top-1 token is the final one, whether or not it stays; see
    /// [#decisionLayer].
    ///
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return at the latest the final point
    /// @throws IllegalArgumentException if that position was not read
    /// @throws IllegalStateException    if the run was stopped before the last block
    public LensPoint firstAppearance(int position) {
        int row = row(position);
        int answer = readings.topId(row, index(finalPoint()), 0);
        return residualPoints().stream().filter(point -> readings.topId(row, index(point), 0) == answer)
                .findFirst().orElseThrow();
    }

    /// How often the top-1 token changes from one point of the residual stream to the next.
    ///
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return 0 if the first point's token stays to the end
    /// @throws IllegalArgumentException if that position was not read
    public int flips(int position) {
        int row = row(position);
        int[] first = residualPoints().stream().mapToInt(point -> readings.topId(row, index(point), 0)).toArray();
        return (int) IntStream.range(1, first.length).filter(i -> first[i] != first[i - 1]).count();
    }

    /// The stable decision layer: the first point of the residual stream from which on the top-1 token is the final one. What
    /// components write is not asked.
    ///
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return the earliest residual after which the prediction never changes
    /// @throws IllegalArgumentException if that position was not read
    /// @throws IllegalStateException    if the run was stopped before the last block
    public LensPoint decisionLayer(int position) {
        int row = row(position);
        LensPoint decided = finalPoint();
        int answer = readings.topId(row, index(decided), 0);
        for (LensPoint point : residualPoints().reversed()) {
            if (readings.topId(row, index(point), 0) != answer) {
                break;
            }
            decided = point;
        }
        return decided;
    }

    /// A tracked token at every point, embedding first.
    ///
    /// @param token    one of the texts given to [LensOptions#track(String)]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return one entry per point
    /// @throws IllegalArgumentException if the token was not tracked, or the position not read
    public List<TrackedToken> track(String token, int position) {
        return track(TokenRef.of(token), position);
    }

    /// A tracked token at every point, embedding first.
    ///
    /// @param token    one of those given to [LensOptions#track(TokenRef)]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return one entry per point
    /// @throws IllegalArgumentException if the token was not tracked, or the position not read
    public List<TrackedToken> track(TokenRef token, int position) {
        int t = trackedIndex(token);
        int row = row(position);
        return IntStream.range(0, points.size()).mapToObj(point -> tracked(t, point, row)).toList();
    }

    /// How far one tracked token is ahead of another: `logit(token) − logit(other)`, which is also `ln p(token) − ln p(other)`,
    /// since both share the normaliser.
    ///
    /// @param token    one of those given to [LensOptions#track(TokenRef)]
    /// @param other    another one
    /// @param point    one of [#points]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return in nats; negative where the other token is ahead
    /// @throws IllegalArgumentException if one of the tokens was not tracked, or the point or position not read
    public double logitDifference(TokenRef token, TokenRef other, LensPoint point, int position) {
        int row = row(position);
        int p = index(point);
        return (double) readings.trackedLogit(row, p, trackedIndex(token))
                - readings.trackedLogit(row, p, trackedIndex(other));
    }

    /// How far the first tracked token is ahead of the one that [LensOptions#versus(TokenRef)] names.
    ///
    /// ```java
    /// LensResult r = Lens.run("The Eiffel Tower is in", LensOptions.defaults().track(" Paris").versus(" London"));
    /// r.logitDifference(r.finalPoint(), -1)    // 11.36
    /// ```
    ///
    /// @param point    one of [#points]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return in nats; negative where the other token is ahead
    /// @throws IllegalArgumentException if no token was named, or the point or position was not read
    public double logitDifference(LensPoint point, int position) {
        TokenRef other = options.versus().orElseThrow(() -> new IllegalArgumentException(
                "logit difference: expected a token to compare with, got none: LensOptions.versus names it before the run"));
        return logitDifference(options.tracked().getFirst(), other, point, position);
    }

    /// A tracked token at one point.
    ///
    /// @param token    one of the texts given to [LensOptions#track(String)]
    /// @param point    one of [#points]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return its logit, probability and rank there
    /// @throws IllegalArgumentException if the token was not tracked, or the point or position not read
    public TrackedToken tracked(String token, LensPoint point, int position) {
        return tracked(TokenRef.of(token), point, position);
    }

    /// A tracked token at one point.
    ///
    /// @param token    one of those given to [LensOptions#track(TokenRef)]
    /// @param point    one of [#points]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return its logit, probability and rank there
    /// @throws IllegalArgumentException if the token was not tracked, or the point or position not read
    public TrackedToken tracked(TokenRef token, LensPoint point, int position) {
        return tracked(trackedIndex(token), index(point), row(position));
    }

    private TrackedToken tracked(int t, int point, int row) {
        float logit = readings.trackedLogit(row, point, t);
        return new TrackedToken(token(tracked[t]), logit, logit - readings.logSumExp(row, point), readings.trackedRank(row, point, t));
    }

    private int trackedIndex(TokenRef token) {
        int t = options.tracked().indexOf(token);
        if (t < 0) {
            throw new IllegalArgumentException(
                    "tracked token: expected one of " + options.tracked() + ", got \"" + token + "\"");
        }
        return t;
    }

    private int index(LensPoint point) {
        Integer place = places.get(point);
        if (place == null) {
            throw new IllegalArgumentException("point: expected one of " + points.stream().map(LensPoint::name).toList()
                    + ", got " + point.name());
        }
        return place;
    }

    private int row(int position) {
        int absolute = Positions.index(position, ids.length);
        int row = Arrays.binarySearch(positions, absolute);
        if (row < 0) {
            throw new IllegalArgumentException(
                    "position: expected one that was read (" + options.positions() + "), got " + position);
        }
        return row;
    }

    /// The result as text: what was run, then for each position a row for each point with its most likely tokens.
    ///
    /// ```text
    /// model     demo, 8 layers, dModel 128
    /// …
    /// Layer 7    |  Paris: 0.965 |  the: 0.032
    /// ```
    ///
    /// @return lines, each with a line feed at its end
    public String table() {
        return written(new RunTable(provenance.kernels() + " kernels, " + provenance.threads()
                + (provenance.threads() == 1 ? " thread" : " threads"), OptionalInt.empty(), Optional.empty(), false));
    }

    /// The result as JSON, schema `logitlens.run/1`: what `lens --json` prints, for a service to answer with.
    ///
    /// @return one document; the first call for a model reads its files again, for their hash
    public String toJson() {
        return written(new RunJson());
    }

    /// Writes the result as JSON, schema `logitlens.run/1`, as it is made: a long run's document is larger than its readings.
    ///
    /// @param out where to; neither flushed nor closed
    /// @throws IOException if `out` fails
    public void writeJson(Writer out) throws IOException {
        new RunJson().write(this, out);
    }

    private String written(RunView view) {
        StringWriter out = new StringWriter();
        try {
            view.write(this, out);
        } catch (IOException e) {
            throw new AssertionError("a string took no more", e);
        }
        return out.toString();
    }

    /// The model, the end of the prompt and what the last point read predicts there, in one line.
    @Override
    public String toString() {
        int last = positions[positions.length - 1];
        int from = Math.max(0, last - TOKENS_IN_A_LINE + 1);
        StringBuilder prompt = new StringBuilder(from > 0 ? "…" : "");
        for (int position = from; position <= last; position++) {
            prompt.append(token(ids[position]).display());
        }
        return "LensResult[" + modelId() + ": \"" + prompt + "\" ▸ " + top(points.getLast(), last).getFirst()
                + (stopped() ? ", stopped after layer " + options.stopAfter().getAsInt() : ", decided at " + decisionLayer(last))
                + (edits().isEmpty() ? "" : ", edits " + edits())
                + ", " + points.size() + " points × " + positions.length + " of " + ids.length + " positions]";
    }
}
