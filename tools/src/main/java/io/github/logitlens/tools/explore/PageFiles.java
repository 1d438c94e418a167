package io.github.logitlens.tools.explore;

import io.github.logitlens.tools.view.OneFilePage;
import io.github.logitlens.tools.view.PageSource;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// The page's files, as they are sent. What [PageSource] does not name does not exist: no path is ever looked up.
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
            "json", "application/json; charset=utf-8",
            "svg", "image/svg+xml",
            "png", "image/png",
            "txt", "text/plain; charset=utf-8");

    /// Those that do not stand among the others.
    private static final Map<String, String> PLACES = Map.of("index.html", "/", "api.json", "/api");

    private final Map<String, PageFile> files;

    private PageFiles(Map<String, PageFile> files) {
        this.files = files;
    }

    /// Reads all files of the page, and makes the page in one file.
    static PageFiles load() {
        Map<String, PageFile> files = new LinkedHashMap<>();
        for (String name : PageSource.names()) {
            files.put(PLACES.getOrDefault(name, "/static/" + name), new PageFile(contentType(name), PageSource.bytes(name)));
        }
        files.put("/static/one-file.html",
                new PageFile(contentType("one-file.html"), OneFilePage.template().getBytes(StandardCharsets.UTF_8)));
        return new PageFiles(files);
    }

    private static String contentType(String name) {
        return CONTENT_TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    }

    /// The file at a raw path, or null.
    PageFile at(String rawPath) {
        return files.get(rawPath);
    }
}
