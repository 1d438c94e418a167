package io.github.logitlens.tokenizer;

import java.util.Arrays;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// The tokens: id to bytes, and bytes to id.
///
/// A token of the model is written in [ByteAlphabet] and stands for those bytes; a *literal* token (`<pad>`, with a
/// character outside the alphabet, or added beside the model) stands for its own text.
final class Vocabulary {
    /// Ids are below this, so that two of them and a rank fit in a `long` ([MergeTable]).
    static final int MAX_SIZE = (1 << 20) - 1;

    /// Every token's bytes, in the order of the file.
    private final byte[] text;
    /// `starts[id]`, `ends[id]`: the token's bytes in `text`.
    private final int[] starts;
    private final int[] ends;
    /// Open addressing by hash of the bytes: id + 1, or 0 for a free slot.
    private final int[] slots;

    private Vocabulary(byte[] text, int[] starts, int[] ends, int[] slots) {
        this.text = text;
        this.starts = starts;
        this.ends = ends;
        this.slots = slots;
    }

    int size() {
        return starts.length;
    }

    /// The number of bytes of token `id`.
    int length(int id) {
        return ends[id] - starts[id];
    }

    /// The bytes of token `id`, *copied*.
    byte[] bytes(int id) {
        return Arrays.copyOfRange(text, starts[id], ends[id]);
    }

    /// Copies the bytes of token `id` to `out` at `at` and returns the index after them.
    int copy(int id, byte[] out, int at) {
        System.arraycopy(text, starts[id], out, at, length(id));
        return at + length(id);
    }

    /// The token whose bytes are `bytes[from, to)`, or -1. Where a model token and a literal token have the same bytes, the
    /// model token.
    int find(byte[] bytes, int from, int to) {
        int slot = hash(bytes, from, to) & slots.length - 1;
        while (slots[slot] != 0) {
            int id = slots[slot] - 1;
            if (Arrays.equals(text, starts[id], ends[id], bytes, from, to)) {
                return id;
            }
            slot = slot + 1 & slots.length - 1;
        }
        return -1;
    }

    private static int hash(byte[] bytes, int from, int to) {
        int hash = to - from;
        for (int i = from; i < to; i++) {
            hash = hash * 31 + bytes[i];
        }
        hash *= 0x9E3779B9;
        return hash ^ hash >>> 15;
    }

    /// Collects tokens in any order of ids and refuses what is not a vocabulary.
    static final class Builder {
        private byte[] text = new byte[1 << 19];
        private int textLength;
        /// By entry, in the order of [#add].
        private int[] starts = new int[1 << 16];
        private int[] ids = new int[1 << 16];
        private boolean[] literal = new boolean[1 << 16];
        private int size;
        /// Open addressing by hash of kind and bytes: entry + 1.
        private int[] slots = new int[1 << 17];
        /// By id: entry + 1.
        private int[] entries = new int[1 << 16];

        /// The id of the token written `symbol`, or -1.
        int find(String symbol) {
            int from = textLength;
            boolean isLiteral = append(symbol, 0, symbol.length());
            int to = textLength;
            textLength = from;
            return idAt(slot(isLiteral, from, to));
        }

        /// The id of the model token written `symbols[from, to)`, or -1.
        int findModelToken(String symbols, int from, int to) {
            int start = textLength;
            boolean isLiteral = append(symbols, from, to);
            int end = textLength;
            textLength = start;
            return isLiteral ? -1 : idAt(slot(false, start, end));
        }

        /// The id of the model token that `left` and `right` make together, or -1.
        int findMerged(int left, int right) {
            int from = textLength;
            appendToken(entries[left] - 1);
            appendToken(entries[right] - 1);
            int to = textLength;
            textLength = from;
            return idAt(slot(false, from, to));
        }

        /// Adds the token written `symbol`, read at `line` of `file`.
        void add(String symbol, int id, String file, int line) {
            if (id < 0 || id >= MAX_SIZE) {
                throw new TokenizerFormatException(id < 0 ? Reason.ID_GAP : Reason.TOO_LARGE, "id of token "
                        + Place.quote(symbol) + ": expected 0 to " + (MAX_SIZE - 1) + ", got " + id + Place.in(file, line));
            }
            int from = textLength;
            boolean isLiteral = append(symbol, 0, symbol.length());
            int slot = slot(isLiteral, from, textLength);
            if (slots[slot] != 0) {
                throw new TokenizerFormatException(Reason.DUPLICATE_TOKEN, "token "
                        + Place.quote(symbol) + ": expected one id, got " + idAt(slot) + " and " + id + Place.in(file, line));
            }
            if (id >= entries.length) {
                entries = Arrays.copyOf(entries, Math.max(id + 1, 2 * entries.length));
            }
            if (entries[id] != 0) {
                throw new TokenizerFormatException(Reason.DUPLICATE_ID, "id " + id + ": expected one token, got "
                        + Place.quote(symbol(entries[id] - 1)) + " and " + Place.quote(symbol)
                        + Place.in(file, line));
            }
            if (size + 1 == starts.length) {
                starts = Arrays.copyOf(starts, 2 * size + 2);
                ids = Arrays.copyOf(ids, 2 * size + 2);
                literal = Arrays.copyOf(literal, 2 * size + 2);
            }
            ids[size] = id;
            literal[size] = isLiteral;
            starts[size + 1] = textLength;
            slots[slot] = size + 1;
            entries[id] = size + 1;
            size++;
            if (2 * size > slots.length) {
                rehash();
            }
        }

        /// The finished vocabulary; `file` is where gaps are reported.
        Vocabulary build(String file) {
            for (int id = 0; id < size; id++) {
                if (entries[id] == 0) {
                    throw new TokenizerFormatException(Reason.ID_GAP, "ids of the " + size + " tokens: expected 0 to "
                            + (size - 1) + ", got no token with id " + id + Place.in(file, 0));
                }
            }
            int[] startOf = new int[size];
            int[] endOf = new int[size];
            int[] idSlots = new int[slots.length];
            for (int pass = 0; pass < 2; pass++) {
                for (int entry = 0; entry < size; entry++) {
                    if (literal[entry] == (pass == 1)) {
                        startOf[ids[entry]] = starts[entry];
                        endOf[ids[entry]] = starts[entry + 1];
                        insert(idSlots, startOf, endOf, ids[entry]);
                    }
                }
            }
            return new Vocabulary(Arrays.copyOf(text, textLength), startOf, endOf, idSlots);
        }

        private void insert(int[] idSlots, int[] startOf, int[] endOf, int id) {
            int slot = hash(text, startOf[id], endOf[id]) & idSlots.length - 1;
            while (idSlots[slot] != 0) {
                int there = idSlots[slot] - 1;
                if (Arrays.equals(text, startOf[id], endOf[id], text, startOf[there], endOf[there])) {
                    return;
                }
                slot = slot + 1 & idSlots.length - 1;
            }
            idSlots[slot] = id + 1;
        }

        private String symbol(int entry) {
            StringBuilder symbol = new StringBuilder();
            if (literal[entry]) {
                return Utf8.decode(text, starts[entry], starts[entry + 1]);
            }
            for (int i = starts[entry]; i < starts[entry + 1]; i++) {
                symbol.append(ByteAlphabet.symbol(text[i] & 0xFF));
            }
            return symbol.toString();
        }

        private int idAt(int slot) {
            return slots[slot] == 0 ? -1 : ids[slots[slot] - 1];
        }

        /// Appends the bytes of a symbol to `text` and says whether it is a literal token.
        private boolean append(String symbols, int from, int to) {
            reserve(3L * (to - from));
            int start = textLength;
            for (int i = from; i < to; i++) {
                int b = ByteAlphabet.byteOf(symbols.charAt(i));
                if (b < 0) {
                    byte[] own = Utf8.encode(symbols.substring(from, to));
                    System.arraycopy(own, 0, text, start, own.length);
                    textLength = start + own.length;
                    return true;
                }
                text[textLength++] = (byte) b;
            }
            return false;
        }

        private void appendToken(int entry) {
            int length = starts[entry + 1] - starts[entry];
            reserve(length);
            System.arraycopy(text, starts[entry], text, textLength, length);
            textLength += length;
        }

        private void reserve(long more) {
            if (textLength + more > text.length) {
                text = Arrays.copyOf(text, Math.toIntExact(Math.max(textLength + more, 2L * text.length)));
            }
        }

        private int slot(boolean isLiteral, int from, int to) {
            int slot = hash(text, from, to) & slots.length - 1;
            while (slots[slot] != 0) {
                int entry = slots[slot] - 1;
                if (literal[entry] == isLiteral
                        && Arrays.equals(text, starts[entry], starts[entry + 1], text, from, to)) {
                    return slot;
                }
                slot = slot + 1 & slots.length - 1;
            }
            return slot;
        }

        private void rehash() {
            slots = new int[2 * slots.length];
            for (int entry = 0; entry < size; entry++) {
                slots[slot(literal[entry], starts[entry], starts[entry + 1])] = entry + 1;
            }
        }
    }
}
