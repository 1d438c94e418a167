package io.github.logitlens;

import java.util.Locale;
import java.util.Objects;

/// What one head attends to in one prompt: its pattern, and four numbers that say what kind of head it looks like. Immutable.
///
/// The first query sees nothing but itself, whatever the head does, so each number is a mean over the queries after it; for a prompt
/// of one token it is NaN. What each says, and where it misleads, stands in `tools/docs/find-the-head.md`.
public final class AttentionHead {

    private final int layer;
    private final int head;
    private final int seqLen;
    private final float[] pattern;
    private final double entropy;
    private final double previous;
    private final double first;
    private final double induction;

    /// @param pattern `[query, key]`, owned from here on
    /// @param ids     the prompt's tokens, *not modified*
    AttentionHead(int layer, int head, float[] pattern, int[] ids) {
        this.layer = layer;
        this.head = head;
        this.pattern = pattern;
        seqLen = ids.length;
        double entropies = 0;
        double toPrevious = 0;
        double toFirst = 0;
        double toFollowers = 0;
        int repeated = 0;
        for (int query = 1; query < seqLen; query++) {
            double followers = 0;
            boolean seen = false;
            for (int key = 0; key <= query; key++) {
                double weight = weight(query, key);
                entropies -= weight > 0 ? weight * StrictMath.log(weight) : 0;
                if (key > 0 && ids[key - 1] == ids[query]) {
                    followers += weight;
                    seen = true;
                }
            }
            toPrevious += weight(query, query - 1);
            toFirst += weight(query, 0);
            toFollowers += followers;
            repeated += seen ? 1 : 0;
        }
        entropy = entropies / (seqLen - 1);
        previous = toPrevious / (seqLen - 1);
        first = toFirst / (seqLen - 1);
        induction = toFollowers / repeated;
    }

    /// The block.
    ///
    /// @return from 0
    public int layer() {
        return layer;
    }

    /// Which head of the block.
    ///
    /// @return from 0
    public int head() {
        return head;
    }

    /// The name for people.
    ///
    /// @return such as `L3H7`
    public String label() {
        return "L" + layer + "H" + head;
    }

    /// How much of a query's attention a key has.
    ///
    /// @param query position that attends, from 0
    /// @param key   position that is attended to, from 0
    /// @return 0 to 1, a query's weights adding up to 1; 0 where the key is after the query
    /// @throws IndexOutOfBoundsException if there is no such position
    public float weight(int query, int key) {
        return pattern[Objects.checkIndex(query, seqLen) * seqLen + Objects.checkIndex(key, seqLen)];
    }

    /// How widely attention is spread: the mean over queries of `−Σ a ln a`.
    ///
    /// @return in nats; 0 where each query looks at one key
    public double entropy() {
        return entropy;
    }

    /// The mean weight of the key just before the query: near 1 for a previous-token head.
    ///
    /// @return 0 to 1
    public double previous() {
        return previous;
    }

    /// The mean weight of the first key, where heads rest that have nothing to say.
    ///
    /// @return 0 to 1
    public double first() {
        return first;
    }

    /// The mean, over queries whose token stood in the prompt before, of the weight on the keys that followed it there: near 1 for
    /// an induction head (Olsson et al., "In-context Learning and Induction Heads", 2022).
    ///
    /// @return 0 to 1; NaN where no token is repeated
    public double induction() {
        return induction;
    }

    /// The label and the four numbers.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: entropy %.2f, previous %.2f, first %.2f, induction %.2f", label(), entropy, previous, first,
                induction);
    }
}
