package io.github.logitlens.internal.matrix;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// How much memory this process can still take, by what Linux says of the machine and of the control groups it is in, which
/// is how containers are limited.
///
/// The files are read here instead of by `java.lang.management`, for two reasons: loading that costs a new process some 60 ms,
/// and its free memory of a group counts the file cache as taken, which the kernel gives up for the asking. Having
/// just read a model's file would be enough to find no room for it.
///
/// @param bytes what can be taken, file cache included
/// @param limit of the control group that leaves least, if one leaves less than the machine
record AvailableMemory(long bytes, OptionalLong limit) {

    private static final String MEMINFO = "proc/meminfo";
    private static final String GROUPS = "proc/self/cgroup";

    /// Names of one version's files, `limit` and `usage` of one number each; `cache` are two lines of `statistics`.
    private record Version(String mount, String limit, String usage, String statistics, List<String> cache) {
    }

    private static final Version V2 = new Version(
            "sys/fs/cgroup", "memory.max", "memory.current", "memory.stat", List.of("active_file ", "inactive_file "));
    private static final Version V1 = new Version(
            "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.stat",
            List.of("total_active_file ", "total_inactive_file "));

    /// What is available now.
    ///
    /// @param root of the file system: `/`, or another for a test
    /// @return empty where the system does not say
    static Optional<AvailableMemory> now(Path root) {
        OptionalLong kibibytes = number(root.resolve(MEMINFO), "MemAvailable:", " kB");
        if (kibibytes.isEmpty()) {
            return Optional.empty();
        }
        AvailableMemory least = new AvailableMemory(1024 * kibibytes.getAsLong(), OptionalLong.empty());
        try {
            String groups = content(root.resolve(GROUPS));
            for (int at = 0; at < groups.length(); at = lineEnd(groups, at) + 1) {
                least = least.inGroup(root, groups.substring(at, lineEnd(groups, at)));
            }
        } catch (IOException e) {
            // a system without control groups
        }
        return Optional.of(least);
    }

    /// @param group `ID:CONTROLLERS:PATH`, the first two being 0 and nothing in version 2
    private AvailableMemory inGroup(Path root, String group) {
        int controllers = group.indexOf(':') + 1;
        int path = group.indexOf(':', controllers) + 1;
        if (group.startsWith("0::")) {
            return alongPath(root, V2, group.substring(path));
        }
        boolean limitsMemory = path > 0 && List.of(group.substring(controllers, path - 1).split(",")).contains("memory");
        return limitsMemory ? alongPath(root, V1, group.substring(path)) : this;
    }

    /// The least that the group or one above it leaves. A container may see its own group's files at the mount point
    /// although its path is that on the host; then only the mount point has any.
    private AvailableMemory alongPath(Path root, Version version, String path) {
        Path mount = root.resolve(version.mount);
        AvailableMemory least = this;
        for (Path group = root.resolve(version.mount + path).normalize(); group.startsWith(mount); group = group.getParent()) {
            least = least.under(group, version);
        }
        return least;
    }

    private AvailableMemory under(Path group, Version version) {
        OptionalLong limit = number(group.resolve(version.limit), "", "");
        OptionalLong usage = number(group.resolve(version.usage), "", "");
        if (limit.isEmpty() || usage.isEmpty() || limit.getAsLong() - usage.getAsLong() >= bytes) {
            return this;
        }
        long left = limit.getAsLong() - usage.getAsLong();
        for (String name : version.cache) {
            left += number(group.resolve(version.statistics), name, "").orElse(0);
        }
        return left < bytes ? new AvailableMemory(Math.max(0, left), limit) : this;
    }

    /// The number in the first line that begins and ends so.
    private static OptionalLong number(Path file, String prefix, String suffix) {
        try {
            String lines = content(file);
            for (int at = 0; at < lines.length(); at = lineEnd(lines, at) + 1) {
                int end = lineEnd(lines, at);
                if (lines.startsWith(prefix, at) && lines.startsWith(suffix, end - suffix.length())) {
                    String number = lines.substring(at + prefix.length(), end - suffix.length()).strip();
                    return OptionalLong.of(Long.parseLong(number));
                }
            }
        } catch (IOException | NumberFormatException e) {
            // another system, a group without a limit of its own, or "max"
        }
        return OptionalLong.empty();
    }

    /// No reader, no channel, no stream, no regular expression: their first use costs a new process milliseconds.
    private static String content(Path file) throws IOException {
        try (FileInputStream in = new FileInputStream(file.toString())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static int lineEnd(String lines, int from) {
        int end = lines.indexOf('\n', from);
        return end < 0 ? lines.length() : end;
    }
}
