package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The jar that the launcher runs, written anew, is the library that all other tests use.
class NewerClassFilesTest {

    @TempDir
    private Path dir;

    @Test
    void theWrittenJarHasTheSameEntriesAndClassesThatTheJvmAccepts() throws Exception {
        Path picocli = picocli();
        Path newer = newer(picocli);
        try (JarFile from = new JarFile(picocli.toFile()); JarFile to = new JarFile(newer.toFile());
             URLClassLoader loader = alone(newer)) {
            List<JarEntry> entries = Collections.list(from.entries());
            assertEquals(entries.stream().map(JarEntry::getName).toList(), to.stream().map(JarEntry::getName).toList());
            int classes = 0;
            for (JarEntry entry : entries) {
                String name = entry.getName();
                if (name.endsWith(".class") && !name.endsWith("module-info.class")) {
                    assertEquals(ClassFile.JAVA_17_VERSION, version(to, name), name);
                    assertTrue(version(from, name) < ClassFile.JAVA_6_VERSION, name + " needs no newer format");
                    // Initialised, that is after the JVM has verified it.
                    Class.forName(name.substring(0, name.length() - ".class".length()).replace('/', '.'), true, loader);
                    classes++;
                } else {
                    assertArrayEquals(content(from, name), content(to, name), name);
                }
            }
            assertTrue(classes > 200, classes + " classes");
        }
    }

    private static int version(JarFile jar, String name) throws IOException {
        return ClassFile.of().parse(content(jar, name)).majorVersion();
    }

    private static byte[] content(JarFile jar, String name) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
            return in.readAllBytes();
        }
    }

    private Path newer(Path picocli) throws IOException {
        Path newer = dir.resolve("newer.jar");
        NewerClassFiles.write(picocli, newer);
        return newer;
    }

    private static URLClassLoader alone(Path jar) throws IOException {
        return new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    private static Path picocli() throws URISyntaxException {
        return Path.of(CommandLine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
