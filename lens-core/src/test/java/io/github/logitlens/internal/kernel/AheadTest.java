package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the blocks of a product read ahead is the next panel, all of it and nothing beside it: no bit depends on that.
class AheadTest {

    private static final long LINE = 64;
    private static final long OFFSET = 1024;

    /// The lines that all parts read together, in `turns` turns each.
    private static SortedSet<Long> lines(int depth, int parts, int turns) {
        SortedSet<Long> lines = new TreeSet<>();
        for (int part = 0; part < parts; part++) {
            add(lines, Ahead.part(new Panel(MemorySegment.NULL, OFFSET, depth), part, parts, turns), turns);
        }
        return lines;
    }

    private static void add(SortedSet<Long> lines, Ahead ahead, int turns) {
        for (int turn = 0; turn < turns; turn++) {
            long line = ahead.first() + turn * ahead.advance() & ahead.mask();
            for (int stream = 0; stream < 4; stream++) {
                lines.add(line + stream * ahead.stream());
            }
        }
    }

    private static SortedSet<Long> all(int depth) {
        return new TreeSet<>(LongStream.range(0, 4L * depth).map(line -> OFFSET + line * LINE).boxed().toList());
    }

    @ParameterizedTest
    @CsvSource({"768, 1, 768", "768, 2, 384", "768, 4, 384", "768, 8, 384", "384, 1, 768"})
    void togetherTheyReadEachLine(int depth, int parts, int turns) {
        assertEquals(all(depth), lines(depth, parts, turns));
    }

    @Test
    void nothingOutsideThePanelIsReadWhateverItsDepth() {
        for (int depth = 1; depth < 40; depth++) {
            for (int parts = 1; parts < 8; parts++) {
                for (int turns : new int[] {1, 2, 7, 384}) {
                    SortedSet<Long> lines = lines(depth, parts, turns);
                    assertTrue(all(depth).containsAll(lines), depth + " steps, " + parts + " parts, " + turns + " turns: " + lines);
                }
            }
        }
    }

    @Test
    void oneInSixteenIsTheFirstOfEachKibibyte() {
        SortedSet<Long> lines = new TreeSet<>();
        add(lines, Ahead.oneIn(16, new Panel(MemorySegment.NULL, OFFSET, 768), 768), 768);
        assertEquals(all(768).stream().filter(line -> line % 1024 == 0).toList(), lines.stream().toList());
    }

    /// On an AMD processor the first block alone.
    @Test
    void asManyBlocksReadAsMemoryTakesTimeFor() {
        assertEquals(1, Touching.EVERY_LINE.everyHowManyBlocks(3));
        assertTrue(Touching.EVERY_LINE.everyHowManyBlocks(42) > 1);
        assertEquals(42, Touching.ONE_IN_SIXTEEN.everyHowManyBlocks(42));
    }
}
