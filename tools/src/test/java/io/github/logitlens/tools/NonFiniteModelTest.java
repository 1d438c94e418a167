package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Weight;
import io.github.logitlens.weights.WeightRole;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model with weights that are no numbers: said once, and shown as it is.
class NonFiniteModelTest {

    @TempDir
    private Path dir;

    /// The bundled model with a bad first value in these tensors.
    private void write(float bad, String... tensors) throws IOException {
        Set<String> poisoned = Set.of(tensors);
        SafeTensorsWriter writer = new SafeTensorsWriter();
        try (Checkpoint demo = Checkpoint.demo()) {
            for (WeightRole role : WeightRole.values()) {
                for (int layer = 0; role != WeightRole.UNEMBEDDING && layer < (role.perLayer() ? demo.config().nLayers() : 1); layer++) {
                    Weight weight = role.perLayer() ? demo.weight(role, layer) : demo.weight(role);
                    float[] values = weight.readAll();
                    values[0] = poisoned.contains(weight.name()) ? bad : values[0];
                    long columns = weight.columns();
                    writer.floats(weight.name(), DType.F32,
                            weight.rows() == 1 ? List.of(columns) : List.of((long) weight.rows(), columns), values);
                }
            }
        }
        writer.write(dir.resolve("model.safetensors"));
        try (InputStream config = Checkpoint.class.getResourceAsStream("demo/config.json")) {
            Files.write(dir.resolve("config.json"), config.readAllBytes());
        }
    }

    @Test
    void theTensorAndTheCountAreNamedAndTheResultShowsIt() throws IOException {
        write(Float.NaN, "h.3.mlp.c_proj.bias");
        Cli cli = Cli.lens("--model", dir.toString(), "The Eiffel Tower is in");
        assertEquals("lens: model '" + dir.getFileName() + "' has weights that are NaN or infinite: 1 of 'h.3.mlp.c_proj.bias';"
                + " what depends on them is NaN\n", cli.err());
        assertEquals(0, cli.code());
        assertTrue(cli.lines().stream().anyMatch(line -> line.startsWith("Layer 2 ") && !line.contains("NaN")), cli.out());
        assertTrue(cli.lines().stream().anyMatch(line -> line.startsWith("Layer 3 ") && line.contains("NaN")), cli.out());
    }

    @Test
    void jsonHoldsTheWord() throws IOException {
        write(Float.POSITIVE_INFINITY, "wte.weight");
        Cli cli = Cli.lens("--json", "--model", dir.toString(), "The Eiffel Tower is in");
        assertEquals(0, cli.code());
        assertTrue(cli.err().contains("1 of 'wte.weight';"), cli.err());
        JsonNode readings = cli.json().get("readings");
        assertEquals("NaN", readings.get(readings.size() - 1).get("entropy").asText());
    }

    @Test
    void ofManyTensorsTheFirstAreNamed() throws IOException {
        write(Float.NaN, "h.0.ln_1.bias", "h.0.ln_2.bias", "h.1.ln_1.bias", "h.1.ln_2.bias", "ln_f.weight");
        Cli cli = Cli.lens("export", "--model", dir.toString(), "--output", dir.resolve("out").toString(), "Hello");
        assertEquals(1, cli.err().lines().count());
        assertTrue(cli.err().contains("1 of 'h.0.ln_1.bias', 1 of 'h.0.ln_2.bias', 1 of 'h.1.ln_1.bias' and others in 2 more tensors;"),
                cli.err());
        assertEquals(0, cli.code());
    }
}
