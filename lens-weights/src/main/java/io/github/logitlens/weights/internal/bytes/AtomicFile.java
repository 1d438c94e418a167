package io.github.logitlens.weights.internal.bytes;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// Files that appear under their name complete, or not at all. What was there before stays until then, and may be open.
public final class AtomicFile {

    /// Writes a whole file.
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel out) throws IOException;
    }

    private AtomicFile() {
    }

    /// A name in the same directory that is nobody's, and that nobody takes for a file of value.
    public static Path temporary(Path target) {
        return target.resolveSibling("." + target.getFileName() + "."
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()) + ".incomplete");
    }

    /// Writes a file, forces it to the disk and gives it its name.
    ///
    /// @param target its directory is there
    /// @throws IOException if that fails; then no trace is left of the attempt
    public static void write(Path target, Content content) throws IOException {
        Path temporary = temporary(target);
        try {
            try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE_NEW)) {
                content.writeTo(out);
                out.force(true);
            }
            rename(temporary, target);
        } catch (IOException | RuntimeException | Error e) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    /// Gives a complete file its name, so that it keeps it when the machine fails.
    ///
    /// @param temporary in the same directory or file system; gone afterwards
    public static void rename(Path temporary, Path target) throws IOException {
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException _) {
            // Not every system can force a directory to the disk.
        }
    }
}
