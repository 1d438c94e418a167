package io.github.logitlens.weights.internal.layout;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is in a directory.
public final class Directories {

    private Directories() {
    }

    /// The files and folders of a directory; none where it cannot be read.
    public static List<Path> children(Path directory) {
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
            List<Path> children = new ArrayList<>();
            paths.forEach(children::add);
            return children;
        } catch (IOException | DirectoryIteratorException _) {
            return List.of();
        }
    }

    /// Their names.
    public static List<String> names(Path directory) {
        return children(directory).stream().map(path -> path.getFileName().toString()).toList();
    }
}
