package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.io.InputStream;
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

    private static final Map<String, String> RESOURCES = resources();

    private final Map<String, PageFile> files;

    private PageFiles(Map<String, PageFile> files) {
        this.files = files;
    }

    /// Reads all files that `files.txt` names, and makes the page in one file.
    static PageFiles load() {
        Map<String, PageFile> files = new LinkedHashMap<>();
        RESOURCES.forEach((name, resource) ->
                files.put(name.equals("index.html") ? "/" : "/static/" + name, new PageFile(contentType(name), bytes(resource))));
        files.put("/static/one-file.html",
                new PageFile(contentType("one-file.html"), OneFilePage.template().getBytes(StandardCharsets.UTF_8)));
        return new PageFiles(files);
    }

    private static String contentType(String name) {
        return CONTENT_TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    }

    /// A name a line, and behind ` = ` the resource where that has another name.
    private static Map<String, String> resources() {
        Map<String, String> resources = new LinkedHashMap<>();
        for (String line : new String(bytes("files.txt"), StandardCharsets.UTF_8).lines().toList()) {
            String[] parts = line.split(" = ", 2);
            resources.put(parts[0], parts[parts.length - 1]);
        }
        return resources;
    }

    /// The text of a file that `files.txt` names, or of one that lies beside it.
    static String text(String name) {
        return new String(bytes(RESOURCES.getOrDefault(name, name)), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = PageFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the explorer's file " + resource + " is missing in the jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The file at a raw path, or null.
    PageFile at(String rawPath) {
        return files.get(rawPath);
    }
}
