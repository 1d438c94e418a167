package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What is touched on this machine is what its maker's name says. Both patterns give the same bits: `KernelBitsTest`.
class TouchingTest {

    @Test
    void theMakerDecides() throws IOException {
        Path linux = Path.of("/proc/cpuinfo");
        String machine = Files.exists(linux) ? Files.readString(linux)
                : String.valueOf(System.getenv("PROCESSOR_IDENTIFIER"));
        assertEquals(machine.contains("AuthenticAMD") ? Touching.ONE_IN_SIXTEEN : Touching.EVERY_LINE,
                Touching.ofThisProcessor());
    }
}
