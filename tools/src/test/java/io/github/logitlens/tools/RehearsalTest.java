package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launcher's archive is made of runs that succeed, and nothing else is left of them.
class RehearsalTest {

    @TempDir
    private Path temporary;

    @Test
    void succeedsAndLeavesNothing() throws IOException {
        Path directory = temporary.resolve("rehearsal");
        assertEquals(Main.DONE, Rehearsal.rehearse(directory));
        assertFalse(Files.exists(directory));
    }
}
