package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.tools.view.grid.DisplayJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// The files that the explorer's page is made of, from the jar: those that `files.txt` beside them names, and `one-file.html`;
/// and the module `known.js`, which is not written but made: what the page shows by and this program knows, [DisplayJson].
public final class PageSource {

    private static final String KNOWN = "known.js";

    private static final String PLACE = "/io/github/logitlens/tools/explore/";

    private static final Map<String, String> RESOURCES = resources();
    private static final Set<String> NAMES = names(RESOURCES.keySet());

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

    private static Set<String> names(Set<String> resources) {
        Set<String> names = new LinkedHashSet<>(resources);
        names.add(KNOWN);
        return Collections.unmodifiableSet(names);
    }

    /// All files that a browser may ask for.
    ///
    /// @return names such as `page.js`, without directories
    public static Set<String> names() {
        return NAMES;
    }

    private static String known() {
        StringWriter module = new StringWriter();
        module.write("// What the page shows by and the program knows too: made by DisplayJson.\n\nexport const KNOWN = ");
        try (JsonGenerator json = Json.compact(module)) {
            json.writeStartObject();
            DisplayJson.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return module + ";\n";
    }

    /// The content of a file.
    ///
    /// @param name one of [#names], or that of a file that lies beside them
    /// @return its bytes
    public static byte[] bytes(String name) {
        return name.equals(KNOWN)
                ? known().getBytes(StandardCharsets.UTF_8)
                : read(RESOURCES.getOrDefault(name, PLACE + name));
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
