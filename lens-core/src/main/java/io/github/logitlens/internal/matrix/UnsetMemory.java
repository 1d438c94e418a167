package io.github.logitlens.internal.matrix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Memory off heap in which anything may stand.
///
/// [Arena#allocate] sets memory to zero in a loop of eight bytes a turn, which a new process interprets. What an arena
/// copies from elsewhere it does not set to zero first, and copying needs no loop: so small pieces are copies of anything.
final class UnsetMemory {

    private static final int ALIGNMENT = 64;
    private static final MemorySegment ANYTHING = MemorySegment.ofArray(new long[(1 << 19) / Long.BYTES]);

    private UnsetMemory() {
    }

    /// @return `bytes` of memory, a multiple of 8, at an address that is a multiple of 64
    static MemorySegment allocate(Arena arena, long bytes) {
        if (bytes + ALIGNMENT > ANYTHING.byteSize()) {
            return arena.allocate(bytes, ALIGNMENT);
        }
        MemorySegment memory =
                arena.allocateFrom(ValueLayout.JAVA_LONG, ANYTHING, ValueLayout.JAVA_LONG, 0, (bytes + ALIGNMENT) / Long.BYTES);
        return memory.asSlice(-memory.address() & ALIGNMENT - 1, bytes);
    }
}
