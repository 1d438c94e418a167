package io.github.logitlens.internal.vocabulary;

import java.util.Arrays;

/// What [Unembedder#read] reads of residuals besides normaliser, entropy and divergence from the last point. Immutable:
/// each method returns a changed copy.
///
/// ```java
/// VocabularyQuery.points(13).top(10).track(6342).distances()
/// ```
public final class VocabularyQuery {

    final int points;
    final int topK;
    final int bottomK;
    final int[] tracked;
    final int[] next;
    final boolean nextRanks;
    final boolean klFromFinal;
    final int[] previous;
    final boolean distances;
    /// Points of each position, the last ones, whose logits are kept.
    final int keptPoints;

    private VocabularyQuery(int points, int topK, int bottomK, int[] tracked, int[] next, boolean nextRanks,
            boolean klFromFinal, int[] previous, boolean distances, int keptPoints) {
        this.points = points;
        this.topK = topK;
        this.bottomK = bottomK;
        this.tracked = tracked;
        this.next = next;
        this.nextRanks = nextRanks;
        this.klFromFinal = klFromFinal;
        this.previous = previous;
        this.distances = distances;
        this.keptPoints = keptPoints;
    }

    /// The top 1 of residuals that come in groups.
    ///
    /// @param points residuals per position, at least 1; the last one is what the others are compared with
    /// @return the least that can be asked for
    /// @throws IllegalArgumentException if `points` is below 1
    public static VocabularyQuery points(int points) {
        if (points < 1) {
            throw new IllegalArgumentException("points: expected at least 1, got " + points);
        }
        return new VocabularyQuery(points, 1, 0, new int[0], new int[0], false, false, new int[0], false, 0);
    }

    /// How many of the greatest logits are kept.
    ///
    /// @param k at least 1; more than the vocabulary holds means all
    /// @return a changed query
    /// @throws IllegalArgumentException if `k` is below 1
    public VocabularyQuery top(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("top-k: expected at least 1, got " + k);
        }
        return new VocabularyQuery(points, k, bottomK, tracked, next, nextRanks, klFromFinal, previous, distances, keptPoints);
    }

    /// How many of the least logits are kept.
    ///
    /// @param k 0 for none; more than the vocabulary holds means all
    /// @return a changed query
    /// @throws IllegalArgumentException if `k` is below 0
    public VocabularyQuery bottom(int k) {
        if (k < 0) {
            throw new IllegalArgumentException("bottom-k: expected at least 0, got " + k);
        }
        return new VocabularyQuery(points, topK, k, tracked, next, nextRanks, klFromFinal, previous, distances, keptPoints);
    }

    /// Tokens whose logits and ranks are read at every point.
    ///
    /// @param ids token ids; *copied*
    /// @return a changed query
    public VocabularyQuery track(int... ids) {
        return new VocabularyQuery(
                points, topK, bottomK, ids.clone(), next, nextRanks, klFromFinal, previous, distances, keptPoints);
    }

    /// The token that really follows each position, whose logit is read at every point.
    ///
    /// @param ids   one id per position, −1 where none follows; *copied*
    /// @param ranks whether its rank is counted too
    /// @return a changed query
    public VocabularyQuery next(int[] ids, boolean ranks) {
        return new VocabularyQuery(
                points, topK, bottomK, tracked, ids.clone(), ranks, klFromFinal, previous, distances, keptPoints);
    }

    /// Also `KL(point ‖ last point)`, in the same pass.
    ///
    /// @return a changed query
    public VocabularyQuery klFromFinal() {
        return new VocabularyQuery(points, topK, bottomK, tracked, next, nextRanks, true, previous, distances, keptPoints);
    }

    /// Also `KL(point ‖ an earlier point)`, in the same pass.
    ///
    /// @param previous for each point the point it is compared with, −1 for none; *copied*
    /// @return a changed query
    /// @throws IllegalArgumentException if there is not one entry per point, or one is not an earlier point
    public VocabularyQuery change(int... previous) {
        boolean fits = previous.length == points;
        for (int point = 0; fits && point < points; point++) {
            fits = previous[point] >= -1 && previous[point] < point;
        }
        if (!fits) {
            throw new IllegalArgumentException("previous points: expected " + points
                    + ", each below its own index or -1, got " + Arrays.toString(previous));
        }
        return new VocabularyQuery(
                points, topK, bottomK, tracked, next, nextRanks, klFromFinal, previous.clone(), distances, keptPoints);
    }

    /// Also the Jensen–Shannon divergence and the total variation between each point and the last one, in a second pass over
    /// `W_U`, which doubles the work: both need the normalisers first.
    ///
    /// @return a changed query
    public VocabularyQuery distances() {
        return new VocabularyQuery(points, topK, bottomK, tracked, next, nextRanks, klFromFinal, previous, true, keptPoints);
    }

    /// Also all logits of the last points, kept whole: for who samples from them, or learns only then which token follows
    /// ([VocabularyReadings#followedBy]). The one request that takes memory for the vocabulary.
    ///
    /// @param points how many of each position's points, counted from the last
    /// @return a changed query
    /// @throws IllegalArgumentException if there are not so many
    public VocabularyQuery keepLogits(int points) {
        if (points < 0 || points > this.points) {
            throw new IllegalArgumentException("kept points: expected 0 to " + this.points + ", got " + points);
        }
        return new VocabularyQuery(
                this.points, topK, bottomK, tracked, next, nextRanks, klFromFinal, previous, distances, points);
    }

    /// Tokens of each position whose logits are read: the tracked ones, then the next one.
    int[][] targets(int positions) {
        int[][] targets = new int[positions][];
        for (int position = 0; position < positions; position++) {
            targets[position] = Arrays.copyOf(tracked, tracked.length + (next.length > 0 ? 1 : 0));
            if (next.length > 0) {
                targets[position][tracked.length] = next[position];
            }
        }
        return targets;
    }

    int ranked() {
        return tracked.length + (nextRanks ? 1 : 0);
    }

    /// The references of own cross sums: the last point for the divergence from it, then the previous points.
    int[][] references() {
        int[] last = new int[points];
        Arrays.fill(last, points - 1);
        last[points - 1] = -1;
        return klFromFinal && previous.length > 0 ? new int[][] {last, previous}
                : klFromFinal ? new int[][] {last}
                : previous.length > 0 ? new int[][] {previous}
                : new int[0][];
    }
}
