package io.github.logitlens;

import io.github.logitlens.internal.vocabulary.VocabularyQuery;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.model.Gpt2Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Compares two results.
///
/// Of one model, each pair of rows goes through a pass over `W_U` as two points of one position, the first result's being the one that
/// the other is compared with: the pass has what a lens needs of a layer and the last one, and that is what is asked here. Of two
/// models, logits of both are made for a few rows at a time. Rows with the same bits take part in neither.
final class Comparer {

    /// Pairs of rows that are read together.
    private static final int PAIRS_AT_ONCE = 512;
    /// The same of two models, whose logits are made: 8 MB for GPT-2's vocabulary.
    private static final int LOGITS_AT_ONCE = 20;

    private final LensResult before;
    private final LensResult after;
    private final Alignment alignment;
    private final KeptResiduals one;
    private final KeptResiduals other;
    private final boolean sameModel;
    private final List<LensPoint> points = new ArrayList<>();
    private final List<LensPoint> counterparts = new ArrayList<>();
    private final List<LensComparison.Pair> pairs;

    Comparer(LensResult before, LensResult after, Alignment alignment) {
        this.before = before;
        this.after = after;
        this.alignment = alignment;
        one = before.kept();
        other = after.kept();
        sameModel = one.reader().model() == other.reader().model();
        checkVocabulary();
        pairs = pairs();
        for (LensPoint point : before.points()) {
            counterpart(point);
        }
        if (points.isEmpty()) {
            throw new IllegalArgumentException("comparison: expected points in common, got " + names(before) + " and " + names(after));
        }
    }

    private static List<String> names(LensResult result) {
        return result.points().stream().map(LensPoint::name).toList();
    }

    private void checkVocabulary() {
        if (sameModel) {
            return;
        }
        int size = before.config().vocabSize();
        if (size != after.config().vocabSize()) {
            throw new IllegalArgumentException("comparison: expected models with one vocabulary, got " + size + " tokens ('"
                    + before.modelId() + "') and " + after.config().vocabSize() + " ('" + after.modelId() + "')");
        }
        if (!before.provenance().tokenizerSha256().equals(after.provenance().tokenizerSha256())) {
            throw new IllegalArgumentException("comparison: expected models with one vocabulary, got those of '" + before.modelId()
                    + "' and '" + after.modelId() + "', whose tokenizers have the hashes " + before.provenance().tokenizerSha256() + " and "
                    + after.provenance().tokenizerSha256());
        }
    }

    private List<LensComparison.Pair> pairs() {
        List<LensComparison.Pair> found = alignment.pairs(before.ids(), after.ids()).stream()
                .filter(pair -> before.positions().contains(pair.before()) && after.positions().contains(pair.after())).toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("comparison: expected positions that belong together (" + alignment.key() + "), got "
                    + before.positions() + " and " + after.positions());
        }
        return found;
    }

    private void counterpart(LensPoint point) {
        boolean last = point.equals(before.points().getLast()) && !before.stopped() && !after.stopped();
        LensPoint found = last ? after.points().getLast()
                : after.points().stream().filter(each -> each.equals(point)).findFirst().orElse(null);
        if (found != null) {
            points.add(point);
            counterparts.add(found);
        }
    }

    LensComparison compare() {
        return one.reader().model().whileOpen(() -> other.reader().model().whileOpen(() -> {
            boolean[] reachable = reachable();
            return new LensComparison(before, after, alignment, pairs, points, counterparts, reachable, distances());
        }));
    }

    /// Where the two may differ; everywhere else their residuals are found to have the same bits, which other lenses read otherwise.
    private boolean[] reachable() {
        boolean[] reachable = new boolean[pairs.size() * points.size()];
        Arrays.fill(reachable, true);
        if (!sameModel) {
            return reachable;
        }
        int[] ids = before.ids();
        int[] others = after.ids();
        CausalCone cone = new CausalCone(before.config(), Math.max(ids.length, others.length), List.of(one.hooks(), other.hooks()),
                position -> position >= ids.length || position >= others.length || ids[position] != others[position]);
        for (int pair = 0; pair < pairs.size(); pair++) {
            int position = pairs.get(pair).before();
            for (int i = 0; position == pairs.get(pair).after() && i < points.size(); i++) {
                if (!cone.reaches(points.get(i).hook(), position)) {
                    reachable[pair * points.size() + i] = !readAlike();
                    requireSame(pair, i);
                }
            }
        }
        return reachable;
    }

    private boolean readAlike() {
        return before.options().readout().equals(after.options().readout())
                && before.options().layerNorm() == after.options().layerNorm();
    }

    private void requireSame(int pair, int point) {
        int dModel = before.config().dModel();
        int a = offset(before, pairs.get(pair).before(), points.get(point));
        int b = offset(after, pairs.get(pair).after(), counterparts.get(point));
        for (int i = 0; i < dModel; i++) {
            float expected = one.rows()[a + i];
            float got = other.rows()[b + i];
            if (Float.floatToIntBits(expected) != Float.floatToIntBits(got)) {
                throw new AssertionError("comparison at " + points.get(point).name() + ", position " + pairs.get(pair).before()
                        + ", dimension " + i + ": expected the bits of both runs to be the same where no change reaches, got " + expected
                        + " and " + got + "; this is an error of the library");
            }
        }
    }

    /// Where a row begins among a result's kept ones.
    private static int offset(LensResult result, int position, LensPoint point) {
        int place = result.positions().indexOf(position) * result.points().size() + result.points().indexOf(point);
        return place * result.config().dModel();
    }

    private LensComparison.Distances distances() {
        float[] ones = one.reader().projected(one.rows());
        float[] others = other.reader().projected(other.rows());
        LensComparison.Distances distances = new LensComparison.Distances(pairs.size() * points.size());
        boolean oneSpace = sameModel
                && before.options().layerNorm() == LayerNormMode.RECOMPUTED == (after.options().layerNorm() == LayerNormMode.RECOMPUTED);
        int[] differing = IntStream.range(0, distances.kl().length)
                .filter(at -> !oneSpace || !sameBits(ones, offset(at, true), others, offset(at, false))).toArray();
        int atOnce = oneSpace ? PAIRS_AT_ONCE : LOGITS_AT_ONCE;
        for (int from = 0; from < differing.length; from += atOnce) {
            int[] some = Arrays.copyOfRange(differing, from, Math.min(from + atOnce, differing.length));
            if (oneSpace) {
                inOnePass(ones, others, some, distances);
            } else {
                byLogits(ones, others, some, distances);
            }
        }
        return distances;
    }

    private int offset(int at, boolean first) {
        LensComparison.Pair pair = pairs.get(at / points.size());
        int point = at % points.size();
        return first ? offset(before, pair.before(), points.get(point)) : offset(after, pair.after(), counterparts.get(point));
    }

    private boolean sameBits(float[] ones, int a, float[] others, int b) {
        int dModel = before.config().dModel();
        for (int i = 0; i < dModel; i++) {
            if (Float.floatToIntBits(ones[a + i]) != Float.floatToIntBits(others[b + i])) {
                return false;
            }
        }
        return true;
    }

    private void inOnePass(float[] ones, float[] others, int[] places, LensComparison.Distances distances) {
        int dModel = before.config().dModel();
        float[] rows = new float[places.length * 2 * dModel];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(others, offset(places[i], false), rows, 2 * i * dModel, dModel);
            System.arraycopy(ones, offset(places[i], true), rows, (2 * i + 1) * dModel, dModel);
        }
        VocabularyReadings readings = one.reader().unembedder().read(rows, VocabularyQuery.points(2).distances());
        for (int i = 0; i < places.length; i++) {
            distances.kl()[places[i]] = readings.klToFinal(i, 0);
            distances.jsd()[places[i]] = readings.jensenShannon(i, 0);
            distances.totalVariation()[places[i]] = readings.totalVariation(i, 0);
        }
    }

    private void byLogits(float[] ones, float[] others, int[] places, LensComparison.Distances distances) {
        float[] a = logits(one, ones, places, true);
        float[] b = logits(other, others, places, false);
        int vocabSize = before.config().vocabSize();
        one.reader().unembedder().engine().workers().run(places.length, i -> {
            double[] logP = logProbabilities(a, i * vocabSize, vocabSize);
            double[] logQ = logProbabilities(b, i * vocabSize, vocabSize);
            double kl = 0;
            double jsd = 0;
            double variation = 0;
            for (int token = 0; token < vocabSize; token++) {
                double p = StrictMath.exp(logP[token]);
                double q = StrictMath.exp(logQ[token]);
                double logMean = StrictMath.log((p + q) / 2);
                kl += p == 0 ? 0 : p * (logP[token] - logQ[token]);
                jsd += (p == 0 ? 0 : p * (logP[token] - logMean)) + (q == 0 ? 0 : q * (logQ[token] - logMean));
                variation += Math.abs(p - q);
            }
            distances.kl()[places[i]] = kl;
            distances.jsd()[places[i]] = jsd / 2;
            distances.totalVariation()[places[i]] = variation / 2;
        });
    }

    private float[] logits(KeptResiduals kept, float[] projected, int[] places, boolean first) {
        Gpt2Model model = kept.reader().model();
        int dModel = model.config().dModel();
        float[] rows = new float[places.length * dModel];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(projected, offset(places[i], first), rows, i * dModel, dModel);
        }
        return kept.reader().unembedder().logits(rows);
    }

    private static double[] logProbabilities(float[] logits, int from, int count) {
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            most = Math.max(most, logits[from + i]);
        }
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += StrictMath.exp(logits[from + i] - most);
        }
        double logSum = most + StrictMath.log(sum);
        double[] logProbabilities = new double[count];
        for (int i = 0; i < count; i++) {
            logProbabilities[i] = logits[from + i] - logSum;
        }
        return logProbabilities;
    }
}
