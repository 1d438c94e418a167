package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The schemas of `lens-core/schemas`. Readers have to let fields pass that they do not know; these tests do not, so that none is
/// written which no schema describes.
public final class SchemaFiles {

    static final Path FOLDER = Path.of("../lens-core/schemas");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BASE = "https://schemas.test/";
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemas((String iri) -> iri.startsWith(BASE) ? strict(iri.substring(BASE.length())) : null));

    private SchemaFiles() {
    }

    /// The names of all schemas, `common` left out.
    static List<String> names() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return List.copyOf(new TreeSet<>(files.map(file -> file.getFileName().toString().replace(".json", ""))
                    .filter(name -> !name.equals("common")).toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode read(String name) {
        try {
            return JSON.readTree(FOLDER.resolve(name + ".json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String strict(String file) {
        JsonNode schema = read(file.replace(".json", ""));
        close(schema);
        return schema.toString();
    }

    /// Lets no object have other fields than those its schema names.
    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object && object.has("properties") && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        schema.forEach(SchemaFiles::close);
    }

    /// Checks a document against a schema.
    ///
    /// @param name     such as `run-1`
    /// @param document what was written
    public static void check(String name, JsonNode document) {
        Schema schema = REGISTRY.getSchema(SchemaLocation.of(BASE + name + ".json"));
        assertEquals(List.of(), schema.validate(document).stream().map(Object::toString).toList(), name);
    }
}
