package io.github.logitlens.bench.model;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ReadingTest {

    @Test
    void anOrderIsPartOfIt() {
        Reading reading = new Reading(new int[] {3, 1}, 0, 0, 0);
        assertThrows(IllegalStateException.class, () -> new Reading(new int[] {1, 3}, 0, 0, 0).require("top", reading));
    }
}
