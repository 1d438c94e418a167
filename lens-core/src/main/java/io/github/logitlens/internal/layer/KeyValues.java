package io.github.logitlens.internal.layer;

import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Panel;
import io.github.logitlens.internal.kernel.Panels;
import io.github.logitlens.internal.matrix.PanelTranspose;
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
        copyBlocks(segment, capacity, larger, grown, capacity);
        segment = larger;
        capacity = grown;
    }

    /// Takes over the first keys of another one, and their values.
    public void copyFrom(KeyValues other, int keys) {
        reserve(keys, keys);
        copyBlocks(other.segment, other.capacity, segment, capacity, (keys + PANEL - 1) / PANEL);
    }

    private void copyBlocks(MemorySegment source, int sourceCapacity, MemorySegment target, int targetCapacity, int blocks) {
        for (int head = 0; head < nHeads; head++) {
            long from = headBytes(sourceCapacity) * head;
            long to = headBytes(targetCapacity) * head;
            MemorySegment.copy(source, from, target, to, keyBlockBytes * blocks);
            for (int panel = 0; panel < valuePanels(); panel++) {
                MemorySegment.copy(source, from + valuesAt(sourceCapacity, panel), target, to + valuesAt(targetCapacity, panel),
                        valueBlockBytes * blocks);
            }
        }
    }

    private long headBytes(int blocks) {
        return valuesAt(blocks, valuePanels());
    }

    /// Where a value panel begins behind the start of its head, with room for so many blocks.
    private long valuesAt(int blocks, int valuePanel) {
        return (keyBlockBytes + valueBlockBytes * valuePanel) * blocks;
    }

    /// Neighbouring blocks of 64 keys of a head.
    Panels keys(int first, int head, int count) {
        return Panels.inTurn(segment, keysAt(first, head), count, dHead);
    }

    /// Where a block's keys of a head begin, `[dHead][64]`.
    private long keysAt(int block, int head) {
        return headBytes(capacity) * head + keyBlockBytes * block;
    }

    /// The values of some neighbouring keys in one value panel.
    Panel values(int first, int count, int head, int valuePanel) {
        return new Panel(segment, valuesAt(first, head, valuePanel), count);
    }

    /// Where a key's value in one value panel begins; those of the following keys follow.
    private long valuesAt(int key, int head, int valuePanel) {
        return headBytes(capacity) * head + valuesAt(capacity, valuePanel) + 4L * PANEL * key;
    }

    /// Stores one head's keys and values.
    ///
    /// @param first     position of the first row
    /// @param rows      how many positions
    /// @param keys      `[rows]` rows of `dHead` values, `stride` apart, from `keyOffset`; *not modified*
    /// @param values    likewise from `valueOffset`
    void store(int head, int first, int rows, float[] keys, int keyOffset, float[] values, int valueOffset, int stride) {
        float[] strip = new float[rows < PANEL ? 0 : PanelTranspose.STRIP * PANEL];
        int row = 0;
        while (row < rows) {
            int position = first + row;
            if (position % PANEL == 0 && rows - row >= PANEL) {
                storeKeys(head, position / PANEL, keys, keyOffset + row * stride, stride, strip);
                row += PANEL;
            } else {
                storeKey(head, position, keys, keyOffset + row * stride);
                row++;
            }
        }
        storeValues(head, first, rows, values, valueOffset, stride);
    }

    private void storeValues(int head, int first, int rows, float[] values, int valueOffset, int stride) {
        for (int row = 0; row < rows; row++) {
            for (int panel = 0; panel < valuePanels(); panel++) {
                MemorySegment.copy(values, valueOffset + row * stride + panel * PANEL, segment, FLOAT,
                        valuesAt(first + row, head, panel), valueColumns(panel));
            }
        }
    }

    private void storeKey(int head, int position, float[] key, int offset) {
        long at = keysAt(position / PANEL, head) / Float.BYTES + position % PANEL;
        for (int i = 0; i < dHead; i++) {
            segment.setAtIndex(FLOAT, at + (long) i * PANEL, key[offset + i]);
        }
    }

    /// Stores a whole block of 64 keys.
    private void storeKeys(int head, int block, float[] keys, int offset, int stride, float[] strip) {
        for (int i = 0; i < dHead; i += PanelTranspose.STRIP) {
            int width = Math.min(PanelTranspose.STRIP, dHead - i);
            PanelTranspose.strip(keys, offset + i, stride, PANEL, width, strip);
            MemorySegment.copy(strip, 0, segment, FLOAT, keysAt(block, head) + 4L * PANEL * i, width * PANEL);
        }
    }
}
