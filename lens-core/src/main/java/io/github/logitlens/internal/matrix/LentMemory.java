package io.github.logitlens.internal.matrix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;

/// Pieces of memory of one size, lent for the time of a use: as many as there are uses at once, and what is given back is
/// lent again first, since it is in the caches.
public final class LentMemory {

    private final Arena arena;
    private final long bytes;
    private final ConcurrentLinkedDeque<MemorySegment> free = new ConcurrentLinkedDeque<>();

    /// @param arena owns the memory
    /// @param bytes size of a piece
    LentMemory(Arena arena, long bytes) {
        this.arena = arena;
        this.bytes = bytes;
    }

    /// @param use what is done with a piece, in which anything may stand
    void lend(Consumer<MemorySegment> use) {
        MemorySegment piece = free.pollFirst();
        if (piece == null) {
            piece = arena.allocate(bytes, 64);
        }
        try {
            use.accept(piece);
        } finally {
            free.addFirst(piece);
        }
    }
}
