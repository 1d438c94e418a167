package io.github.logitlens.tools.explore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The lenses the page may choose from: the kinds that every model may have, and one of the user's own. A name from the page is
/// only ever compared with these: a path would have the server read any file.
///
/// @param own the path of a lens's file or directory, from the command line
record Lenses(Optional<String> own) {

    static final String LOGIT = "logit";
    static final List<String> KINDS = List.of(LOGIT, "tuned", "jacobian");

    /// What the page calls them; its own is called by the last part of its path.
    List<String> ids() {
        List<String> ids = new ArrayList<>(KINDS);
        own.ifPresent(path -> ids.add(id(path)));
        return List.copyOf(ids);
    }

    /// What [io.github.logitlens.LogitLens#readout(String)] takes for an id.
    ///
    /// @throws Refusal if there is no such lens here
    String name(String id) {
        if (KINDS.contains(id)) {
            return id;
        }
        return own.filter(path -> id(path).equals(id)).orElseThrow(() ->
                Refusal.badRequest("lens: expected one of " + ids() + ", got \"" + id + "\""));
    }

    private static String id(String path) {
        String last = Path.of(path).toAbsolutePath().normalize().getFileName().toString();
        return KINDS.contains(last) ? "./" + last : last;
    }
}
