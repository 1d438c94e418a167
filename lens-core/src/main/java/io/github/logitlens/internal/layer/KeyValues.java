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
        float[] rowMajor = new float[Math.min(rows, PANEL) * dHead];
        float[] transposed = new float[dHead * Math.min(rows, PANEL)];
        int count;
        for (int row = 0; row < rows; row += count) {
            int position = first + row;
            count = Math.min(rows - row, PANEL - position % PANEL);
            for (int r = 0; r < count; r++) {
                System.arraycopy(keys, keyOffset + (row + r) * stride, rowMajor, r * dHead, dHead);
                for (int panel = 0; panel < valuePanels(); panel++) {
                    MemorySegment.copy(values, valueOffset + (row + r) * stride + panel * PANEL, segment, FLOAT,
                            values(position + r, head, panel), valueColumns(panel));
                }
            }
            for (int i = 0; i < dHead; i++) {
                for (int r = 0; r < count; r++) {
                    transposed[i * count + r] = rowMajor[r * dHead + i];
                }
            }
            long at = keys(position / PANEL, head) + 4L * (position % PANEL);
            for (int i = 0; i < dHead; i++) {
                MemorySegment.copy(transposed, i * count, segment, FLOAT, at + 4L * PANEL * i, count);
            }
        }
    }
}
