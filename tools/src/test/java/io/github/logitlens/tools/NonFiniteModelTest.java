package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.weights.SafeTensors;
import io.github.logitlens.weights.TensorInfo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model with weights that are no numbers: said once, and shown as it is.
class NonFiniteModelTest {

    private static final Path DEMO = Path.of("../lens-weights/src/main/resources/io/github/logitlens/weights/demo");
    private static final int NAN = 0x0000_C07F; // as the little-endian file has it
    private static final int INFINITY = 0x0000_807F;

    @TempDir
    private Path dir;

    @BeforeEach
    void copyTheBundledModel() throws IOException {
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(DEMO.resolve(file), dir.resolve(file));
        }
    }

    private void poison(int value, String... tensors) throws IOException {
        Path path = dir.resolve("model.safetensors");
        try (SafeTensors file = SafeTensors.open(path); RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
            for (String name : tensors) {
                TensorInfo tensor = file.tensor(name).orElseThrow();
                raw.seek(file.dataStart() + tensor.begin());
                if (tensor.byteSize() / tensor.elementCount() == 2) {
                    raw.writeShort(value == NAN ? 0x007E : 0x007C);
                } else {
                    raw.writeInt(value);
                }
            }
        }
    }

    @Test
    void theTensorAndTheCountAreNamedAndTheResultShowsIt() throws IOException {
        poison(NAN, "h.3.mlp.c_proj.bias");
        Cli cli = Cli.lens("--model", dir.toString(), "The Eiffel Tower is in");
        assertEquals("lens: model '" + dir.getFileName() + "' has weights that are NaN or infinite: 1 of 'h.3.mlp.c_proj.bias';"
                + " what depends on them is NaN\n", cli.err());
        assertEquals(0, cli.code());
        assertTrue(cli.lines().stream().anyMatch(line -> line.startsWith("Layer 2 ") && !line.contains("NaN")), cli.out());
        assertTrue(cli.lines().stream().anyMatch(line -> line.startsWith("Layer 3 ") && line.contains("NaN")), cli.out());
    }

    @Test
    void jsonHoldsTheWord() throws IOException {
        poison(INFINITY, "wte.weight");
        Cli cli = Cli.lens("--json", "--model", dir.toString(), "The Eiffel Tower is in");
        assertEquals(0, cli.code());
        assertTrue(cli.err().contains("1 of 'wte.weight';"), cli.err());
        JsonNode readings = cli.json().get("readings");
        assertEquals("NaN", readings.get(readings.size() - 1).get("entropy").asText());
    }

    @Test
    void ofManyTensorsTheFirstAreNamed() throws IOException {
        poison(NAN, "h.0.ln_1.bias", "h.0.ln_2.bias", "h.1.ln_1.bias", "h.1.ln_2.bias", "ln_f.weight");
        Cli cli = Cli.lens("export", "--model", dir.toString(), "--output", dir.resolve("out").toString(), "Hello");
        assertEquals(1, cli.err().lines().count());
        assertTrue(cli.err().contains("1 of 'h.0.ln_1.bias', 1 of 'h.0.ln_2.bias', 1 of 'h.1.ln_1.bias' and others in 2 more tensors;"),
                cli.err());
        assertEquals(0, cli.code());
    }
}
