package io.github.logitlens.bench.report;

import com.sun.management.OperatingSystemMXBean;
import io.github.logitlens.bench.peer.PeerMissingException;
import io.github.logitlens.bench.peer.TorchPython;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Where the report was made and of what, in words.
///
/// @param commit of this project, with a word if files differ from it
record Machine(String processor, int processors, String memory, String system, String jdk, String onnxRuntime,
        String torch, String jtokkit, String commit) {

    private static final String NONE = "none";

    static Machine here(Path root) {
        return new Machine(
                cpuInfo("model name").map(name -> name + steppings()).findFirst().orElse(System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors(), memorySize(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch"),
                System.getProperty("java.vendor") + " " + System.getProperty("java.vm.version"),
                jar("onnxruntime"), torchVersion(), jar("jtokkit"), commitOf(root));
    }

    private static Stream<String> cpuInfo(String key) {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip());
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    /// A virtual machine may hide the processor's name, but not its model.
    private static String steppings() {
        return cpuInfo("model\t").findFirst()
                .map(model -> " (family " + cpuInfo("cpu family").findFirst().orElse("?") + ", model " + model + ")").orElse("");
    }

    private static String memorySize() {
        var bean = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return String.format(Locale.ROOT, "%.0f GiB", bean.getTotalMemorySize() / (double) (1L << 30));
    }

    /// The version in a jar's name on the class path.
    private static String jar(String name) {
        Pattern pattern = Pattern.compile(name + "-([0-9][^/\\\\]*)\\.jar");
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(pattern::matcher).filter(Matcher::find).map(found -> found.group(1)).findFirst().orElse(NONE);
    }

    private static String torchVersion() {
        try {
            return output(Path.of("."), TorchPython.program(), "-c", "import torch; print(torch.__version__)");
        } catch (PeerMissingException e) {
            return NONE;
        }
    }

    private static String commitOf(Path root) {
        String id = output(root, "git", "rev-parse", "--short=10", "HEAD");
        return id.isEmpty() ? "unknown" : output(root, "git", "status", "--porcelain", "--untracked-files=no").isEmpty()
                ? id : id + " with changes";
    }

    private static String output(Path folder, String... command) {
        try {
            Command.Answer answer = Command.ask(folder, ProcessBuilder.Redirect.DISCARD, command);
            return answer.exit() == 0 ? answer.text() : "";
        } catch (IOException e) {
            return "";
        }
    }
}
