package io.github.logitlens.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.error.LensException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundledModelTest {

    @TempDir
    Path dir;

    @Test
    void opens() {
        try (Checkpoint demo = Checkpoint.demo(); Checkpoint byName = Checkpoint.open("demo")) {
            assertEquals("demo", demo.id());
            assertEquals(Optional.empty(), demo.directory());
            assertEquals(50257, demo.config().vocabSize());
            assertTrue(demo.config().nLayers() >= 6 && demo.config().nCtx() >= 128, demo.config().toString());
            assertEquals(demo.config(), byName.config());
            assertEquals(List.of(), demo.ignoredTensors());
            for (float value : demo.weight(WeightRole.TOKEN_EMBEDDING).readAll()) {
                assertFalse(Float.isNaN(value) || Float.isInfinite(value));
            }
        }
    }

    /// From a jar or a directory, deflated or not: the same bytes.
    @Tag("forks")
    @Test
    void isTheSameFromAJar() throws Exception {
        Path classes = location(Checkpoint.class);
        Path jar = Files.isDirectory(classes) ? jar(classes) : classes;
        String separator = System.getProperty("path.separator");
        String classPath = jar + separator + location(BundledModelTest.class) + separator + location(LensException.class);
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                classPath, BundledModelTest.class.getName()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), errors);
        String[] parts = output.strip().split(" ");
        try (Checkpoint demo = Checkpoint.demo()) {
            assertEquals(demo.sha256(), parts[0]);
            assertArrayEquals(new String[] {demo.sha256(), "jar"}, parts);
        }
    }

    private static Path location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private Path jar(Path classes) throws IOException {
        Path jar = dir.resolve("lens-weights.jar");
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file);
                Stream<Path> paths = Files.walk(classes)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new ZipEntry(classes.relativize(path).toString()));
                Files.copy(path, out);
            }
        }
        return jar;
    }

    /// In the other JVM: prints the weights' digest and where they come from.
    ///
    /// @param args none
    public static void main(String[] args) {
        try (Checkpoint demo = Checkpoint.demo()) {
            System.out.println(demo.sha256() + " " + BundledModel.class.getResource("demo/config.json").getProtocol());
        }
    }
}
