package io.github.logitlens.internal.kernel;

/// The `k` greatest logits of each row so far, descending, equal ones by ascending id. NaN and `−∞` never enter.
///
/// For the least logits, enter them with their signs changed. Owned by one thread at a time.
public final class RankedLogits {

    final int k;
    final float[] logits;
    final int[] ids;
    final int[] count;
    private final float[] limits;

    /// @param limits `[rows]`, what a logit of a row has to exceed before there are k of them; owned from here on
    RankedLogits(int rows, int k, float[] limits) {
        this.k = k;
        this.limits = limits;
        logits = new float[rows * k];
        ids = new int[rows * k];
        count = new int[rows];
    }

    /// The k-th greatest logit so far of a row: a later logit enters only if it is greater.
    float threshold(int row) {
        return count[row] < k ? limits[row] : logits[row * k + k - 1];
    }

    /// Raises limits to what a logit elsewhere has to exceed, not to be less than k logits here.
    ///
    /// @param others `[rows]`, *written*
    public void raise(float[] others) {
        for (int row = 0; row < others.length; row++) {
            if (k > 0 && count[row] == k) {
                others[row] = Math.max(others[row], Math.nextDown(logits[row * k + k - 1]));
            }
        }
    }

    /// Enters a logit greater than [#threshold], after equal ones.
    void enter(int row, float logit, int id) {
        int first = row * k;
        int at = first + Math.min(count[row], k - 1);
        while (at > first && logits[at - 1] < logit) {
            logits[at] = logits[at - 1];
            ids[at] = ids[at - 1];
            at--;
        }
        logits[at] = logit;
        ids[at] = id;
        if (count[row] < k) {
            count[row]++;
        }
    }

    /// How many each row keeps at the most.
    public int k() {
        return k;
    }

    /// How many a row has: fewer than k where fewer comparable logits above its limit have been seen.
    public int count(int row) {
        return count[row];
    }

    /// The id of a row's `rank`-th greatest logit, from 0.
    public int id(int row, int rank) {
        return ids[row * k + rank];
    }

    /// A row's `rank`-th greatest logit, from 0.
    public float logit(int row, int rank) {
        return logits[row * k + rank];
    }
}
