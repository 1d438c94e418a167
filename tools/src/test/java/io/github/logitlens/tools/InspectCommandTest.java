package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {

    @TempDir
    private Path dir;

    private Path file(String name, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        return Files.write(dir.resolve(name), bytes.array());
    }

    @Test
    void oneLineForEachFile() throws IOException {
        Path good = file("good é.safetensors", """
                {"__metadata__": {"format": "pt", "quote": "\\""},
                 "b\\n": {"dtype": "F32", "shape": [2, 1], "data_offsets": [2, 10]},
                 "a": {"dtype": "F16", "shape": [], "data_offsets": [0, 2]}}""", 10);
        Path bad = file("bad.safetensors", "{\"a\": {\"dtype\": \"F32\", \"shape\": [3], \"data_offsets\": [0, 2]}}", 2);
        Path missing = dir.resolve("missing");
        Cli cli = Cli.lens("inspect", good.toString(), bad.toString(), missing.toString(), good.toString());
        assertEquals(1, cli.code());
        assertEquals("lens: 2 of 4 files refused\n", cli.err());
        assertEquals(4, cli.lines().size());
        assertEquals(Cli.parse("""
                {"path": "%s",
                 "tensors": [{"name": "a", "dtype": "F16", "shape": [], "offsets": [0, 2]},
                             {"name": "b\\n", "dtype": "F32", "shape": [2, 1], "offsets": [2, 10]}],
                 "metadata": {"format": "pt", "quote": "\\""}}""".formatted(good)), Cli.parse(cli.lines().get(0)));
        assertEquals("SIZE_MISMATCH", Cli.parse(cli.lines().get(1)).path("error").textValue());
        assertEquals(bad.toString(), Cli.parse(cli.lines().get(1)).path("path").textValue());
        assertEquals("NOT_FOUND", Cli.parse(cli.lines().get(2)).path("error").textValue());
        assertTrue(Cli.parse(cli.lines().get(2)).path("message").textValue().contains("missing"));
        assertEquals(cli.lines().get(0), cli.lines().get(3));
    }

    @Test
    void hundredsOfFilesInOneCall() throws IOException {
        List<String> args = new ArrayList<>(List.of("inspect"));
        for (int i = 0; i < 300; i++) {
            args.add(file("f" + i, "{\"w" + i + "\": {\"dtype\": \"U8\", \"shape\": [1], \"data_offsets\": [0, 1]}}", 1).toString());
        }
        Cli cli = Cli.lens(args.toArray(String[]::new)).succeeds();
        assertEquals(300, cli.lines().size());
        assertEquals("w299", Cli.parse(cli.lines().get(299)).path("tensors").get(0).path("name").textValue());
    }

    @Test
    void dimensionsAreUnsigned() throws IOException {
        Path file = file("huge", "{\"e\": {\"dtype\": \"F32\", \"shape\": [0, 18446744073709551615], \"data_offsets\": [0, 0]}}", 0);
        assertTrue(Cli.lens("inspect", file.toString()).succeeds().out().contains("[0,18446744073709551615]"));
    }

    @Test
    void whatTorchSaveWroteIsListedToo() throws IOException {
        Path lens = Path.of("../lens-core/src/test/resources/goldens/lenses/jacobian.pt");
        Path cut = Files.write(dir.resolve("cut.pt"), Arrays.copyOf(Files.readAllBytes(lens), 5000));
        Path old = Path.of("../lens-weights/src/test/resources/io/github/logitlens/weights/torch/old.pt");
        Cli cli = Cli.lens("inspect", lens.toString(), cut.toString(), old.toString(), dir.toString());
        assertEquals(1, cli.code());
        assertEquals("lens: 3 of 4 files refused\n", cli.err());
        JsonNode file = Cli.parse(cli.lines().getFirst());
        JsonNode tensor = file.path("tensors").get(0);
        assertEquals("J.0", tensor.path("name").textValue());
        assertEquals("F16", tensor.path("dtype").textValue());
        long begin = tensor.path("offsets").get(0).longValue();
        long end = tensor.path("offsets").get(1).longValue();
        assertEquals(2 * tensor.path("shape").get(0).longValue() * tensor.path("shape").get(1).longValue(), end - begin);
        assertEquals("5", file.path("metadata").path("n_prompts").textValue());
        assertEquals("tiny", file.path("metadata").path("metadata.model_name").textValue());
        assertEquals("NOT_A_ZIP", Cli.parse(cli.lines().get(1)).path("error").textValue());
        assertTrue(Cli.parse(cli.lines().get(1)).path("message").textValue().endsWith("got one that is cut short"));
        assertEquals("OTHER_FORMAT", Cli.parse(cli.lines().get(2)).path("error").textValue());
        assertEquals("NOT_A_REGULAR_FILE", Cli.parse(cli.lines().get(3)).path("error").textValue());
    }

    @Test
    void noFile() {
        Cli.lens("inspect").failsWith(2, "FILE");
    }
}
