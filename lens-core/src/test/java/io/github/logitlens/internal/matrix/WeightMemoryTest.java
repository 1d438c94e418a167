package io.github.logitlens.internal.matrix;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.ActivationFunction;
import io.github.logitlens.weights.Gpt2Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class WeightMemoryTest {

    private static Gpt2Config config(int nLayers, int nHeads, int dModel, boolean tied) {
        return new Gpt2Config(
                nLayers, nHeads, dModel, 4 * dModel, 50257, 1024, 1e-5, ActivationFunction.GELU_NEW, true, false, tied);
    }

    @Test
    void countsThePanelsOfEveryMatrix() {
        long blocks = 12L * 12 * 768 * 768 * 4;
        long unembedding = 50304L * 768 * 4; // 786 panels of 64
        assertEquals(blocks + unembedding, WeightMemory.bytes(config(12, 12, 768, true)));
        assertEquals(blocks + unembedding + 50257L * 768 * 4, WeightMemory.bytes(config(12, 12, 768, false)));
    }

    @Test
    void aModelThatCannotFitIsRefusedWithBothNumbers() {
        if (!Files.isReadable(Path.of("/proc/meminfo"))) {
            System.out.println("*** SKIPPED: WeightMemoryTest needs a system that says how much memory is available ***");
            Assumptions.abort("no /proc/meminfo");
        }
        Gpt2Config huge = config(4096, 64, 1 << 16, true);
        String message = assertThrows(IllegalStateException.class, () -> WeightMemory.check("huge", huge)).getMessage();
        assertTrue(message.matches("model 'huge': its weights need 844,[0-9,]+ bytes of memory as float32,"
                + " only [0-9,]+ are available"), message);
        assertDoesNotThrow(() -> WeightMemory.check("small", config(1, 1, 8, true)));
    }

    @Test
    void aLimitThatLeavesTooLittleIsNamed() {
        AvailableMemory limited = new AvailableMemory(499_999_999, OptionalLong.of(536_870_912));
        String message = assertThrows(
                IllegalStateException.class, () -> WeightMemory.check("gpt2", 500_000_000, limited)).getMessage();
        assertEquals("model 'gpt2': its weights need 500,000,000 bytes of memory as float32, only 499,999,999 are available"
                + " (the limit of its control group is 536,870,912)", message);
        assertDoesNotThrow(() -> WeightMemory.check("gpt2", 499_999_999, limited));
    }
}
