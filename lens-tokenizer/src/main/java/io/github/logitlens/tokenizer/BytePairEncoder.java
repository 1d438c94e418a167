package io.github.logitlens.tokenizer;

import java.util.Arrays;

/// Merges a pre-token's bytes into tokens: again and again the pair of lowest rank, the leftmost where there are several.
///
/// Short pre-tokens are scanned; long ones go through a linked list and a heap, so that time stays
/// O(length · log length) whatever the text.
final class BytePairEncoder {
    /// Up to this length a scan of all ranks is faster than a heap. A rank and a position below this fit in an `int`.
    private static final int SCAN = 1 << 31 - MergeTable.RANK_BITS;

    /// Told about each merge of a pre-token, in order, and then about each token it ends in.
    interface Listener {
        /// `left` and `right`, `left` beginning at byte `offset` of the pre-token, became `result`.
        void merged(int rank, int offset, int left, int right, int result);

        /// The token `id` is made of bytes from `from` to `to` of the text.
        void ended(int id, int from, int to);
    }

    /// Keeps the tokens.
    private record Ids(IntSink out) implements Listener {
        @Override
        public void merged(int rank, int offset, int left, int right, int result) {
        }

        @Override
        public void ended(int id, int from, int to) {
            out.add(id);
        }
    }

    /// Room for the scans of one call.
    private static final class Scratch {
        final int[] ids = new int[SCAN];
        final int[] ranks = new int[SCAN];
    }

    private static final byte WHOLE = 1;

    // To compare eight bytes at a time.
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LOW_BITS = 0x0101010101010101L;

    private final Vocabulary vocabulary;
    private final MergeTable merges;
    private final Symbols symbols;
    private final boolean hasEveryByte;
    /// By byte: its token, or -1.
    private final int[] byteTokens;
    /// By two bytes, the first the higher: the rank of their tokens.
    private final int[] bytePairs = new int[1 << 16];
    /// By id: whether the merges make this token of its own bytes; 0 while nobody has asked. Threads may find it out twice.
    private final byte[] wholes;
    private final WordCache words = new WordCache();

    BytePairEncoder(Vocabulary vocabulary, MergeTable merges, Symbols symbols) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.symbols = symbols;
        this.hasEveryByte = symbols.isComplete();
        this.byteTokens = symbols.byteTokens();
        this.wholes = new byte[vocabulary.size()];
        for (int id = symbols.unmerged().nextSetBit(0); id >= 0; id = symbols.unmerged().nextSetBit(id + 1)) {
            wholes[id] = WHOLE;
        }
        Arrays.fill(bytePairs, MergeTable.NONE);
        for (int rank = 0; rank < merges.size(); rank++) {
            noteBytePair(rank);
        }
    }

    /// A token of two bytes is made of two tokens of one.
    private void noteBytePair(int rank) {
        int result = merges.result(rank);
        if (vocabulary.length(result) == 2) {
            byte[] bytes = vocabulary.bytes(result);
            bytePairs[(bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF] = rank;
        }
    }

    /// Appends the tokens of `text`, cut as `preparation` says, to `out`.
    void encode(Utf8Text text, Preparation preparation, IntSink out) {
        if (preparation.cutsWords()) {
            encode(text, out);
        } else if (text.length() > 0) {
            long key = text.key(0, text.length());
            encodeWord(key, vocabulary.find(key, text, 0, text.length()), text, 0, text.length(), out, new Scratch());
        }
    }

    /// Appends the tokens of `text`, cut as GPT-2's pattern cuts it, to `out`.
    void encode(Utf8Text text, IntSink out) {
        Scratch scratch = new Scratch();
        int at = 0;
        while (at < text.length()) {
            long eight = text.eight(at);
            int count = shortWord(eight);
            if (count > 0) {
                long key = eight & Utf8Text.mask(count);
                encodeWord(key, vocabulary.findShort(key, count), text, at, at + count, out, scratch);
                at += count;
            } else {
                int end = PreTokenizer.next(text.bytes(), at, text.length());
                long key = text.key(at, end);
                encodeWord(key, vocabulary.find(key, text, at, end), text, at, end, out, scratch);
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
    private void encodeWord(long key, int id, Utf8Text text, int from, int to, IntSink out, Scratch scratch) {
        if (id >= 0 && wholes[id] == WHOLE) {
            out.add(id);
        } else if (to - from > SCAN) {
            merge(text, from, to, new Ids(out));
        } else if (!words.find(key, text, from, to, out)) {
            int[] ids = scratch.ids;
            int count = scan(text.bytes(), from, to, ids, scratch.ranks);
            for (int i = 0; i < count; i++) {
                out.add(ids[i]);
            }
            if (count == 1 && ids[0] == id) {
                wholes[id] = WHOLE;
            } else {
                words.put(key, text, from, to, ids, count);
            }
        }
    }

    /// Writes the tokens of the pre-token `text[from, to)`, at most [#SCAN] bytes, to `ids` and returns how many there are.
    /// `ids[i]` and `ids[i + 1]` have rank `ranks[i]`; both arrays close up at each merge.
    private int scan(byte[] text, int from, int to, int[] ids, int[] ranks) {
        int last = hasEveryByte ? begin(text, from, to, ids, ranks) : beginWithGaps(text, from, to, ids, ranks);
        while (true) {
            // The lowest rank and, below it, the first place that has it: a minimum, which needs no branch.
            int first = Integer.MAX_VALUE;
            for (int i = 0; i < last; i++) {
                first = Math.min(first, ranks[i] * SCAN | i);
            }
            int best = first % SCAN;
            int bestRank = first / SCAN;
            if (bestRank == MergeTable.NONE) {
                break;
            }
            int merged = merges.result(bestRank);
            ids[best] = merged;
            if (best > 0) {
                ranks[best - 1] = merges.rank(ids[best - 1], merged);
            }
            last--;
            if (best < last) {
                ranks[best] = merges.rank(merged, ids[best + 2]);
                for (int i = best + 1; i < last; i++) {
                    ids[i] = ids[i + 1];
                    ranks[i] = ranks[i + 1];
                }
                ids[last] = ids[last + 1];
            }
        }
        return last + 1;
    }

    /// Writes the tokens of the bytes and the ranks of their pairs; returns the index of the last.
    private int begin(byte[] text, int from, int to, int[] ids, int[] ranks) {
        int last = to - from - 1;
        int b = text[from] & 0xFF;
        ids[0] = byteTokens[b];
        for (int i = 0; i < last; i++) {
            int next = text[from + i + 1] & 0xFF;
            ids[i + 1] = byteTokens[next];
            ranks[i] = bytePairs[b << 8 | next];
            b = next;
        }
        return last;
    }

    /// As [#begin] where bytes have no token; -1 if none of these has one.
    private int beginWithGaps(byte[] text, int from, int to, int[] ids, int[] ranks) {
        int count = 0;
        boolean afterUnknown = false;
        for (int i = from; i < to; i++) {
            int token = byteTokens[text[i] & 0xFF];
            boolean isUnknown = token < 0;
            if (!isUnknown || symbols.unknown() >= 0 && !(afterUnknown && symbols.fusesUnknown())) {
                ids[count++] = isUnknown ? symbols.unknown() : token;
            }
            afterUnknown = isUnknown;
        }
        for (int i = 0; i + 1 < count; i++) {
            ranks[i] = merges.rank(ids[i], ids[i + 1]);
        }
        return count - 1;
    }

    /// Tells `listener` how the pre-token `text[from, to)`, not empty, becomes tokens.
    void merge(Utf8Text text, int from, int to, Listener listener) {
        int whole = symbols.unmerged().isEmpty() ? -1 : vocabulary.find(text, from, to);
        if (whole >= 0 && symbols.unmerged().get(whole)) {
            listener.ended(whole, from, to);
            return;
        }
        byte[] bytes = text.bytes();
        int[] ids = new int[to - from];
        int[] starts = new int[to - from];
        int[] ends = new int[to - from];
        int size = 0;
        boolean afterUnknown = false;
        for (int i = from; i < to; i++) {
            int token = byteTokens[bytes[i] & 0xFF];
            boolean isUnknown = token < 0;
            if (isUnknown && afterUnknown && symbols.fusesUnknown() && symbols.unknown() >= 0) {
                ends[size - 1] = i + 1;
            } else if (!isUnknown || symbols.unknown() >= 0) {
                ids[size] = isUnknown ? symbols.unknown() : token;
                starts[size] = i;
                ends[size++] = i + 1;
            }
            afterUnknown = isUnknown;
        }
        int[] next = new int[size];
        int[] previous = new int[size];
        for (int i = 0; i < size; i++) {
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
            listener.merged(rank, starts[left] - from, ids[left], ids[right], result);
            ids[left] = result;
            ids[right] = -1;
            ends[left] = ends[right];
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
            listener.ended(ids[i], starts[i], ends[i]);
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
