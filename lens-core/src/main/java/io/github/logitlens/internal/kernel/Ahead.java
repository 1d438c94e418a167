package io.github.logitlens.internal.kernel;

import java.lang.foreign.MemorySegment;

/// What one block's product reads of the panel that comes after its own: a word of a line in each of four streams, turn by turn.
///
/// @param memory  *not modified*
/// @param first   the first stream's first byte
/// @param stream  from one stream to the next
/// @param advance how far the streams move in a turn
/// @param mask    which of these places is a line that is read: `-64` for every line
record Ahead(MemorySegment memory, long first, long stream, long advance, long mask) {

    private static final long LINE = 64;
    private static final int STREAMS = 4;

    /// One part of a panel, of as many as there are blocks that read ahead: each stream is a quarter of the panel, and each block
    /// goes on in all four where the one before it ended.
    ///
    /// @param turns of the loop that reads
    static Ahead part(Panel panel, int part, int parts, int turns) {
        long quarter = panel.bytes() / STREAMS;
        long share = quarter / parts;
        return new Ahead(panel.memory(), panel.offset() + part * share, quarter, share / turns, -LINE);
    }

    /// One line of `lines`, from the place in the panel where the product itself is.
    ///
    /// @param turns of the loop that reads
    static Ahead oneIn(int lines, Panel panel, int turns) {
        return new Ahead(panel.memory(), panel.offset(), 0, panel.bytes() / turns, -lines * LINE);
    }
}
