package io.github.logitlens.internal.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Memory is lent to one use at a time, and again and again.
class LentMemoryTest {

    @Test
    void usesWithinUsesGetPiecesOfTheirOwn() {
        try (Arena arena = Arena.ofConfined()) {
            LentMemory memory = new LentMemory(arena, 100);
            memory.lend(outer -> memory.lend(inner -> {
                assertEquals(100, inner.byteSize());
                assertNotEquals(outer.address(), inner.address());
            }));
        }
    }

    @Test
    void whatIsGivenBackIsLentAgain() {
        try (Arena arena = Arena.ofConfined()) {
            LentMemory memory = new LentMemory(arena, 100);
            Set<Long> addresses = new HashSet<>();
            for (int i = 0; i < 10; i++) {
                memory.lend(piece -> addresses.add(piece.address()));
            }
            assertEquals(1, addresses.size());
        }
    }

    @Test
    void aUseThatFailsGivesBack() {
        try (Arena arena = Arena.ofConfined()) {
            LentMemory memory = new LentMemory(arena, 100);
            Set<Long> addresses = new HashSet<>();
            assertThrows(IllegalStateException.class, () -> memory.lend(piece -> {
                addresses.add(piece.address());
                throw new IllegalStateException();
            }));
            memory.lend(piece -> addresses.add(piece.address()));
            assertEquals(1, addresses.size());
        }
    }
}
