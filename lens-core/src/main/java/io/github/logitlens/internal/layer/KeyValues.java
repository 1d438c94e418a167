package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The keys and values of one layer, off heap, in blocks of 64 keys laid out as the kernels' right sides.
///
/// Per block and head: the keys transposed, `[dHead][64 keys]`, so that scores are products over `dHead`; then the values,
/// `[value panel][64 keys][64]`, so that their weighted sum is a product over keys in absolute order.
public final class KeyValues {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final int PANEL = Kernels.PANEL;

    private final int nHeads;
    private final int dHead;
    private final long headBytes;
    private final long blockBytes;
    private MemorySegment segment = MemorySegment.NULL;
    private int capacity;

    public KeyValues(int nHeads, int dHead) {
        this.nHeads = nHeads;
        this.dHead = dHead;
        headBytes = 4L * PANEL * (dHead + (long) valuePanels() * PANEL);
        blockBytes = headBytes * nHeads;
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
        MemorySegment larger = Arena.ofAuto().allocate(blockBytes * grown, 64);
        MemorySegment.copy(segment, 0, larger, 0, segment.byteSize());
        segment = larger;
        capacity = grown;
    }

    MemorySegment segment() {
        return segment;
    }

    /// Where a block's keys of a head begin, `[dHead][64]`.
    long keys(int block, int head) {
        return block * blockBytes + head * headBytes;
    }

    /// Where a key's value in one value panel begins; the following keys of the block follow.
    long values(int key, int head, int valuePanel) {
        long block = keys(key / PANEL, head);
        return block + 4L * PANEL * (dHead + (long) valuePanel * PANEL + key % PANEL);
    }

    /// Stores one head's keys and values.
    ///
    /// @param first     position of the first row
    /// @param rows      how many positions
    /// @param keys      `[rows]` rows of `dHead` values, `stride` apart, from `keyOffset`; *not modified*
    /// @param values    likewise from `valueOffset`
    void store(int head, int first, int rows, float[] keys, int keyOffset, float[] values, int valueOffset, int stride) {
        for (int row = 0; row < rows; row++) {
            int position = first + row;
            long keyAt = keys(position / PANEL, head) / 4 + position % PANEL;
            for (int i = 0; i < dHead; i++) {
                segment.setAtIndex(FLOAT, keyAt + (long) i * PANEL, keys[keyOffset + row * stride + i]);
            }
            for (int panel = 0; panel < valuePanels(); panel++) {
                MemorySegment.copy(values, valueOffset + row * stride + panel * PANEL, segment, FLOAT,
                        values(position, head, panel), valueColumns(panel));
            }
        }
    }
}
