package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.edit.Edits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What commands write is what `lens-core/schemas` and `lens-core/SCHEMAS.md` say. A new form needs a schema, a sample here, and a
/// section there; the tests name what is missing.
class SchemasTest {

    private static final String PROMPT = "The cat sat on the mat. The cat";
    private static final String EVERY_METRIC = Arrays.stream(LensMetric.values()).map(LensMetric::key).collect(Collectors.joining(","));

    /// What writes documents of each schema; those of the explorer are checked by its own test.
    private static final Map<String, Supplier<List<JsonNode>>> SAMPLES = new TreeMap<>();

    static {
        SAMPLES.put("run-1", () -> Stream.concat(Stream.of(
                json("--json", PROMPT),
                json("--json", "--position", "all", "--bos", "--mid", "--metric", EVERY_METRIC, "--bottom-k", "2",
                        "--track", " Paris", "--track", "id:198", "--versus", " London", PROMPT + " \u65e5"),
                json("--json", "--points", "head,attn_out,mlp_out,resid_pre", "--layers", "1", "--layer-norm", "frozen", "Hello"),
                json("--json", "--stop-after", "1", "Hello"),
                json("--json", "--lens", "tuned", "Hello")), lines("{\"id\": 7, \"text\": \"Hello\"}\n\"Hello\"\n", "run", "--jsonl")).toList());
        SAMPLES.put("error-1", () -> lines("{\"id\": \"a\", \"ids\": [99999999]}\nno json\n\"\"\n", "run", "--jsonl").toList());
        SAMPLES.put("generation-1", () -> List.of(
                json("generate", "--json", "--max-tokens", "3", "Hello"),
                json("generate", "--json", "--max-tokens", "3", "--samples", "2", "--temperature", "1", "--lens-readings",
                        "--track", " Paris", "--stop", "xyz", "Hello")));
        SAMPLES.put("attribution-1", () -> List.of(
                json("attribute", "--json", "--token", " Paris", PROMPT),
                json("attribute", "--json", "--token", " Paris", "--versus", " London", "--neurons", "2", "--bos", PROMPT)));
        SAMPLES.put("attention-1", () -> List.of(
                json("attention", "--json", PROMPT), json("attention", "--json", "--layer", "2", "--head", "-1", "--bos", "The")));
        SAMPLES.put("comparison-1", () -> {
            try (LogitLens lens = LogitLens.open("demo")) {
                LensOptions options = LensOptions.defaults().topK(2).track(" Paris");
                return List.of(Cli.parse(lens.compare("Hello there", options, Edits.parse("zero:L1H2")).toJson()));
            }
        });
        SAMPLES.put("sweep-1", () -> List.of(
                json("patch", "--json", "--token", " Paris", "--versus", " Rome", "The capital of France", "The capital of Italy"),
                json("patch", "--json", "--metric", "kl", "--sites", "head_position", "--bos", "The cat", "The dog"),
                json("ablate", "--json", "--token", " Paris", "Hello")));
        SAMPLES.put("corpus-1", () -> corpus("corpus-1"));
        SAMPLES.put("corpus-row", () -> corpus("corpus-row"));
        SAMPLES.put("tokens-1", () -> List.of(json("tokens", "--json", PROMPT + " \u65e5")));
        SAMPLES.put("neuron-1", () -> List.of(json("neuron", "--json", "2", "5")));
        SAMPLES.put("logitlenskit-2", () -> List.of(json("--format", "logitlenskit", "--top-k", "2", PROMPT)));
        SAMPLES.put("inspect", () -> Stream.of(file("model.safetensors"), file("golden.json"))
                .flatMap(path -> Cli.lens("inspect", path).lines().stream().map(Cli::parse)).toList());
    }

    /// A small corpus's summary, or its rows.
    private static List<JsonNode> corpus(String schema) {
        try {
            Path text = Files.createTempFile("corpus", ".txt");
            Path summary = Files.createTempFile("summary", ".json");
            try {
                Files.writeString(text, PROMPT + "\nBarack Obama was the president.\n");
                if (schema.equals("corpus-row")) {
                    return Cli.lens("corpus", "--lines", "--metric", EVERY_METRIC, "--track", " Paris", text.toString()).lines().stream()
                            .map(Cli::parse).toList();
                }
                Cli.lens("corpus", "--lines", "--summary", summary.toString(), text.toString());
                return List.of(Cli.parse(Files.readString(summary)));
            } finally {
                Files.delete(text);
                Files.delete(summary);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String file(String name) {
        return Path.of("../lens-core/src/test/resources/goldens/tiny-a", name).toString();
    }

    private static JsonNode json(String... args) {
        return Cli.lens(args).succeeds().json();
    }

    private static Stream<JsonNode> lines(String input, String... args) {
        return Cli.withInput(input.getBytes(StandardCharsets.UTF_8), args).lines().stream().map(Cli::parse);
    }

    static Stream<String> schemas() {
        return SchemaFiles.names().stream().filter(name -> !name.startsWith("explorer"));
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void whatIsWrittenIsWhatTheSchemaSays(String name) {
        assertTrue(SAMPLES.containsKey(name), () -> "schema " + name + " has no sample in this test");
        List<JsonNode> documents = SAMPLES.get(name).get();
        assertTrue(!documents.isEmpty(), name);
        documents.forEach(document -> SchemaFiles.check(name, document));
        assertEquals("https://json-schema.org/draft/2020-12/schema", SchemaFiles.read(name).path("$schema").textValue());
    }

    @Test
    void aDocumentThatSaysSomethingElseIsNoneOfTheSchema() {
        ObjectNode run = (ObjectNode) json("--json", "Hello");
        assertRefused(run.deepCopy().put("another", 1));
        ObjectNode missing = run.deepCopy();
        missing.remove("positions");
        assertRefused(missing);
        ObjectNode wrong = run.deepCopy();
        ((ObjectNode) wrong.path("readings").get(0)).put("entropy", "high");
        assertRefused(wrong);
        ObjectNode norm = run.deepCopy();
        ((ObjectNode) norm.path("options")).put("layerNorm", "RECOMPUTED");
        assertRefused(norm);
        ObjectNode none = run.deepCopy();
        ((ArrayNode) none.path("tokens")).removeAll();
        assertRefused(none);
    }

    private static void assertRefused(JsonNode document) {
        assertThrows(AssertionError.class, () -> SchemaFiles.check("run-1", document));
    }

    /// Names such as `run-1` of all `logitlens.run/1` that stand in the compiled classes.
    private static Set<String> written() throws IOException {
        Set<String> found = new TreeSet<>();
        for (Class<?> of : List.of(Main.class, LensResult.class)) {
            Path classes = Path.of(of.getProtectionDomain().getCodeSource().getLocation().getPath());
            if (Files.isDirectory(classes)) {
                addNames(classes, found);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(classes)) {
                    addNames(jar.getPath("/"), found);
                }
            }
        }
        return found;
    }

    private static void addNames(Path root, Set<String> found) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
                ClassFile.of().parse(Files.readAllBytes(file)).constantPool().forEach(entry -> {
                    if (entry instanceof StringEntry text && text.stringValue().matches("logitlens\\.[a-z-]+/\\d+")) {
                        found.add(text.stringValue().replace("logitlens.", "").replace('/', '-'));
                    }
                });
            }
        }
    }

    @Test
    void everySchemaThatTheProgramNamesIsWrittenDown() throws IOException {
        Set<String> written = written();
        assertTrue(written.containsAll(List.of("run-1", "error-1", "attention-1")), written.toString());
        Set<String> missing = new TreeSet<>(written);
        missing.removeAll(SchemaFiles.names());
        // What a run over a corpus goes on from is for the program itself.
        missing.remove("corpus-state-1");
        assertEquals(Set.of(), missing, "schemas without a file in lens-core/schemas");
    }

    @Test
    void thePageNamesEverySchemaAndEveryColumn() throws IOException {
        String page = Files.readString(Path.of("../lens-core/SCHEMAS.md"));
        List<String> missing = new ArrayList<>();
        for (String name : SchemaFiles.names()) {
            if (!page.contains("(schemas/" + name + ".json)")) {
                missing.add(name);
            }
        }
        for (String[] command : new String[][] {
                {"--format", "csv", "--track", " Paris", "--versus", " London", "--metric", EVERY_METRIC, "Hello"},
                {"attention", "--format", "csv", "--layer", "0", "Hello"}, {"attribute", "--format", "csv", "--token", " a", "Hello"}}) {
            for (String column : Cli.lens(command).succeeds().lines().getFirst().split(",")) {
                if (!page.contains("`" + column + "`")) {
                    missing.add(column);
                }
            }
        }
        assertEquals(List.of(), missing, "what SCHEMAS.md does not name");
    }
}
