package io.github.logitlens.tools.explore;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// The page's files, from the jar. What `files.txt` beside them does not name does not exist: no path is ever looked up.
final class PageFiles {

    /// A file as it is sent.
    ///
    /// @param contentType its media type
    /// @param bytes       its content, *not modified*
    record PageFile(String contentType, byte[] bytes) {
    }

    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "txt", "text/plain; charset=utf-8");

    private final Map<String, PageFile> files;

    private PageFiles(Map<String, PageFile> files) {
        this.files = files;
    }

    /// Reads all files that `files.txt` names.
    static PageFiles load() {
        Map<String, PageFile> files = new LinkedHashMap<>();
        try (BufferedReader names = new BufferedReader(
                new InputStreamReader(resource("files.txt"), StandardCharsets.UTF_8))) {
            for (String name = names.readLine(); name != null; name = names.readLine()) {
                String type = CONTENT_TYPES.get(name.substring(name.lastIndexOf('.') + 1));
                try (InputStream in = resource(name)) {
                    files.put(name.equals("index.html") ? "/" : "/static/" + name, new PageFile(type, in.readAllBytes()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new PageFiles(files);
    }

    private static InputStream resource(String name) {
        InputStream in = PageFiles.class.getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException("the explorer's file " + name + " is missing in the jar");
        }
        return in;
    }

    /// The file at a raw path, or null.
    PageFile at(String rawPath) {
        return files.get(rawPath);
    }
}
