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
    private static final int SHORT = 200;
    private static final int LONG = 20;

    /// Two hundred small answers, where something that stays for each would show whatever its size, and twenty large ones, where their
    /// own bytes would.
    @Test
    @Tag("slow")
    void manyRunsLeaveNothingBehind(@TempDir Path files) throws Exception {
        try (ExplorerServer server = ExplorerServer.start(0, RandomModel.write(files.resolve("model")).toString(), "test", System.err)) {
            int port = server.address().getPort();
            String shortBody = body(1, 5);
            String longBody = body(120, 100);
            int length = 0;
            for (int i = 0; i < 10; i++) {
                run(port, shortBody);
                length = run(port, longBody);
            }
            long before = used();
            for (int i = 0; i < SHORT; i++) {
                run(port, shortBody);
            }
            for (int i = 0; i < LONG; i++) {
                run(port, longBody);
            }
            long growth = used() - before;
            assertTrue((long) LONG * length > 2 * MOST_GROWTH, "an answer of " + length + " bytes");
            assertTrue(growth < MOST_GROWTH, "grew by " + growth + " bytes");
            assertEquals(0, server.queue().length());
        }
    }

    private static String body(int words, int topK) {
        return "{\"prompt\": \"" + "word ".repeat(words) + "\", \"topK\": " + topK + ", \"metrics\": [\"surprisal\"]}";
    }

    private static int run(int port, String body) {
        RawHttp.Answer answer = RawHttp.post(port, "/api/run", body);
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
