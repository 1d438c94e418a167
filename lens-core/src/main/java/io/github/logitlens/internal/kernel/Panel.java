package io.github.logitlens.internal.kernel;

import java.lang.foreign.MemorySegment;

/// One panel of columns as the right side of a product, `[depth][64]` float32.
///
/// @param memory native memory, *not modified*
/// @param offset first byte
/// @param depth  length of the chains, at least 1
public record Panel(MemorySegment memory, long offset, int depth) {

    static final long ROW_BYTES = 4L * Kernels.PANEL;

    /// Some of its steps.
    Panel steps(int first, int count) {
        return new Panel(memory, offset + first * ROW_BYTES, count);
    }

    long bytes() {
        return ROW_BYTES * depth;
    }
}
