package io.github.logitlens.tools.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The files that the explorer's page is made of, from the jar: those that `files.txt` beside them names, and `one-file.html`.
public final class PageSource {

    private static final String PLACE = "/io/github/logitlens/tools/explore/";

    private static final Map<String, String> RESOURCES = resources();

    private PageSource() {
    }

    /// A name a line, and behind ` = ` the resource where that is not one beside it.
    private static Map<String, String> resources() {
        Map<String, String> resources = new LinkedHashMap<>();
        for (String line : new String(read(PLACE + "files.txt"), StandardCharsets.UTF_8).lines().toList()) {
            String[] parts = line.split(" = ", 2);
            resources.put(parts[0], parts.length == 2 ? parts[1] : PLACE + parts[0]);
        }
        return resources;
    }

    /// What `files.txt` names.
    ///
    /// @return names such as `page.js`, without directories
    public static Set<String> names() {
        return RESOURCES.keySet();
    }

    /// The content of a file.
    ///
    /// @param name one of [#names], or that of a file that lies beside them
    /// @return its bytes
    public static byte[] bytes(String name) {
        return read(RESOURCES.getOrDefault(name, PLACE + name));
    }

    /// The content of a file that is text.
    ///
    /// @param name as for [#bytes]
    /// @return its text
    static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    private static byte[] read(String resource) {
        try (InputStream in = PageSource.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the page's file " + resource + " is missing in the jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
