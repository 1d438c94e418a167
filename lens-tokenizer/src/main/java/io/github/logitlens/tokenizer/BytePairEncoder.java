package io.github.logitlens.tokenizer;

import java.util.Arrays;

/// Merges a pre-token's bytes into tokens: again and again the pair of lowest rank, the leftmost where there are several.
///
/// Short pre-tokens are scanned; long ones go through a linked list and a heap, so that time stays
/// O(length · log length) whatever the text.
final class BytePairEncoder {
    /// Up to this length a scan of all ranks is faster than a heap.
    private static final int SCAN = 96;

    /// Told about each merge, in order.
    interface Listener {
        /// `left` and `right`, `left` beginning at byte `offset` of the pre-token, became `result`.
        void merged(int rank, int offset, int left, int right, int result);
    }

    private static final byte WHOLE = 1;

    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LOW_BITS = 0x0101010101010101L;

    private final Vocabulary vocabulary;
    private final MergeTable merges;
    /// By byte: its token.
    private final int[] byteTokens = new int[256];
    /// By id: whether the merges make this token of its own bytes; 0 while nobody has asked. Threads may find it out twice.
    private final byte[] wholes;
    private final WordCache words = new WordCache();

    BytePairEncoder(Vocabulary vocabulary, MergeTable merges) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.wholes = new byte[vocabulary.size()];
        for (int b = 0; b < 256; b++) {
            byteTokens[b] = vocabulary.findShort(b, 1);
        }
    }

    /// Appends the tokens of all of `text` to `out`.
    void encode(Utf8Text text, IntSink out) {
        int at = 0;
        while (at < text.length()) {
            long eight = text.eight(at);
            int count = shortWord(eight);
            if (count > 0) {
                long key = eight & Utf8Text.mask(count);
                encodeWord(key, vocabulary.findShort(key, count), text, at, at + count, out);
                at += count;
            } else {
                int end = PreTokenizer.next(text.bytes(), at, text.length());
                long key = text.key(at, end);
                encodeWord(key, vocabulary.find(key, text, at, end), text, at, end, out);
                at = end;
            }
        }
    }

    /// The length of the pre-token at the start of `eight` bytes if it is ASCII letters, with or without a space in front,
    /// and ends among them; else 0, which says nothing.
    private static int shortWord(long eight) {
        boolean hasSpace = (byte) eight == ' ';
        long lower = eight & ~HIGH_BITS | LOW_BITS * 0x20;
        // The high bit of each byte: at least 'a', and not more than 'z', and no high bit of its own.
        long letters = lower + LOW_BITS * (0x80 - 'a') & ~(lower + LOW_BITS * (0x7F - 'z')) & ~eight & HIGH_BITS;
        long others = ~letters & (hasSpace ? HIGH_BITS & ~0xFFL : HIGH_BITS);
        int count = Long.numberOfTrailingZeros(others) >>> 3;
        boolean endsHere = others != 0 && (eight >>> 8 * count & 0x80) == 0;
        return endsHere && count > (hasSpace ? 1 : 0) ? count : 0;
    }

    /// Appends the tokens of the pre-token `text[from, to)`, whose key is `key` and which is the token `id`, or none (-1).
    private void encodeWord(long key, int id, Utf8Text text, int from, int to, IntSink out) {
        if (id >= 0 && wholes[id] == WHOLE) {
            out.add(id);
        } else if (!words.find(key, text, from, to, out)) {
            int before = out.size();
            merge(text.bytes(), from, to, out);
            boolean isWhole = id >= 0 && out.size() == before + 1 && out.get(before) == id;
            if (isWhole) {
                wholes[id] = WHOLE;
            } else {
                words.put(key, text, from, to, out.toArray(before));
            }
        }
    }

    /// Appends the tokens of the pre-token `text[from, to)` to `out`.
    private void merge(byte[] text, int from, int to, IntSink out) {
        if (to - from <= SCAN) {
            scan(text, from, to, out);
        } else {
            merge(text, from, to, out, (rank, offset, left, right, result) -> { });
        }
    }

    private void scan(byte[] text, int from, int to, IntSink out) {
        int size = to - from;
        int[] ids = new int[size];
        int[] ranks = new int[size];
        for (int i = 0; i < size; i++) {
            ids[i] = byteTokens[text[from + i] & 0xFF];
        }
        for (int i = 0; i + 1 < size; i++) {
            ranks[i] = merges.rank(ids[i], ids[i + 1]);
        }
        while (size > 1) {
            int best = 0;
            for (int i = 1; i < size - 1; i++) {
                if (ranks[i] < ranks[best]) {
                    best = i;
                }
            }
            if (ranks[best] == MergeTable.NONE) {
                break;
            }
            ids[best] = merges.result(ranks[best]);
            size--;
            System.arraycopy(ids, best + 2, ids, best + 1, size - best - 1);
            System.arraycopy(ranks, best + 1, ranks, best, size - best);
            if (best > 0) {
                ranks[best - 1] = merges.rank(ids[best - 1], ids[best]);
            }
            if (best + 1 < size) {
                ranks[best] = merges.rank(ids[best], ids[best + 1]);
            }
        }
        for (int i = 0; i < size; i++) {
            out.add(ids[i]);
        }
    }

    /// Appends the tokens of the pre-token `text[from, to)` to `out`, telling `listener` of each merge.
    void merge(byte[] text, int from, int to, IntSink out, Listener listener) {
        int size = to - from;
        int[] ids = new int[size];
        int[] next = new int[size];
        int[] previous = new int[size];
        for (int i = 0; i < size; i++) {
            ids[i] = byteTokens[text[from + i] & 0xFF];
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        PairHeap heap = new PairHeap(size);
        for (int i = 0; i + 1 < size; i++) {
            int rank = merges.rank(ids[i], ids[i + 1]);
            if (rank != MergeTable.NONE) {
                heap.add(rank, i);
            }
        }
        while (!heap.isEmpty()) {
            long top = heap.remove();
            int rank = (int) (top >>> 32);
            int left = (int) top;
            int right = next[left];
            if (right >= size || ids[left] < 0 || merges.rank(ids[left], ids[right]) != rank) {
                continue;
            }
            int result = merges.result(rank);
            listener.merged(rank, left, ids[left], ids[right], result);
            ids[left] = result;
            ids[right] = -1;
            int after = next[right];
            next[left] = after;
            if (after < size) {
                previous[after] = left;
                push(heap, left, result, ids[after]);
            }
            int before = previous[left];
            if (before >= 0) {
                push(heap, before, ids[before], result);
            }
        }
        for (int i = 0; i < size; i = next[i]) {
            out.add(ids[i]);
        }
    }

    private void push(PairHeap heap, int position, int left, int right) {
        int rank = merges.rank(left, right);
        if (rank != MergeTable.NONE) {
            heap.add(rank, position);
        }
    }

    /// A binary heap of (rank, position), the least first. Entries are not removed when a merge overtakes them: whoever
    /// takes them checks.
    private static final class PairHeap {
        private long[] entries;
        private int size;

        PairHeap(int capacity) {
            entries = new long[capacity + 1];
        }

        boolean isEmpty() {
            return size == 0;
        }

        void add(int rank, int position) {
            if (size == entries.length) {
                entries = Arrays.copyOf(entries, size + (size >> 1) + 1);
            }
            long entry = (long) rank << 32 | position;
            int at = size++;
            while (at > 0) {
                int parent = (at - 1) >> 1;
                if (entries[parent] <= entry) {
                    break;
                }
                entries[at] = entries[parent];
                at = parent;
            }
            entries[at] = entry;
        }

        long remove() {
            long top = entries[0];
            long last = entries[--size];
            int at = 0;
            while (2 * at + 1 < size) {
                int child = 2 * at + 1;
                if (child + 1 < size && entries[child + 1] < entries[child]) {
                    child++;
                }
                if (entries[child] >= last) {
                    break;
                }
                entries[at] = entries[child];
                at = child;
            }
            entries[at] = last;
            return top;
        }
    }
}
