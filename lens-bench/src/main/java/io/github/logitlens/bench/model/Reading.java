package io.github.logitlens.bench.model;

import io.github.logitlens.LensReading;
import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import java.util.Comparator;
import java.util.stream.IntStream;

/// One row of a lens, from wherever it comes.
///
/// @param ids       the top of the vocabulary, descending
/// @param logSumExp `ln Σ exp(logit)`
/// @param entropy   in nats
/// @param klToFinal in nats
public record Reading(int[] ids, double logSumExp, double entropy, double klToFinal) {

    public static Reading of(LensReading reading) {
        int[] ids = reading.top().stream().mapToInt(prediction -> prediction.id()).toArray();
        return new Reading(ids, reading.logSumExp(), reading.entropy(), reading.klToFinal());
    }

    public static Reading of(VocabularyReadings readings, int position, int point) {
        int[] ids = IntStream.range(0, readings.topK()).map(rank -> readings.topId(position, point, rank)).toArray();
        return new Reading(ids, readings.logSumExp(position, point), readings.entropy(position, point),
                readings.klToFinal(position, point));
    }

    /// Reads stored logits the slow way, in double.
    ///
    /// @param logits `[vocabSize]`, *not modified*
    /// @param last   `[vocabSize]`, the final row that `logits` is compared with; *not modified*
    static Reading of(float[] logits, float[] last, int topK) {
        double logSumExp = logSumExp(logits);
        double lastLogSumExp = logSumExp(last);
        double entropy = 0;
        double kl = 0;
        for (int id = 0; id < logits.length; id++) {
            double logP = logits[id] - logSumExp;
            double lastLogP = last[id] - lastLogSumExp;
            entropy -= Math.exp(logP) * logP;
            kl += Math.exp(lastLogP) * (lastLogP - logP);
        }
        int[] ids = IntStream.range(0, logits.length).boxed()
                .sorted(Comparator.comparingDouble(id -> -logits[id]))
                .limit(topK).mapToInt(Integer::intValue).toArray();
        return new Reading(ids, logSumExp, entropy, kl);
    }

    private static double logSumExp(float[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }

    /// Compares with what is expected: equal ids, and statistics within the rounding of float32 sums.
    ///
    /// @throws IllegalStateException if they differ
    public void require(String what, Reading expected) {
        for (int rank = 0; rank < expected.ids.length; rank++) {
            Agreement.requireEqual(what + ", id of rank " + rank, expected.ids[rank], ids[rank]);
        }
        Agreement.requireClose(what + ", log-sum-exp", expected.logSumExp, logSumExp, 1e-5);
        Agreement.requireClose(what + ", entropy", expected.entropy, entropy, 1e-4);
        Agreement.requireClose(what + ", KL to final", expected.klToFinal, klToFinal, 1e-4);
    }
}
