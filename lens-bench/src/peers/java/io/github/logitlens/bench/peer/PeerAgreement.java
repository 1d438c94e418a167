package io.github.logitlens.bench.peer;

import io.github.logitlens.LensReading;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.bench.harness.Agreement;
import java.util.List;

/// What a peer's results must have in common with ours: both round, each in an order of its own.
final class PeerAgreement {

    /// Of logits, which come from some 10⁵ roundings in float32.
    private static final double LOGIT = 2e-3;

    /// A peer's lens at the last position.
    ///
    /// @param ids           the top of the vocabulary, `[points][10]`
    /// @param probabilities theirs, `[points][10]`
    /// @param entropy       `[points]`, in nats
    /// @param klToFinal     `[points]`, in nats
    record LastPosition(long[][] ids, float[][] probabilities, float[] entropy, float[] klToFinal) {
    }

    private PeerAgreement() {
    }

    /// @throws IllegalStateException if a logit differs by more than rounding
    static void requireClose(float[] ours, float[] peers) {
        Agreement.requireEqual("vocabulary", ours.length, peers.length);
        for (int id = 0; id < ours.length; id++) {
            if (!(Math.abs(ours[id] - peers[id]) <= LOGIT)) {
                throw new IllegalStateException("logit of id " + id + ": expected " + ours[id] + ", got " + peers[id]);
            }
        }
    }

    /// Compares the lens at every point and the last position.
    ///
    /// @throws IllegalStateException if a reading differs by more than rounding
    static void requireClose(LensResult ours, LastPosition peers) {
        Agreement.requireEqual("points", ours.points().size(), peers.ids().length);
        for (int point = 0; point < ours.points().size(); point++) {
            LensReading reading = ours.reading(ours.points().get(point), -1);
            String what = "point " + point;
            Agreement.requireClose(what + ", entropy", reading.entropy(), peers.entropy()[point], 1e-3);
            Agreement.requireClose(what + ", KL to final", reading.klToFinal(), peers.klToFinal()[point], 1e-3);
            requireClose(what, reading.top(), peers.ids()[point], peers.probabilities()[point]);
        }
    }

    /// Ids may differ only where their logits are as close as rounding brings them.
    private static void requireClose(String what, List<TokenPrediction> ours, long[] ids, float[] probabilities) {
        for (int rank = 0; rank < ours.size(); rank++) {
            TokenPrediction prediction = ours.get(rank);
            double probability = prediction.probability();
            if (!(Math.abs(probabilities[rank] - probability) <= 2 * LOGIT * probability + Float.MIN_NORMAL)) {
                throw new IllegalStateException(what + ", probability of rank " + rank + ": expected " + probability
                        + ", got " + probabilities[rank]);
            }
            boolean alone = (rank == 0 || ours.get(rank - 1).logit() - prediction.logit() > LOGIT)
                    && rank + 1 < ours.size() && prediction.logit() - ours.get(rank + 1).logit() > LOGIT;
            if (alone) {
                Agreement.requireEqual(what + ", id of rank " + rank, (long) prediction.id(), ids[rank]);
            }
        }
    }
}
