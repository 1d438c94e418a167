package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.LogitLens;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {

    private static final String PROMPT = "The Eiffel Tower is in";

    @TempDir
    private Path dir;

    private static float[] floats(SafeTensors file, String name) {
        TensorInfo tensor = file.tensor(name).orElseThrow();
        float[] values = new float[Math.toIntExact(tensor.elementCount())];
        file.readFloats(tensor, 0, values, 0, values.length);
        return values;
    }

    @Test
    void theLastRowIsTheModelsOutput() {
        Path out = dir.resolve("out.safetensors");
        Cli.lens("export", "--logits", "all", "--output", out.toString(), PROMPT).succeeds();
        try (SafeTensors file = SafeTensors.open(out); LogitLens lens = LogitLens.open("demo")) {
            int[] tokens = lens.tokenizer().encode(PROMPT);
            long points = lens.model().config().nLayers() + 1;
            int vocabSize = lens.model().config().vocabSize();
            assertEquals(List.of((long) tokens.length), file.tensor("tokens").orElseThrow().shape());
            assertEquals(List.of(points, (long) tokens.length, (long) lens.model().config().dModel()),
                    file.tensor("resid").orElseThrow().shape());
            float[] logits = floats(file, "logits");
            assertEquals(points * tokens.length * vocabSize, logits.length);
            assertArrayEquals(lens.model().logits(tokens), Arrays.copyOfRange(logits, logits.length - vocabSize, logits.length));
        }
    }

    @Test
    void theLogitsOfTheLastPositionAreItsOwn() {
        Path last = dir.resolve("last.safetensors");
        Path all = dir.resolve("all.safetensors");
        Cli.lens("export", "--logits", "last", "--output", last.toString(), PROMPT).succeeds();
        Cli.lens("export", "--logits", "all", "--output", all.toString(), PROMPT).succeeds();
        try (SafeTensors ofLast = SafeTensors.open(last); SafeTensors ofAll = SafeTensors.open(all);
                LogitLens lens = LogitLens.open("demo")) {
            int[] tokens = lens.tokenizer().encode(PROMPT);
            int points = lens.model().config().nLayers() + 1;
            int vocabSize = lens.model().config().vocabSize();
            assertEquals(List.of((long) points, 1L, (long) vocabSize), ofLast.tensor("logits").orElseThrow().shape());
            float[] one = floats(ofLast, "logits");
            float[] each = floats(ofAll, "logits");
            for (int point = 0; point < points; point++) {
                int row = (point * tokens.length + tokens.length - 1) * vocabSize;
                assertArrayEquals(Arrays.copyOfRange(each, row, row + vocabSize),
                        Arrays.copyOfRange(one, point * vocabSize, (point + 1) * vocabSize), "point " + point);
            }
            assertArrayEquals(lens.model().logits(tokens), Arrays.copyOfRange(one, (points - 1) * vocabSize, points * vocabSize));
        }
    }

    @Test
    void idsAndTextGiveTheSameFile() throws Exception {
        Path text = dir.resolve("text.safetensors");
        Path ids = dir.resolve("ids.safetensors");
        Cli.lens("export", "--bos", "--logits", "last", "--output", text.toString(), PROMPT).succeeds();
        Cli.lens("export", "--ids", "50256, 464,412,733,417,8765,318,287", "--logits", "last", "--output", ids.toString()).succeeds();
        assertArrayEquals(Files.readAllBytes(text), Files.readAllBytes(ids));
    }

    @Test
    void whatCannotBeDoneLeavesNoFile() {
        Path out = dir.resolve("out.safetensors");
        Cli.lens("export", "--ids", "1,two", "--output", out.toString())
                .failsWith(2, "--ids: expected token ids separated by commas, got \"1,two\"");
        Cli missing = Cli.lens("export", "--output", dir.resolve("no/such/out.safetensors").toString(), PROMPT);
        assertEquals(1, missing.code());
        assertTrue(missing.err().startsWith("lens: "), missing.err());
        assertEquals(2, Cli.lens("export", PROMPT).code());
        assertFalse(Files.exists(out));
    }
}
