package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.hook.ActivationCache;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The float64 oracle's numbers, within budgets that are multiples of what rounding does.
///
/// A value at the end of chains of n float32 operations is off by about `√n · u · scale`, `u = 2⁻²⁴`, where `scale` is
/// the magnitude of what was summed; n counts the chains before it. Each budget is that times a factor that leaves two to
/// three times the worst measured over all fixtures, so that a dropped product, a wrong epsilon or a float16 step stands
/// out. `ProductErrorTest` holds single products to the bound that is always valid.
class GoldenTest {

    private static final double U = 0x1p-24;
    private static final double RESIDUAL = 4;
    private static final double LOGIT = 2;
    private static final double STATISTIC = 1;
    private static final double ACTIVATION = 2;
    private static final int TOP = 10;
    private static final int BOTTOM = 5;

    static Stream<String> tiny() {
        return Golden.TINY.stream();
    }

    static Stream<String> demo() {
        return Golden.DEMO.stream();
    }

    @ParameterizedTest
    @MethodSource("tiny")
    void aTinyModelMatches(String name) {
        Golden golden = Golden.read(name);
        requireSameWeights(golden, Checkpoint.open(Golden.folder(name)), name);
        try (LogitLens lens = LogitLens.open(Golden.folder(name))) {
            new Comparison(golden, lens).check(true);
        }
    }

    @ParameterizedTest
    @MethodSource("demo")
    void theBundledModelMatches(String name) {
        Golden golden = Golden.read(name);
        requireSameWeights(golden, Checkpoint.demo(), "demo");
        try (LogitLens lens = LogitLens.open("demo")) {
            assertArrayEquals(golden.ids(), lens.tokenizer().encode(golden.prompt()), "tokens of \"" + golden.prompt() + "\"");
            new Comparison(golden, lens).check(false);
        }
    }

    private static void requireSameWeights(Golden golden, Checkpoint checkpoint, String fixture) {
        try (checkpoint) {
            assertEquals(golden.modelSha256(), checkpoint.sha256(), "golden '" + golden + "' was made from other weights than"
                    + " model '" + checkpoint.id() + "' has; regenerate it:"
                    + " python3 tools/python/oracle/make_goldens.py --only " + fixture);
        }
    }

    /// The greatest error of each kind, in parts of its budget.
    private static final class Worst {

        private record Error(double size, double part) {
        }

        private final Map<String, Error> errors = new LinkedHashMap<>();

        void near(String what, double expected, double actual, double budget, String where) {
            double error = expected == actual ? 0 : Math.abs(expected - actual);
            assertTrue(error <= budget,
                    () -> what + " " + where + ": expected " + expected + " ± " + budget + ", got " + actual);
            Error seen = new Error(error, error == 0 ? 0 : error / budget);
            errors.merge(what, seen, (one, other) -> one.part >= other.part ? one : other);
        }

        @Override
        public String toString() {
            return errors.entrySet().stream()
                    .map(e -> String.format(Locale.ROOT, "%s %.2g (%.2f)", e.getKey(), e.getValue().size, e.getValue().part))
                    .collect(Collectors.joining(", "));
        }
    }

    private static final class Comparison {

        private final Golden golden;
        private final Gpt2Config config;
        private final LogitLens lens;
        private final int[] ids;
        private final Worst worst = new Worst();
        private final ActivationCache cache;
        private final LensResult result;
        /// Without the points between attention and MLP.
        private final LensResult layers;

        Comparison(Golden golden, LogitLens lens) {
            this.golden = golden;
            this.lens = lens;
            ids = golden.ids();
            config = lens.model().config();
            cache = ActivationCache.of(points());
            LensOptions options = LensOptions.defaults().topK(TOP).bottomK(BOTTOM).metrics(LensMetric.values());
            result = lens.run(ids, options.points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST), cache.hooks());
            layers = lens.run(ids, options, Hooks.none());
        }

        private List<HookPoint> points() {
            List<HookPoint> points = new ArrayList<>();
            activations().map(HookPoint::parse).forEach(points::add);
            points.add(HookSite.RESID_PRE.at(0));
            for (int layer = 0; layer < config.nLayers(); layer++) {
                points.add(HookSite.RESID_MID.at(layer));
                points.add(HookSite.RESID_POST.at(layer));
            }
            return points;
        }

        void check(boolean whole) {
            for (int row = 0; row <= config.nLayers(); row++) {
                LensPoint point = row == 0 ? result.embedding() : result.layer(row - 1);
                rows("", row, point, whole);
                text(row, point);
            }
            for (int layer = 0; whole && layer < config.nLayers(); layer++) {
                rows("mid_", layer, result.point(HookSite.RESID_MID.at(layer).toString()), true);
            }
            activations().forEach(this::activation);
            System.out.println("GoldenTest " + golden + ", worst errors and their parts of the budgets: " + worst);
        }

        private Stream<String> activations() {
            return golden.tensorNames().stream().filter(name -> name.contains("hook_")).sorted();
        }

        /// Operations in the chains before a residual: products over dModel, dHead, keys, dModel, then dModel, dMlp.
        private double chain(LensPoint point) {
            int d = config.dModel();
            int attention = 2 * d + config.dHead() + ids.length;
            int block = attention + d + config.dMlp();
            int layer = point.hook().layer();
            return 1 + switch (point.hook().site()) {
                case RESID_PRE -> layer * block;
                case RESID_MID -> layer * block + attention;
                case RESID_POST -> (layer + 1) * block;
                default -> throw new AssertionError(point);
            };
        }

        private double residualScale(String prefix, int row, int position) {
            double scale = golden.magnitude(prefix + "resid_max", row, position);
            for (int earlier = 0; earlier <= row; earlier++) {
                for (int seen = 0; seen <= position; seen++) {
                    scale = Math.max(scale, golden.magnitude("resid_max", earlier, seen));
                }
            }
            return scale;
        }

        private double logitBudget(String prefix, int row, int position, LensPoint point) {
            double scale = golden.magnitude(prefix + "logit_scale", row, position);
            return LOGIT * Math.sqrt(chain(point) + config.dModel()) * U * scale;
        }

        private void rows(String prefix, int row, LensPoint point, boolean whole) {
            int d = config.dModel();
            float[] residuals = cache.get(point.hook()).toArray();
            for (int position = 0; position < ids.length; position++) {
                String where = "at " + point + ", position " + position;
                double budget = RESIDUAL * Math.sqrt(chain(point)) * U * residualScale(prefix, row, position);
                if (whole || prefix.isEmpty()) {
                    double[] expected = golden.tensor(prefix.isEmpty() ? "resid" : "resid_mid");
                    for (int i = 0; i < d; i++) {
                        worst.near("residual", expected[(row * ids.length + position) * d + i], residuals[position * d + i],
                                budget, where + ", dimension " + i);
                    }
                }
                float[] residual = Arrays.copyOfRange(residuals, position * d, (position + 1) * d);
                double logitBudget = logitBudget(prefix, row, position, point);
                if (whole) {
                    double[] expected = golden.tensor(prefix + "logits");
                    float[] logits = lens.model().unembedding().logits(residual);
                    for (int id = 0; id < logits.length; id++) {
                        worst.near("logit", expected[(row * ids.length + position) * logits.length + id], logits[id],
                                logitBudget, where + ", id " + id);
                    }
                }
                statistics(prefix, row, position, point, logitBudget, where);
                distances(prefix, row, position, point, logitBudget, where);
                top(prefix, row, position, point, residual, logitBudget, where);
                if (prefix.isEmpty()) {
                    bottom(row, position, point, residual, logitBudget, where);
                    geometry(row, position, point, budget, where);
                    change(row, position, logitBudget, where);
                    next(row, position, point, residual, logitBudget, where);
                }
            }
        }

        /// Logits that are off by `b` move logZ by at most b and, to first order, the entropy by `b · Σ p |ln p + H|`, at
        /// most 2Hb. The divergence is a difference of two means over logits that lie `apart`, and rounds with those.
        private void statistics(String prefix, int row, int position, LensPoint point, double logitBudget, String where) {
            LensReading reading = result.reading(point, position);
            int at = row * ids.length + position;
            double logZ = golden.tensor(prefix + "logsumexp")[at];
            double entropy = golden.tensor(prefix + "entropy")[at];
            double kl = golden.tensor(prefix + "kl_to_final")[at];
            double sums = rounding();
            worst.near("logsumexp", logZ, reading.logSumExp(), logitBudget + sums, where);
            worst.near("entropy", entropy, reading.entropy(), 2 * entropy * logitBudget + sums * (1 + entropy), where);
            LensPoint last = result.finalPoint();
            double finalBudget = logitBudget("", config.nLayers(), position, last);
            double apart = kl + Math.abs(logZ - golden.tensor("logsumexp")[config.nLayers() * ids.length + position]);
            worst.near("KL", kl, reading.klToFinal(), logitBudget + finalBudget + sums * (1 + apart), where);
            if (point.equals(last)) {
                assertEquals(0.0, reading.klToFinal(), "KL of the last point to itself");
            }
        }

        private double rounding() {
            return STATISTIC * Math.sqrt(config.vocabSize()) * U;
        }

        private double finalBudget(int position) {
            return logitBudget("", config.nLayers(), position, result.finalPoint());
        }

        /// Logits that are off by `b` move `KL(p‖q)` by at most `b · Σ p |ln(p/q) − KL|`, which is below `b (2 KL + 2/e)`, and q's
        /// by twice their own budget. The root of the Jensen-Shannon divergence moves by at most √2/4 of both budgets, since
        /// `Σ m (1+t) ln²(1+t) ≤ 2 JSD`; the total variation by half of both.
        private void distances(
                String prefix, int row, int position, LensPoint point, double logitBudget, String where) {
            int at = row * ids.length + position;
            double finalBudget = finalBudget(position);
            double logZ = golden.tensor(prefix + "logsumexp")[at];
            double finalLogZ = golden.tensor("logsumexp")[config.nLayers() * ids.length + position];
            double kl = golden.tensor(prefix + "kl_from_final")[at];
            worst.near("KL from final", kl, result.value(LensMetric.KL_FROM_FINAL, point, position),
                    logitBudget * (2 * kl + 2 / Math.E) + 2 * finalBudget + rounding() * (1 + kl + Math.abs(logZ - finalLogZ)),
                    where);
            double jsd = golden.tensor(prefix + "jsd")[at];
            double tv = golden.tensor(prefix + "tv")[at];
            double both = logitBudget + finalBudget;
            worst.near("JSD", jsd, result.value(LensMetric.JSD, point, position),
                    Math.sqrt(jsd / 2) * both + both * both / 8 + rounding() * (jsd + tv), where);
            worst.near("TV", tv, result.value(LensMetric.TOTAL_VARIATION, point, position), both / 2 + rounding() * tv, where);
            if (point.equals(result.finalPoint())) {
                for (LensMetric metric : List.of(LensMetric.KL_TO_FINAL, LensMetric.KL_FROM_FINAL, LensMetric.JSD,
                        LensMetric.TOTAL_VARIATION)) {
                    assertEquals(0.0, result.value(metric, point, position), metric + " of the last point to itself");
                }
            }
        }

        private void change(int row, int position, double logitBudget, String where) {
            LensPoint point = row == 0 ? layers.embedding() : layers.layer(row - 1);
            double change = layers.value(LensMetric.CHANGE, point, position);
            if (row == 0) {
                assertEquals(Double.NaN, change, "the first point has none before it");
                return;
            }
            double[] logZ = golden.tensor("logsumexp");
            double expected = golden.tensor("change")[(row - 1) * ids.length + position];
            LensPoint before = row == 1 ? layers.embedding() : layers.layer(row - 2);
            double apart = Math.abs(logZ[row * ids.length + position] - logZ[(row - 1) * ids.length + position]);
            worst.near("change", expected, change, logitBudget * (2 * expected + 2 / Math.E)
                    + 2 * logitBudget("", row - 1, position, before) + rounding() * (1 + expected + apart), where);
        }

        /// A vector whose elements are off by e is off by at most `√d e`, in length and, over its length, in direction.
        private void geometry(int row, int position, LensPoint point, double residualBudget, String where) {
            int at = row * ids.length + position;
            int last = config.nLayers() * ids.length + position;
            double norm = golden.tensor("resid_norm")[at];
            double root = Math.sqrt(config.dModel());
            double finalBudget = RESIDUAL * Math.sqrt(chain(result.finalPoint())) * U
                    * residualScale("", config.nLayers(), position);
            worst.near("norm", norm, result.value(LensMetric.RESIDUAL_NORM, point, position), root * residualBudget, where);
            worst.near("cosine", golden.tensor("cos_to_final")[at], result.value(LensMetric.COSINE_TO_FINAL, point, position),
                    root * (residualBudget / norm + finalBudget / golden.tensor("resid_norm")[last]), where);
            if (point.equals(result.finalPoint())) {
                assertEquals(1.0, result.value(LensMetric.COSINE_TO_FINAL, point, position), "cosine with itself");
            }
        }

        /// The token's logit and the normaliser are each off by a budget. Its rank is one that logits within two budgets allow.
        private void next(int row, int position, LensPoint point, float[] residual, double logitBudget, String where) {
            LensMetric[] metrics = {LensMetric.SURPRISAL, LensMetric.SURPRISAL_BITS, LensMetric.NEXT_PROBABILITY,
                LensMetric.NEXT_RANK};
            if (position == ids.length - 1) {
                for (LensMetric metric : metrics) {
                    assertEquals(Double.NaN, result.value(metric, point, position), "nothing follows the last position");
                }
                return;
            }
            double expected = golden.tensor("next_surprisal")[row * (ids.length - 1) + position];
            double budget = 2 * logitBudget + rounding();
            worst.near("surprisal", expected, result.value(metrics[0], point, position), budget, where);
            worst.near("bits", expected / Math.log(2), result.value(metrics[1], point, position), budget / Math.log(2), where);
            double probability = Math.exp(-expected);
            worst.near("next probability", probability, result.value(metrics[2], point, position),
                    probability * Math.expm1(budget), where);
            float[] logits = lens.model().unembedding().logits(residual);
            int highest = 1;
            int lowest = 0;
            for (float logit : logits) {
                highest += logit > logits[ids[position + 1]] + 2 * logitBudget ? 1 : 0;
                lowest += logit >= logits[ids[position + 1]] - 2 * logitBudget ? 1 : 0;
            }
            int rank = (int) result.value(metrics[3], point, position);
            int oracle = golden.nextRank(row, position);
            String range = where + ": ranks " + rank + " and the oracle's " + oracle + " in " + highest + " to " + lowest;
            assertTrue(highest <= rank && rank <= lowest && highest <= oracle && oracle <= lowest, range);
            assertTrue(rank == oracle || highest < lowest, range);
        }

        private void bottom(
                int row, int position, LensPoint point, float[] residual, double logitBudget, String where) {
            List<TokenPrediction> bottom = result.bottom(point, position);
            assertEquals(BOTTOM, bottom.size(), "size of the bottom");
            int[] expectedIds = golden.bottomIds(row, position);
            double[] logits = golden.tensor("bottom_logits");
            double logZ = golden.tensor("logsumexp")[row * ids.length + position];
            for (int rank = 0; rank < BOTTOM; rank++) {
                TokenPrediction prediction = bottom.get(rank);
                double logit = logits[(row * ids.length + position) * BOTTOM + rank];
                worst.near("bottom logit", logit, prediction.logit(), logitBudget, where + ", rank " + rank);
                worst.near("log probability", logit - logZ, prediction.logProbability(), 2 * logitBudget + rounding(),
                        where + ", rank " + rank);
                if (prediction.id() != expectedIds[rank]) {
                    double gap = Math.abs(lens.model().unembedding().logits(residual)[expectedIds[rank]] - prediction.logit());
                    assertTrue(gap <= 2 * logitBudget, () -> where + ": another id in the bottom, " + gap + " away");
                }
            }
        }

        /// A mean is off by no more than the mean of the budgets.
        private void text(int row, LensPoint point) {
            int count = ids.length - 1;
            double loss = 0;
            double budget = 0;
            for (int position = 0; position < count; position++) {
                loss += golden.tensor("next_surprisal")[row * count + position] / count;
                budget += (2 * logitBudget("", row, position, point) + rounding()) / count;
            }
            worst.near("loss", loss, result.loss(point), budget, "at " + point);
            worst.near("perplexity", Math.exp(loss), result.perplexity(point), Math.exp(loss) * Math.expm1(budget), "at " + point);
        }

        /// The r-th greatest logits differ by no more than the logits do; ids may differ only where the oracle's own
        /// neighbours are closer than two budgets.
        private void top(
                String prefix, int row, int position, LensPoint point, float[] residual, double logitBudget, String where) {
            List<TokenPrediction> top = result.top(point, position);
            int[] ids = golden.topIds(prefix, row, position);
            int at = (row * this.ids.length + position) * TOP;
            double[] topLogits = golden.tensor(prefix + "top_logits");
            worst.near("margin", topLogits[at] - topLogits[at + 1], result.value(LensMetric.MARGIN, point, position),
                    2 * logitBudget, where);
            for (int rank = 0; rank < TOP; rank++) {
                TokenPrediction prediction = top.get(rank);
                worst.near("top logit", topLogits[at + rank], prediction.logit(), logitBudget, where + ", rank " + rank);
                double probability = golden.tensor(prefix + "top_probs")[at + rank];
                double relative = 2 * logitBudget + STATISTIC * Math.sqrt(config.vocabSize()) * U;
                worst.near("log probability", Math.log(probability), prediction.logProbability(), relative,
                        where + ", rank " + rank);
                worst.near("probability", probability, prediction.probability(), probability * relative,
                        where + ", rank " + rank);
                if (prediction.id() != ids[rank]) {
                    String what = where + ", rank " + rank + ": expected id " + ids[rank] + ", got " + prediction.id();
                    double gap = Math.abs(lens.model().unembedding().logits(residual)[ids[rank]] - prediction.logit());
                    assertTrue(gap <= 2 * logitBudget, () -> what + ", whose logits differ by " + gap);
                }
            }
        }

        private void activation(String name) {
            double[] expected = golden.tensor(name);
            double scale = 0;
            for (double value : expected) {
                scale = Double.isInfinite(value) ? scale : Math.max(scale, Math.abs(value));
            }
            HookPoint point = HookPoint.parse(name);
            int layer = point.site() == HookSite.LN_FINAL_SCALE ? config.nLayers() - 1 : point.layer();
            double chain = 1 + (layer + 1.0) * (3 * config.dModel() + config.dHead() + ids.length + config.dMlp());
            double budget = ACTIVATION * Math.sqrt(chain) * U * scale;
            float[] actual = cache.get(point).toArray();
            assertEquals(expected.length, actual.length, "values of " + name);
            for (int i = 0; i < expected.length; i++) {
                worst.near("activation", expected[i], actual[i], budget, name + ", index " + i);
            }
        }
    }
}
