package io.github.logitlens.tokenizer;

import java.util.Arrays;

/// The merges: which pairs of tokens become one, and in which order of preference.
final class MergeTable {
    static final int RANK_BITS = 24;
    /// The rank of a pair that does not merge: after every other.
    static final int NONE = (1 << RANK_BITS) - 1;
    /// The most merges that ranks can count.
    static final int MAX_SIZE = NONE;

    private static final int ID_BITS = Vocabulary.ID_BITS;
    private static final long FREE = -1;
    private static final byte LEFT = 1;
    private static final byte RIGHT = 2;

    /// Open addressing; left id (20 bits), right id (20 bits) and rank (24 bits) in one `long`.
    private final long[] slots;
    private final int shift;
    /// By id: whether the token is the left or the right of any merge. Most are neither, so most pairs need no search.
    private final byte[] sides;
    /// By rank: the token that the pair becomes.
    private final int[] results;

    private MergeTable(long[] slots, byte[] sides, int[] results) {
        this.slots = slots;
        this.shift = shift(slots);
        this.sides = sides;
        this.results = results;
    }

    int size() {
        return results.length;
    }

    /// The rank of `left` and `right`, lower first, or [#NONE].
    int rank(int left, int right) {
        if ((sides[left] & LEFT) == 0 || (sides[right] & RIGHT) == 0) {
            return NONE;
        }
        long pair = pair(left, right);
        int slot = slot(pair, shift);
        while (true) {
            long entry = slots[slot];
            if (entry >>> RANK_BITS == pair) {
                return (int) entry & NONE;
            }
            if (entry == FREE) {
                return NONE;
            }
            slot = slot + 1 & slots.length - 1;
        }
    }

    /// The token that the pair of `rank` becomes.
    int result(int rank) {
        return results[rank];
    }

    /// Left and right ids by rank, alternating, `[2 * size]`.
    int[] pairs() {
        int[] pairs = new int[2 * results.length];
        for (long entry : slots) {
            if (entry != FREE) {
                int rank = (int) entry & NONE;
                pairs[2 * rank] = (int) (entry >>> RANK_BITS + ID_BITS);
                pairs[2 * rank + 1] = (int) (entry >>> RANK_BITS) & (1 << ID_BITS) - 1;
            }
        }
        return pairs;
    }

    private static long pair(int left, int right) {
        return (long) left << ID_BITS | right;
    }

    private static int slot(long pair, int shift) {
        return (int) (pair * 0x9E3779B97F4A7C15L >>> shift);
    }

    private static int shift(long[] slots) {
        return 64 - Integer.numberOfTrailingZeros(slots.length);
    }

    /// Collects merges in order of rank.
    static final class Builder {
        private long[] slots = free(1 << 17);
        private byte[] sides = new byte[1 << 16];
        private int[] results = new int[1 << 16];
        private int size;

        /// Adds the merge of `left` and `right` into `result`; false if the pair is there already.
        boolean add(int left, int right, int result) {
            long pair = pair(left, right);
            int slot = slot(slots, pair);
            if (slots[slot] != FREE) {
                return false;
            }
            if (size == results.length) {
                results = Arrays.copyOf(results, 2 * size);
            }
            results[size] = result;
            mark(left, LEFT);
            mark(right, RIGHT);
            slots[slot] = pair << RANK_BITS | size;
            size++;
            if (2 * size > slots.length) {
                rehash();
            }
            return true;
        }

        int size() {
            return size;
        }

        /// The finished table for a vocabulary of `vocabSize`.
        MergeTable build(int vocabSize) {
            return new MergeTable(slots, Arrays.copyOf(sides, vocabSize), Arrays.copyOf(results, size));
        }

        private void mark(int id, byte side) {
            if (id >= sides.length) {
                sides = Arrays.copyOf(sides, Math.max(id + 1, 2 * sides.length));
            }
            sides[id] |= side;
        }

        private static int slot(long[] slots, long pair) {
            int slot = MergeTable.slot(pair, shift(slots));
            while (slots[slot] != FREE && slots[slot] >>> RANK_BITS != pair) {
                slot = slot + 1 & slots.length - 1;
            }
            return slot;
        }

        private void rehash() {
            long[] larger = free(2 * slots.length);
            for (long entry : slots) {
                if (entry != FREE) {
                    larger[slot(larger, entry >>> RANK_BITS)] = entry;
                }
            }
            slots = larger;
        }

        private static long[] free(int length) {
            long[] slots = new long[length];
            Arrays.fill(slots, FREE);
            return slots;
        }
    }
}
