package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// The packages of this module, `view.grid` as a part of `view`, use each other one way only.
class PackagesTest {

    private static final String ROOT = "io/github/logitlens/tools/";

    @Test
    void noPackageUsesOneThatUsesIt() throws Exception {
        Map<String, Set<String>> uses = uses();
        assertTrue(uses.get("explore").contains("view"), uses::toString);
        Map<String, Set<String>> left = new TreeMap<>(uses);
        while (true) {
            List<String> free = left.keySet().stream()
                    .filter(name -> left.get(name).stream().noneMatch(left::containsKey)).toList();
            if (free.isEmpty()) {
                break;
            }
            free.forEach(left::remove);
        }
        assertEquals(Map.of(), left, "packages in a cycle, with what they use");
    }

    /// What each package uses of the others, by the class files.
    private static Map<String, Set<String>> uses() throws Exception {
        Path classes = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Map<String, Set<String>> uses = new TreeMap<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
                collect(ClassFile.of().parse(file), uses);
            }
        }
        return uses;
    }

    private static void collect(ClassModel model, Map<String, Set<String>> uses) {
        String own = packageOf(model.thisClass().asInternalName());
        Set<String> used = uses.computeIfAbsent(own, _ -> new TreeSet<>());
        StreamSupport.stream(model.constantPool().spliterator(), false)
                .filter(ClassEntry.class::isInstance).map(entry -> ((ClassEntry) entry).asInternalName())
                .filter(name -> name.startsWith(ROOT)).map(PackagesTest::packageOf)
                .filter(name -> !name.equals(own)).forEach(used::add);
    }

    /// Such as `view`; empty for the command line's own.
    private static String packageOf(String internalName) {
        String within = internalName.substring(ROOT.length());
        int end = within.indexOf('/');
        return end < 0 ? "" : within.substring(0, end);
    }
}
