package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.tools.SchemaFiles;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What the explorer's API answers is what `lens-core/schemas` says.
class ExplorerSchemaTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void answersAreWhatTheSchemasSay() throws Exception {
        try (ExplorerServer server = ExplorerServer.start(0, "demo", "test", System.err)) {
            int port = server.address().getPort();
            Set<String> types = new TreeSet<>();
            for (String line : RawHttp.post(port, "/api/run", "{\"prompt\": \"Hello there\", \"tracked\": [\" Paris\"], \"metrics\": [\"jsd\"]}").body()
                    .lines().toList()) {
                SchemaFiles.check("explorer-line", JSON.readTree(line));
                types.add(JSON.readTree(line).path("type").textValue());
            }
            types.remove("progress");
            assertEquals(Set.of("done", "rows", "start"), types);
            SchemaFiles.check("explorer-line", JSON.readTree(RawHttp.post(port, "/api/run", "{\"prompt\": \"\"}").body()));
            SchemaFiles.check("explorer-tokens", JSON.readTree(RawHttp.post(port, "/api/tokens", "{\"text\": \"Hello\"}").body()));
        }
    }
}
