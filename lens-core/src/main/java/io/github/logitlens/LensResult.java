package io.github.logitlens;

import io.github.logitlens.hook.HookSite;
import io.github.logitlens.model.VocabularyReadings;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.weights.Gpt2Config;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// What the lens read from one prompt: per point and position the most likely next tokens and statistics over the whole
/// vocabulary. Immutable; the options of the run are inside.
///
/// Every number is one of the run's layer norm mode ([LensOptions#layerNorm]). Positions are those of the tokens, BOS included where it was asked for; negative ones count from the end.
public final class LensResult {

    private final String modelId;
    private final Gpt2Config config;
    private final LensOptions options;
    private final Gpt2Tokenizer tokenizer;
    private final int[] ids;
    private final List<LensPoint> points;
    private final int[] positions;
    private final int[] tracked;
    private final VocabularyReadings readings;

    LensResult(String modelId, Gpt2Config config, LensOptions options, Gpt2Tokenizer tokenizer, int[] ids,
            List<LensPoint> points, int[] positions, int[] tracked, VocabularyReadings readings) {
        this.modelId = modelId;
        this.config = config;
        this.options = options;
        this.tokenizer = tokenizer;
        this.ids = ids;
        this.points = points;
        this.positions = positions;
        this.tracked = tracked;
        this.readings = readings;
    }

    /// The model's name.
    ///
    /// @return such as `demo`
    public String modelId() {
        return modelId;
    }

    /// The model's sizes and options.
    ///
    /// @return the configuration
    public Gpt2Config config() {
        return config;
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

    /// Models may have more rows than their tokenizer has tokens; such a row shows as `<id>`.
    private Token token(int id) {
        return id < tokenizer.vocabSize()
                ? tokenizer.token(id)
                : new Token(id, ("<" + id + ">").getBytes(StandardCharsets.US_ASCII));
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
    /// @throws IllegalArgumentException if it was not read
    public LensPoint embedding() {
        return point("embed");
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
                    + " (model '" + modelId + "'), got " + layer);
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
        List<TokenPrediction> top = new ArrayList<>(readings.topK());
        for (int rank = 0; rank < readings.topK(); rank++) {
            float logit = readings.topLogit(row, point, rank);
            top.add(new TokenPrediction(
                    token(readings.topId(row, point, rank)), logit, probability(logit, row, point)));
        }
        return List.copyOf(top);
    }

    private double probability(float logit, int row, int point) {
        return StrictMath.exp(logit - readings.logSumExp(row, point));
    }

    /// One number read at one point and position.
    ///
    /// @param metric   one that comes with every run, or was asked for by [LensOptions#metrics]
    /// @param point    one of [#points]
    /// @param position one of [#positions]; negative counts from the prompt's end
    /// @return the number, in the metric's unit
    /// @throws IllegalArgumentException if that metric, point or position was not read
    public double value(LensMetric metric, LensPoint point, int position) {
        int row = row(position);
        int p = index(point);
        float topLogit = readings.topLogit(row, p, 0);
        return switch (metric) {
            case PROBABILITY -> probability(topLogit, row, p);
            case LOGIT -> topLogit;
            case LOG_PROBABILITY -> topLogit - readings.logSumExp(row, p);
            case ENTROPY -> readings.entropy(row, p);
            case KL_TO_FINAL -> klToFinal(row, p);
        };
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
        int answer = readings.topId(row, decided.index(), 0);
        for (LensPoint point : residualPoints().reversed()) {
            if (readings.topId(row, point.index(), 0) != answer) {
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
        int t = options.tracked().indexOf(token);
        if (t < 0) {
            throw new IllegalArgumentException(
                    "tracked token: expected one of " + options.tracked() + ", got \"" + token + "\"");
        }
        int row = row(position);
        return IntStream.range(0, points.size()).mapToObj(point -> {
            float logit = readings.trackedLogit(row, point, t);
            return new TrackedToken(token(tracked[t]), logit, probability(logit, row, point), readings.trackedRank(row, point, t));
        }).toList();
    }

    private int index(LensPoint point) {
        if (point.index() >= points.size() || !points.get(point.index()).equals(point)) {
            throw new IllegalArgumentException(
                    "point: expected one of this result's points, got " + point.name() + " of another result");
        }
        return point.index();
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

    /// Model, prompt and options in one line.
    @Override
    public String toString() {
        return "LensResult[model " + modelId + ", " + ids.length + " tokens, BOS " + options.bos() + ", " + points.size()
                + " points × " + positions.length + " positions, top " + readings.topK() + "]";
    }
}
