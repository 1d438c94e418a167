package io.github.logitlens.internal.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Every task is taken once, a share's own in order.
class SharesTest {

    private static List<Integer> takeAll(Shares shares, int share) {
        List<Integer> taken = new ArrayList<>();
        for (int task = shares.take(share); task >= 0; task = shares.take(share)) {
            taken.add(task);
        }
        return taken;
    }

    @Test
    void sharesAreNeighboursOfAboutOneSize() {
        Shares shares = new Shares(11, 4);
        assertEquals(4, shares.count());
        assertEquals(List.of(0, 2, 5, 8), List.of(shares.first(0), shares.first(1), shares.first(2), shares.first(3)));
        assertTrue(shares.owns(1, 2) && shares.owns(1, 4) && !shares.owns(1, 5));
        assertEquals(3, new Shares(3, 4).count(), "no more shares than tasks");
    }

    @Test
    void aShareIsBegunOnceAndByWhomItIsMeantForIfPossible() {
        Shares shares = new Shares(9, 3);
        assertEquals(2, shares.begin(2));
        Set<Integer> others = new HashSet<>(List.of(shares.begin(2), shares.begin(7)));
        assertEquals(Set.of(0, 1), others);
    }

    @Test
    void whoHasFinishedHelpsFromTheEndOfTheFullest() {
        Shares shares = new Shares(8, 2);
        assertEquals(List.of(0, 1), List.of(shares.take(0), shares.take(0)));
        assertEquals(List.of(4, 5, 6, 7, 3, 2), takeAll(shares, 1));
        assertEquals(List.of(), takeAll(shares, 0));
    }

    @Test
    void everyTaskIsTakenOnceByAnyNumberOfThreads() {
        for (int threads : new int[] {1, 2, 3, 7}) {
            Workers workers = new Workers(threads);
            for (int round = 0; round < 300; round++) {
                int tasks = 1 + round % 50;
                Shares shares = new Shares(tasks, threads);
                AtomicIntegerArray taken = new AtomicIntegerArray(tasks);
                workers.run(shares.count(),
                        slot -> takeAll(shares, shares.begin(Workers.place())).forEach(taken::incrementAndGet));
                int[] once = new int[tasks];
                Arrays.fill(once, 1);
                assertArrayEquals(once, IntStream.range(0, tasks).map(taken::get).toArray());
            }
        }
    }
}
