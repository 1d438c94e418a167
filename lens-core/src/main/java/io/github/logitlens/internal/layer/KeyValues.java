package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The keys and values of one layer, off heap, laid out as the kernels' right sides.
///
/// Per head: the keys in blocks of 64, each transposed, `[dHead][64 keys]`, so that scores are products over `dHead`; then
/// the values, `[value panel][keys][64]`, so that their weighted sum is one product over all keys in absolute order.
public final class KeyValues {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final int PANEL = Kernels.PANEL;
    private static final int SQUARE = 16;

    private final int nHeads;
    private final int dHead;
    private final long keyBlockBytes;
    private final long valueBlockBytes;
    private MemorySegment segment = MemorySegment.NULL;
    /// Blocks of 64 keys there is room for.
    private int capacity;

    public KeyValues(int nHeads, int dHead) {
        this.nHeads = nHeads;
        this.dHead = dHead;
        keyBlockBytes = 4L * PANEL * dHead;
        valueBlockBytes = 4L * PANEL * PANEL;
    }

    int valuePanels() {
        return (dHead + PANEL - 1) / PANEL;
    }

    /// Columns of a value panel that are not padding.
    int valueColumns(int valuePanel) {
        return Math.min(PANEL, dHead - valuePanel * PANEL);
    }

    /// Makes room for `keys` keys in all; keeps what is stored.
    void reserve(int keys, int limit) {
        int blocks = (keys + PANEL - 1) / PANEL;
        if (blocks <= capacity) {
            return;
        }
        int most = (limit + PANEL - 1) / PANEL;
        int grown = Math.max(blocks, Math.min(most, 2 * capacity));
        MemorySegment larger = Arena.ofAuto().allocate(headBytes(grown) * nHeads, 64);
        for (int head = 0; head < nHeads; head++) {
            long from = headBytes(capacity) * head;
            long to = headBytes(grown) * head;
            MemorySegment.copy(segment, from, larger, to, keyBlockBytes * capacity);
            for (int panel = 0; panel < valuePanels(); panel++) {
                MemorySegment.copy(segment, from + valuesAt(capacity, panel), larger, to + valuesAt(grown, panel),
                        valueBlockBytes * capacity);
            }
        }
        segment = larger;
        capacity = grown;
    }

    private long headBytes(int blocks) {
        return valuesAt(blocks, valuePanels());
    }

    /// Where a value panel begins behind the start of its head, with room for so many blocks.
    private long valuesAt(int blocks, int valuePanel) {
        return (keyBlockBytes + valueBlockBytes * valuePanel) * blocks;
    }

    MemorySegment segment() {
        return segment;
    }

    /// Where a block's keys of a head begin, `[dHead][64]`.
    long keys(int block, int head) {
        return headBytes(capacity) * head + keyBlockBytes * block;
    }

    /// Where a key's value in one value panel begins; those of the following keys follow.
    long values(int key, int head, int valuePanel) {
        return headBytes(capacity) * head + valuesAt(capacity, valuePanel) + 4L * PANEL * key;
    }

    /// Stores one head's keys and values.
    ///
    /// @param first     position of the first row
    /// @param rows      how many positions
    /// @param keys      `[rows]` rows of `dHead` values, `stride` apart, from `keyOffset`; *not modified*
    /// @param values    likewise from `valueOffset`
    void store(int head, int first, int rows, float[] keys, int keyOffset, float[] values, int valueOffset, int stride) {
        float[] block = new float[rows < PANEL ? 0 : dHead * PANEL];
        int count;
        for (int row = 0; row < rows; row += count) {
            int position = first + row;
            int from = keyOffset + row * stride;
            count = Math.min(PANEL - position % PANEL, rows - row);
            if (count == PANEL) {
                transpose(keys, from, stride, block);
                MemorySegment.copy(block, 0, segment, FLOAT, keys(position / PANEL, head), block.length);
            } else {
                for (int r = 0; r < count; r++) {
                    storeKey(head, position + r, keys, from + r * stride);
                }
            }
        }
        for (int row = 0; row < rows; row++) {
            for (int panel = 0; panel < valuePanels(); panel++) {
                MemorySegment.copy(values, valueOffset + row * stride + panel * PANEL, segment, FLOAT,
                        values(first + row, head, panel), valueColumns(panel));
            }
        }
    }

    private void storeKey(int head, int position, float[] key, int offset) {
        long at = keys(position / PANEL, head) / Float.BYTES + position % PANEL;
        for (int i = 0; i < dHead; i++) {
            segment.setAtIndex(FLOAT, at + (long) i * PANEL, key[offset + i]);
        }
    }

    /// Transposes 64 keys, a square of 16 × 16 values at a time: one line of the caches of each key.
    ///
    /// @param block `[dHead][64]`, *written*
    private void transpose(float[] keys, int offset, int stride, float[] block) {
        for (int column = 0; column < dHead; column += SQUARE) {
            int end = Math.min(dHead, column + SQUARE);
            for (int key = 0; key < PANEL; key += SQUARE) {
                for (int i = column; i < end; i++) {
                    for (int r = key; r < key + SQUARE; r++) {
                        block[i * PANEL + r] = keys[offset + r * stride + i];
                    }
                }
            }
        }
    }
}
