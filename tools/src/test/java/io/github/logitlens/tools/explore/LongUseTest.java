package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.tools.view.RandomModel;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that is used for a long time holds no more than one that was just started.
class LongUseTest {

    private static final long MOST_GROWTH = 20L << 20;
    private static final String BODY = "{\"prompt\": \"" + "word ".repeat(120) + "\", \"topK\": 100, \"metrics\": [\"surprisal\"]}";

    @Test
    @Tag("slow")
    void twoHundredRunsLeaveNothingBehind(@TempDir Path files) throws Exception {
        try (ExplorerServer server = ExplorerServer.start(0, RandomModel.write(files.resolve("model")).toString(), "test", System.err)) {
            int port = server.address().getPort();
            int length = run(port);
            for (int i = 0; i < 10; i++) {
                run(port);
            }
            long before = used();
            for (int i = 0; i < 200; i++) {
                run(port);
            }
            long growth = used() - before;
            // One answer that stayed for each run would be hundreds of times as much.
            assertTrue(length > MOST_GROWTH / 100, "an answer of " + length + " bytes");
            assertTrue(growth < MOST_GROWTH, "grew by " + growth + " bytes");
            assertEquals(0, server.queue().length());
        }
    }

    private static int run(int port) {
        RawHttp.Answer answer = RawHttp.post(port, "/api/run", BODY);
        assertEquals(200, answer.status());
        assertTrue(answer.body().contains("\"type\":\"done\""));
        return answer.body().length();
    }

    private static long used() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
