package io.github.logitlens.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Neighbouring panels: the 64 floats of panel `p` and step `k` at byte `offset + p · panelBytes + k · rowBytes`.
///
/// @param memory     native memory, *not modified*
/// @param offset     first byte of the first panel
/// @param count      how many panels, at least 1
/// @param depth      length of the chains, at least 1
/// @param panelBytes from one panel to the next
/// @param rowBytes   from one step of `k` to the next
public record Panels(MemorySegment memory, long offset, int count, int depth, long panelBytes, long rowBytes) {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final long ROW_BYTES = Panel.ROW_BYTES;

    /// Panels one after the other, `[count][depth][64]`.
    public static Panels inTurn(MemorySegment memory, long offset, int count, int depth) {
        return new Panels(memory, offset, count, depth, ROW_BYTES * depth, ROW_BYTES);
    }

    /// Panels side by side in rows, `[depth][columns]`.
    ///
    /// @param offset first byte of the first row's first column
    public static Panels inRows(MemorySegment memory, long offset, int count, int depth, int columns) {
        return new Panels(memory, offset, count, depth, ROW_BYTES, 4L * columns);
    }

    /// Some steps of the same panels.
    public Panels steps(int first, int count) {
        return new Panels(memory, offset + first * rowBytes, this.count, count, panelBytes, rowBytes);
    }

    /// Some of the panels.
    Panels some(int first, int count) {
        return new Panels(memory, offset + first * panelBytes, count, depth, panelBytes, rowBytes);
    }

    /// Whether a panel's steps follow each other.
    boolean areInTurn() {
        return rowBytes == ROW_BYTES;
    }

    /// One of the panels, whose steps follow each other.
    public Panel panel(int panel) {
        return new Panel(memory, offset + panel * panelBytes, depth);
    }

    /// Copies one step of all panels.
    ///
    /// @param row `[count · 64]`, *written*
    void copy(int k, float[] row) {
        long from = offset + k * rowBytes;
        if (panelBytes == ROW_BYTES) {
            MemorySegment.copy(memory, FLOAT, from, row, 0, count * Kernels.PANEL);
            return;
        }
        for (int panel = 0; panel < count; panel++) {
            MemorySegment.copy(memory, FLOAT, from + panel * panelBytes, row, panel * Kernels.PANEL, Kernels.PANEL);
        }
    }

    /// Copies all of them to memory in which they stand one after the other.
    ///
    /// @param target `[count][depth][64]`, *written*
    Panels copyInTurn(MemorySegment target) {
        for (int panel = 0; panel < count; panel++) {
            for (int k = 0; k < depth; k++) {
                MemorySegment.copy(memory, offset + panel * panelBytes + k * rowBytes,
                        target, (panel * (long) depth + k) * ROW_BYTES, ROW_BYTES);
            }
        }
        return inTurn(target, 0, count, depth);
    }
}
