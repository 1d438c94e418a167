package io.github.logitlens.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/// Writes a jar anew with class files of the format of Java 17. The JVM's archive for fast starts takes none of before Java 6, as
/// picocli's are, and reading and checking those takes a new process 15 ms. The code stays as it is; what it lacks for the newer
/// format, a table of the types at each branch, is added, and checked.
public final class NewerClassFiles {

    private final ClassFile format;

    private NewerClassFiles(ClassLoader jar) {
        ClassHierarchyResolver hierarchy = ClassHierarchyResolver.ofResourceParsing(jar)
                .orElse(ClassHierarchyResolver.ofClassLoading(ClassLoader.getPlatformClassLoader())).cached();
        this.format = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS, ClassFile.ClassHierarchyResolverOption.of(hierarchy));
    }

    /// Writes a jar anew.
    ///
    /// @param args the jar, and the one to write
    /// @throws IOException if one cannot be read or the other not be written
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]), Path.of(args[1]));
    }

    /// Writes a jar anew.
    ///
    /// @param from the jar
    /// @param to   the jar to write
    /// @throws IOException              if one cannot be read or the other not be written
    /// @throws IllegalArgumentException if a class would not be valid in the newer format
    static void write(Path from, Path to) throws IOException {
        Files.createDirectories(to.toAbsolutePath().getParent());
        try (JarFile jar = new JarFile(from.toFile());
             URLClassLoader classes = new URLClassLoader(new URL[] {from.toUri().toURL()}, null);
             OutputStream out = Files.newOutputStream(to);
             JarOutputStream newer = new JarOutputStream(out)) {
            NewerClassFiles writer = new NewerClassFiles(classes);
            for (JarEntry entry : Collections.list(jar.entries())) {
                JarEntry copy = new JarEntry(entry.getName());
                copy.setTimeLocal(entry.getTimeLocal());
                newer.putNextEntry(copy);
                try (InputStream in = jar.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    newer.write(entry.getName().endsWith(".class") ? writer.newer(bytes) : bytes);
                }
            }
        }
    }

    private byte[] newer(byte[] bytes) {
        ClassModel old = format.parse(bytes);
        if (old.majorVersion() >= ClassFile.JAVA_17_VERSION || old.isModuleInfo()) {
            return bytes;
        }
        byte[] newer = format.transformClass(old, ClassTransform.transformingMethodBodies(CodeBuilder::with)
                .andThen(ClassTransform.endHandler(type -> type.withVersion(ClassFile.JAVA_17_VERSION, 0))));
        List<VerifyError> faults = format.verify(newer);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("class " + old.thisClass().asInternalName() + ": expected code that is valid, got "
                    + faults.getFirst().getMessage());
        }
        return newer;
    }
}
