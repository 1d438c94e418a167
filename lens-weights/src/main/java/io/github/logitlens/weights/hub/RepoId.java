package io.github.logitlens.weights.hub;

import io.github.logitlens.weights.hub.HubException.Reason;
import io.github.logitlens.weights.internal.text.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A model's name on the hub, `gpt2` or `openai-community/gpt2`, checked; or one of its spaces, `spaces/owner/name`.
record RepoId(String text) {

    /// Names from before models had owners, and what they are now.
    private static final Map<String, String> OWNED = Map.of(
            "gpt2", "openai-community/gpt2",
            "gpt2-medium", "openai-community/gpt2-medium",
            "gpt2-large", "openai-community/gpt2-large",
            "gpt2-xl", "openai-community/gpt2-xl",
            "distilgpt2", "distilbert/distilgpt2");

    /// Before the names of repositories that are not models, in their addresses and, but for the slash, in a cache.
    private static final String SPACES = "spaces/";

    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?");
    private static final Set<String> DEVICES = Set.of("con", "prn", "aux", "nul");

    /// Refuses what huggingface_hub refuses: more than one slash, `--`, `..`, `.git` at the end, other characters.
    static Optional<RepoId> parse(String name) {
        String[] parts = name.split("/", -1);
        if (parts.length > 2 || name.contains("--") || name.contains("..") || name.endsWith(".git")) {
            return Optional.empty();
        }
        for (String part : parts) {
            if (!PART.matcher(part).matches()) {
                return Optional.empty();
            }
        }
        return Optional.of(new RepoId(name));
    }

    /// Whether to ask the hub for it: a name without an owner is one of the five, or a typing error.
    boolean mayBeOnTheHub() {
        return text.indexOf('/') >= 0 || OWNED.containsKey(text);
    }

    /// Whether it is one of the five models of OpenAI's vocabulary, which the library has.
    boolean isGpt2Itself() {
        return OWNED.containsKey(text) || OWNED.containsValue(text);
    }

    /// The name with its owner, where it is known.
    String owned() {
        return OWNED.getOrDefault(text, text);
    }

    /// This name, then the other ones of the same model.
    List<RepoId> names() {
        return OWNED.entrySet().stream()
                .filter(entry -> entry.getKey().equals(text) || entry.getValue().equals(text))
                .map(entry -> new RepoId(entry.getKey().equals(text) ? entry.getValue() : entry.getKey()))
                .findFirst().map(other -> List.of(this, other)).orElseGet(() -> List.of(this));
    }

    /// The folder in a cache.
    String folder() {
        return (text.startsWith(SPACES) ? "" : "models--") + text.replace("/", "--");
    }

    /// The name that a folder in a cache belongs to.
    static Optional<RepoId> ofFolder(Path folder) {
        String name = String.valueOf(folder.getFileName());
        return name.startsWith("models--") ? parse(name.substring(8).replaceFirst("--", "/")) : Optional.empty();
    }

    /// A file's name in the repository, if it stays inside a folder on every operating system.
    static String checkedFile(String file) {
        boolean safe = !file.isEmpty() && file.length() <= 1000
                && file.chars().noneMatch(c -> c == '\\' || c == ':' || Character.isISOControl(c)
                        || Character.isSurrogate((char) c));
        for (String segment : file.split("/", -1)) {
            safe &= !segment.isBlank() && !segment.equals(".") && !segment.equals("..")
                    && !DEVICES.contains(segment.toLowerCase(Locale.ROOT));
        }
        if (!safe) {
            throw new HubException(Reason.BAD_INDEX,
                    "file " + Text.quote(file) + ": expected a name inside the model's folder");
        }
        return file;
    }

    @Override
    public String toString() {
        return text;
    }
}
