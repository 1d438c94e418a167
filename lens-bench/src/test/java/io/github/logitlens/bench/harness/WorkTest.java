package io.github.logitlens.bench.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitlens.bench.harness.Work.Limited;
import io.github.logitlens.bench.harness.Work.Phase;
import org.junit.jupiter.api.Test;

class WorkTest {

    @Test
    void theLeastTimeIsTheBindingLimitOfEachPhase() {
        Limited work = Limited.of(new Phase(8e9, 1e9), new Phase(1e9, 6e9));
        assertEquals(2 + 3, work.floor(4e9, 2e9), 1e-12);
        assertEquals(9e9, work.flops());
        assertEquals(7e9, work.bytes());
    }
}
