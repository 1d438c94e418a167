package io.github.logitlens.internal.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Where neighbouring panels stand in memory: the 64 floats of panel `p` and step `k` at byte
/// `offset + p · panelBytes + k · rowBytes`.
///
/// @param memory     native memory, *not modified*
/// @param offset     first byte of the first panel
/// @param panelBytes from one panel to the next
/// @param rowBytes   from one step of `k` to the next
public record Panels(MemorySegment memory, long offset, long panelBytes, long rowBytes) {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final long ROW_BYTES = 4L * Kernels.PANEL;

    /// Panels one after the other, `[panels][depth][64]`.
    public static Panels inTurn(MemorySegment memory, long offset, int depth) {
        return new Panels(memory, offset, ROW_BYTES * depth, ROW_BYTES);
    }

    /// Panels side by side in rows, `[depth][columns]`.
    ///
    /// @param offset first byte of the first row's first column
    public static Panels inRows(MemorySegment memory, long offset, int columns) {
        return new Panels(memory, offset, ROW_BYTES, 4L * columns);
    }

    /// The same panels without their first steps.
    public Panels from(int step) {
        return new Panels(memory, offset + step * rowBytes, panelBytes, rowBytes);
    }

    /// Whether a panel's steps follow each other.
    boolean areInTurn() {
        return rowBytes == ROW_BYTES;
    }

    long offset(int panel) {
        return offset + panel * panelBytes;
    }

    /// Copies one step of some panels.
    ///
    /// @param row `[panels · 64]`, *written*
    void copy(int k, int panels, float[] row) {
        long from = offset + k * rowBytes;
        if (panelBytes == ROW_BYTES) {
            MemorySegment.copy(memory, FLOAT, from, row, 0, panels * Kernels.PANEL);
            return;
        }
        for (int panel = 0; panel < panels; panel++) {
            MemorySegment.copy(memory, FLOAT, from + panel * panelBytes, row, panel * Kernels.PANEL, Kernels.PANEL);
        }
    }

    /// The same panels one after the other.
    Panels copyInTurn(int panels, int depth, Arena arena) {
        MemorySegment copy = arena.allocate(panels * ROW_BYTES * depth, ROW_BYTES);
        for (int panel = 0; panel < panels; panel++) {
            for (int k = 0; k < depth; k++) {
                MemorySegment.copy(memory, offset(panel) + k * rowBytes, copy, (panel * (long) depth + k) * ROW_BYTES, ROW_BYTES);
            }
        }
        return inTurn(copy, 0, depth);
    }
}
