package io.github.logitlens.internal.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.JavaProcess;
import io.github.logitlens.fixtures.JavaProcess.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// File trees as Linux shows them, and a process in a real control group where the test may make one.
class AvailableMemoryTest {

    private static final long MACHINE = 8_000_000L * 1024;
    private static final long LIMIT = 512L << 20;
    private static final String V2 = "sys/fs/cgroup/";
    private static final String V1 = "sys/fs/cgroup/memory/";

    @TempDir
    private Path root;

    private void file(String name, String... lines) throws IOException {
        Path file = root.resolve(name).normalize();
        Files.createDirectories(file.getParent());
        Files.write(file, List.of(lines));
    }

    private void machine() throws IOException {
        file("proc/meminfo", "MemTotal:        9000000 kB", "MemFree:          100000 kB", "MemAvailable:    8000000 kB");
    }

    private void groupV2(String group, String limit, long usage, long active, long inactive) throws IOException {
        file(V2 + group + "memory.max", limit);
        file(V2 + group + "memory.current", Long.toString(usage));
        file(V2 + group + "memory.stat", "anon 7", "file " + (active + inactive + 5), "inactive_anon 3", "active_anon 4",
                "inactive_file " + inactive, "active_file " + active, "shmem 5");
    }

    private static Optional<AvailableMemory> limited(long bytes, long limit) {
        return Optional.of(new AvailableMemory(bytes, OptionalLong.of(limit)));
    }

    private static Optional<AvailableMemory> unlimited(long bytes) {
        return Optional.of(new AvailableMemory(bytes, OptionalLong.empty()));
    }

    @Test
    void theMachinesMemoryWhereThereAreNoGroups() throws IOException {
        machine();
        assertEquals(unlimited(MACHINE), AvailableMemory.now(root));
    }

    @Test
    void nothingWhereTheSystemDoesNotSay() throws IOException {
        assertEquals(Optional.empty(), AvailableMemory.now(root));
        file("proc/meminfo", "MemTotal: 9000000 kB");
        assertEquals(Optional.empty(), AvailableMemory.now(root));
        file("proc/meminfo", "MemAvailable: plenty kB");
        assertEquals(Optional.empty(), AvailableMemory.now(root));
    }

    @Test
    void theFileCacheOfAGroupCountsAsAvailable() throws IOException {
        machine();
        file("proc/self/cgroup", "0::/");
        groupV2("", "500000", 499_000, 300_000, 100_000);
        assertEquals(limited(401_000, 500_000), AvailableMemory.now(root));
    }

    @Test
    void theTightestGroupOnThePathDecides() throws IOException {
        machine();
        file("proc/self/cgroup", "0::/pod/container/part");
        groupV2("pod/", "900000", 800_000, 0, 0);
        groupV2("pod/container/", "500000", 300_000, 0, 0);
        groupV2("pod/container/part/", "max", 300_000, 0, 0);
        assertEquals(limited(100_000, 900_000), AvailableMemory.now(root));
        groupV2("pod/", "max", 800_000, 0, 0);
        assertEquals(limited(200_000, 500_000), AvailableMemory.now(root));
        groupV2("pod/container/", Long.toString(2 * MACHINE), 300_000, 0, 0);
        assertEquals(unlimited(MACHINE), AvailableMemory.now(root));
    }

    @Test
    void aGroupAboveItsLimitLeavesNothing() throws IOException {
        machine();
        file("proc/self/cgroup", "0::/");
        groupV2("", "500000", 600_000, 0, 50_000);
        assertEquals(limited(0, 500_000), AvailableMemory.now(root));
    }

    @Test
    void versionOneAsAHostAndAsAContainerSeeIt() throws IOException {
        machine();
        file("proc/self/cgroup", "9:name=systemd:/docker/1f", "4:cpu,memory:/docker/1f", "0::/");
        file(V1 + "memory.limit_in_bytes", "9223372036854771712");
        file(V1 + "memory.usage_in_bytes", "123456789");
        assertEquals(unlimited(MACHINE), AvailableMemory.now(root));
        for (String group : List.of("", "docker/1f/")) { // the mount point is the container's own group, or the host's root
            file(V1 + group + "memory.limit_in_bytes", "500000");
            file(V1 + group + "memory.usage_in_bytes", "450000");
            file(V1 + group + "memory.stat", "active_file 9", "total_inactive_file 200000", "total_active_file 100000");
            assertEquals(limited(350_000, 500_000), AvailableMemory.now(root));
            file(V1 + "memory.limit_in_bytes", "9223372036854771712");
        }
    }

    @Test
    void pathsOutsideTheMountAndLinesOfAnotherFormAreIgnored() throws IOException {
        machine();
        file("proc/self/cgroup", "0::/../elsewhere", "", "memory", "4:memory", "0::", "5:cpu:/");
        groupV2("../elsewhere/", "5", 4, 0, 0);
        assertEquals(unlimited(MACHINE), AvailableMemory.now(root));
    }

    @Tag("forks")
    @Test
    void aProcessInARealGroupSeesItsLimitAndNotItsFileCache() throws IOException {
        Path group = groupWithLimit();
        try {
            Path cached = root.resolve("cached");
            Result result = JavaProcess.run(List.of("-Xmx64m"), AvailableMemoryTest.class, group.toString(), cached.toString());
            assertEquals(0, result.exit(), result.err());
            List<Long> said = result.out().lines().map(Long::parseLong).toList();
            assertEquals(LIMIT, said.get(0));
            assertTrue(said.get(1) <= LIMIT, result.out());
            assertTrue(said.get(2) > said.get(1) - (32L << 20), "before and after 256 MB of file cache: " + result.out());
        } finally {
            Files.delete(group);
        }
    }

    /// A group below this process's own, in the file system that has the memory controller.
    private static Path groupWithLimit() throws IOException {
        for (String[] version : new String[][] {{V1, "memory.limit_in_bytes"}, {V2, "memory.max"}}) {
            Path group = Path.of("/", version[0], "logit-lens-test-" + ProcessHandle.current().pid());
            try {
                Files.createDirectory(group);
            } catch (IOException e) {
                continue;
            }
            try {
                Files.writeString(group.resolve(version[1]), Long.toString(LIMIT));
                return group;
            } catch (IOException e) {
                Files.delete(group);
            }
        }
        System.out.println("*** SKIPPED: AvailableMemoryTest needs the right to make a control group with a memory limit ***");
        return Assumptions.abort("no control group can be made");
    }

    /// In the other JVM: enters the group, and says its limit, what is available, and what is available once 256 MB of a file
    /// were written there.
    ///
    /// @param args the group and a file
    /// @throws IOException if the group cannot be entered
    public static void main(String[] args) throws IOException {
        Files.writeString(Path.of(args[0], "cgroup.procs"), Long.toString(ProcessHandle.current().pid()));
        AvailableMemory before = AvailableMemory.now(Path.of("/")).orElseThrow();
        System.out.println(before.limit().orElseThrow());
        System.out.println(before.bytes());
        try (var out = Files.newOutputStream(Path.of(args[1]))) {
            for (int megabyte = 0; megabyte < 256; megabyte++) {
                out.write(new byte[1 << 20]);
            }
        }
        System.out.println(AvailableMemory.now(Path.of("/")).orElseThrow().bytes());
    }
}
