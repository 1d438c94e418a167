package io.github.logitlens.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A part of a Markdown file, between two comments, that a program writes.
final class Section {

    private Section() {
    }

    /// Replaces what stands between `<!-- NAME:begin … -->` and `<!-- NAME:end -->`.
    ///
    /// @throws IllegalStateException if the file has no such comments
    static void replace(Path file, String name, String text) throws IOException {
        String old = Files.readString(file);
        int begin = old.indexOf("<!-- " + name + ":begin");
        int from = begin < 0 ? -1 : old.indexOf("-->", begin);
        int to = old.indexOf("<!-- " + name + ":end -->");
        if (from < 0 || to < from) {
            throw new IllegalStateException(file + ": expected <!-- " + name + ":begin --> and <!-- " + name
                    + ":end -->, found none");
        }
        Files.writeString(file, old.substring(0, from + 3) + "\n" + text.strip() + "\n" + old.substring(to));
    }
}
