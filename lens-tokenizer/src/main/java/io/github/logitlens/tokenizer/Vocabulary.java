package io.github.logitlens.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// The tokens: id to bytes, and bytes to id.
///
/// A token of the model is written in [ByteAlphabet] and stands for those bytes. A *literal* token, one with a character
/// outside that alphabet or one that was added to the model's, stands for its own text. A *free* id, which no token has, is shown as `<id>` and found by no text.
final class Vocabulary {
    /// The bits of an id; two ids and a rank fit in a `long` ([MergeTable]).
    static final int ID_BITS = 20;
    /// Ids are below this.
    static final int MAX_SIZE = (1 << ID_BITS) - 1;

    /// The number of ids, those between included that no token has.
    private int size;
    private final BitSet free = new BitSet();
    /// Every token's bytes, in the order in which they came.
    private Utf8Text text = new Utf8Text(new byte[1 << 19], 0);
    /// `starts[id]`, `ends[id]`: the token's bytes in `text`.
    private int[] starts = new int[1 << 16];
    private int[] ends = new int[1 << 16];
    /// Open addressing, two `long`s a slot: the [key][Utf8Text#key] of the bytes, and their length above id + 1 (0: free).
    private long[] slots = new long[1 << 18];

    private Vocabulary() {
    }

    int size() {
        return size;
    }

    /// Whether no token has the id `id`.
    boolean isFree(int id) {
        return free.get(id);
    }

    /// What is shown for an id that no token has.
    static String label(int id) {
        return "<" + id + ">";
    }

    /// The number of bytes of token `id`.
    int length(int id) {
        return ends[id] - starts[id];
    }

    /// The bytes of token `id`, *copied*.
    byte[] bytes(int id) {
        return Arrays.copyOfRange(text.bytes(), starts[id], ends[id]);
    }

    /// Copies the bytes of token `id` to `out` at `at` and returns the index after them.
    int copy(int id, byte[] out, int at) {
        System.arraycopy(text.bytes(), starts[id], out, at, length(id));
        return at + length(id);
    }

    /// The token whose bytes are `bytes[from, to)`, or -1. Where a model token and a literal token have the same bytes, the
    /// model token.
    int find(Utf8Text bytes, int from, int to) {
        return find(bytes.key(from, to), bytes, from, to);
    }

    /// As [#find(Utf8Text, int, int)], by the key of those bytes.
    int find(long key, Utf8Text bytes, int from, int to) {
        int slot = slot(key);
        while (slots[slot + 1] != 0) {
            if (slots[slot] == key && slots[slot + 1] >>> ID_BITS == to - from) {
                int id = idAt(slot);
                if (to - from <= 8 || Arrays.equals(text.bytes(), starts[id], ends[id], bytes.bytes(), from, to)) {
                    return id;
                }
            }
            slot = slot + 2 & slots.length - 1;
        }
        return -1;
    }

    /// As [#find(Utf8Text, int, int)] for one to eight bytes, which are their own key.
    int findShort(long key, int length) {
        int slot = slot(key);
        while (slots[slot + 1] != 0) {
            if (slots[slot] == key && slots[slot + 1] >>> ID_BITS == length) {
                return idAt(slot);
            }
            slot = slot + 2 & slots.length - 1;
        }
        return -1;
    }

    private int idAt(int slot) {
        return ((int) slots[slot + 1] & MAX_SIZE) - 1;
    }

    private int slot(long key) {
        int bits = Integer.numberOfTrailingZeros(slots.length) - 1;
        return (int) (key * 0x9E3779B97F4A7C15L >>> 64 - bits) << 1;
    }

    /// Collects tokens in any order of ids and refuses what is not a vocabulary.
    static final class Builder {
        private final Vocabulary made = new Vocabulary();
        /// Literal tokens by their text.
        private final Map<String, Integer> literals = new HashMap<>();
        /// How many tokens there are.
        private int count;
        /// One above the highest id.
        private int size;
        /// The end of the bytes in `made.text`; a symbol that is looked up stands behind it for the moment.
        private int end;
        private int appendedTo;

        Builder() {
            Arrays.fill(made.starts, -1);
        }

        /// The id of the token written `symbol`, or -1.
        int find(String symbol) {
            int to = append(symbol);
            int id = to < 0 ? -1 : made.find(made.text, end, to);
            return id < 0 ? literals.getOrDefault(symbol, -1) : id;
        }

        /// Where [#appendSymbol] writes first: the bytes from here on are scratch until a token is made of them.
        int scratch() {
            return end;
        }

        /// Appends the bytes of the symbol in UTF-8 that begins at `symbolAt` of `symbols` to the scratch, whose end is `to`;
        /// returns the new end. The symbol ends before the first character that is not in the alphabet, such as a space.
        int appendSymbol(byte[] symbols, int symbolAt, int symbolsEnd, int to) {
            reserve(to - end + symbolsEnd - symbolAt);
            byte[] bytes = made.text.bytes();
            int out = to;
            int at = symbolAt;
            while (at < symbolsEnd) {
                byte c = symbols[at];
                if (c > ' ' && c <= '~') {
                    bytes[out++] = c;
                    at++;
                } else {
                    int b = at + 1 < symbolsEnd ? ByteAlphabet.byteOf(c, symbols[at + 1]) : -1;
                    if (b < 0) {
                        break;
                    }
                    bytes[out++] = (byte) b;
                    at += 2;
                }
            }
            appendedTo = at;
            return out;
        }

        /// Where the last [#appendSymbol] stopped reading.
        int appendedTo() {
            return appendedTo;
        }

        /// The id of the model token whose bytes are the scratch's `[from, to)`, or -1.
        int findScratch(int from, int to) {
            return made.find(made.text, from, to);
        }

        /// Adds the token that `left` and `right` make together and returns its id, the next one.
        int addJoin(int left, int right) {
            reserve(made.length(left) + made.length(right));
            int middle = made.copy(left, made.text.bytes(), end);
            insert(size, made.copy(right, made.text.bytes(), middle));
            return size - 1;
        }

        /// Adds the token written `symbol`, read at `line` of `file`; a literal one if it is not all in the alphabet.
        void add(String symbol, int id, String file, int line) {
            check(symbol, id, file, line);
            int to = append(symbol);
            if (to >= 0) {
                insert(id, to);
            } else {
                addText(symbol, id);
            }
        }

        /// Adds the literal token `text`, read at `line` of `file`.
        void addLiteral(String text, int id, String file, int line) {
            check(text, id, file, line);
            addText(text, id);
        }

        private void addText(String text, int id) {
            Utf8Text own = Utf8Text.of(text);
            reserve(own.length());
            System.arraycopy(own.bytes(), 0, made.text.bytes(), end, own.length());
            literals.put(text, id);
            place(id, end + own.length());
            count++;
        }

        private void check(String symbol, int id, String file, int line) {
            if (id < 0 || id >= MAX_SIZE) {
                throw new TokenizerFormatException(id < 0 ? Reason.BAD_STRUCTURE : Reason.TOO_LARGE, "id of token "
                        + Place.quote(symbol) + ": expected 0 to " + (MAX_SIZE - 1) + ", got " + id
                        + Place.in(file, line));
            }
            int known = find(symbol);
            if (known >= 0) {
                throw new TokenizerFormatException(Reason.DUPLICATE_TOKEN, "token " + Place.quote(symbol)
                        + ": expected one id, got " + known + " and " + id + Place.in(file, line));
            }
            if (id < made.starts.length && made.starts[id] >= 0) {
                throw new TokenizerFormatException(Reason.DUPLICATE_ID, "id " + id + ": expected one token, got "
                        + Place.quote(symbol(id)) + " and " + Place.quote(symbol) + Place.in(file, line));
            }
        }

        /// How many tokens there are; ids may be higher.
        int count() {
            return count;
        }

        /// The tokens that are written in the alphabet.
        BitSet inAlphabet() {
            BitSet ids = new BitSet(size);
            for (int id = 0; id < size; id++) {
                if (made.starts[id] >= 0) {
                    ids.set(id);
                }
            }
            for (int id : literals.values()) {
                ids.clear(id);
            }
            return ids;
        }

        /// Makes at least `ids` ids of it, the missing ones free.
        void end(int ids) {
            size = Math.max(size, ids);
            if (size > made.starts.length) {
                grow(size);
            }
        }

        private void grow(int ids) {
            int from = made.starts.length;
            int length = Math.max(ids, 2 * from);
            made.starts = Arrays.copyOf(made.starts, length);
            made.ends = Arrays.copyOf(made.ends, length);
            Arrays.fill(made.starts, from, length, -1);
        }

        /// The finished vocabulary. This builder is spent.
        Vocabulary build() {
            for (int id = 0; id < size; id++) {
                if (made.starts[id] < 0) {
                    made.free.set(id);
                    byte[] label = label(id).getBytes(StandardCharsets.US_ASCII);
                    reserve(label.length);
                    System.arraycopy(label, 0, made.text.bytes(), end, label.length);
                    place(id, end + label.length);
                }
            }
            made.size = size;
            made.text = new Utf8Text(Arrays.copyOf(made.text.bytes(), end + Utf8Text.PADDING), end);
            for (int id : literals.values()) {
                if (made.find(made.text, made.starts[id], made.ends[id]) < 0) {
                    insertSlot(id);
                }
            }
            return made;
        }

        /// Makes the bytes between [#end] and `to` the token `id`.
        private void insert(int id, int to) {
            place(id, to);
            count++;
            insertSlot(id);
        }

        private void place(int id, int to) {
            if (id >= made.starts.length) {
                grow(id + 1);
            }
            if (id >= size) {
                size = id + 1;
            }
            made.starts[id] = end;
            made.ends[id] = to;
            end = to;
        }

        private void insertSlot(int id) {
            if (4 * count > made.slots.length) {
                long[] old = made.slots;
                made.slots = new long[2 * old.length];
                for (int slot = 0; slot < old.length; slot += 2) {
                    if (old[slot + 1] != 0) {
                        insertSlot(old[slot], old[slot + 1]);
                    }
                }
            }
            insertSlot(made.text.key(made.starts[id], made.ends[id]), (long) made.length(id) << ID_BITS | id + 1);
        }

        private void insertSlot(long key, long lengthAndId) {
            int slot = made.slot(key);
            while (made.slots[slot + 1] != 0) {
                slot = slot + 2 & made.slots.length - 1;
            }
            made.slots[slot] = key;
            made.slots[slot + 1] = lengthAndId;
        }

        /// Writes the bytes of `symbol` behind [#end] and returns where they end, or -1 if it is not in the alphabet.
        private int append(String symbol) {
            reserve(symbol.length());
            byte[] bytes = made.text.bytes();
            int to = end;
            for (int i = 0; i < symbol.length(); i++) {
                int b = ByteAlphabet.byteOf(symbol.charAt(i));
                if (b < 0) {
                    return -1;
                }
                bytes[to++] = (byte) b;
            }
            return to;
        }

        private void reserve(int more) {
            int needed = Math.addExact(end, more + Utf8Text.PADDING);
            byte[] bytes = made.text.bytes();
            if (needed > bytes.length) {
                made.text = new Utf8Text(Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(2L * bytes.length,
                        Integer.MAX_VALUE - 16))), 0);
            }
        }

        private String symbol(int id) {
            for (Map.Entry<String, Integer> literal : literals.entrySet()) {
                if (literal.getValue() == id) {
                    return literal.getKey();
                }
            }
            StringBuilder symbol = new StringBuilder();
            for (byte b : made.bytes(id)) {
                symbol.append(ByteAlphabet.symbol(b & 0xFF));
            }
            return symbol.toString();
        }
    }
}
