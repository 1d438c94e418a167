package io.github.logitlens.weights.hub;

import io.github.logitlens.weights.hub.HubException.Reason;
import io.github.logitlens.weights.internal.bytes.FileSource;
import io.github.logitlens.weights.internal.text.Text;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/// The environment variables that Hugging Face's Python libraries know, with the meaning they have there.
final class HubEnvironment {

    static final String DEFAULT_ENDPOINT = "https://huggingface.co";

    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{([^}]+)\\}|(\\w+))");
    private static final Set<String> YES = Set.of("1", "on", "yes", "true");

    private final Map<String, String> variables;

    HubEnvironment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    private boolean isYes(String name) {
        return value(name).map(value -> value.strip().toLowerCase(Locale.ROOT)).filter(YES::contains).isPresent();
    }

    /// `HF_HUB_CACHE`, else `HF_HOME/hub`, else `XDG_CACHE_HOME/huggingface/hub`, else `~/.cache/huggingface/hub`.
    Path cache() {
        return value("HF_HUB_CACHE").or(() -> value("HUGGINGFACE_HUB_CACHE")).map(this::path)
                .orElseGet(() -> home().resolve("hub"));
    }

    private Path home() {
        return value("HF_HOME").map(this::path).orElseGet(() -> value("XDG_CACHE_HOME").map(this::path)
                .orElseGet(() -> path("~/.cache")).resolve("huggingface"));
    }

    /// A path with `~` and `$VARIABLE` in it.
    private Path path(String text) {
        String expanded = text;
        if (text.equals("~") || text.startsWith("~/") || text.startsWith("~\\")) {
            expanded = variables.getOrDefault("HOME", System.getProperty("user.home")) + text.substring(1);
        }
        Matcher matcher = VARIABLE.matcher(expanded);
        expanded = matcher.replaceAll(found -> {
            String name = found.group(1) != null ? found.group(1) : found.group(2);
            return Matcher.quoteReplacement(variables.getOrDefault(name, found.group()));
        });
        try {
            return Path.of(expanded).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new HubException(Reason.BAD_SETTING, "path " + Text.quote(text) + ": expected a directory's name", e);
        }
    }

    /// Where the hub is, without a slash at the end.
    URI endpoint() {
        String text = value("HF_ENDPOINT").orElse(DEFAULT_ENDPOINT).strip().replaceAll("/+$", "");
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException _) {
            throw badEndpoint();
        }
        boolean http = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
        if (!http || uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw badEndpoint();
        }
        return uri;
    }

    /// Without the value: it may hold a password.
    private static HubException badEndpoint() {
        return new HubException(Reason.BAD_SETTING,
                "HF_ENDPOINT: expected an address such as " + DEFAULT_ENDPOINT + ", got something else");
    }

    /// `HTTPS_PROXY`, `HTTP_PROXY` or for want of them `ALL_PROXY`, and `NO_PROXY`. As for Python and curl, a variable
    /// may be written small, which then counts, even if it is empty.
    HubProxies proxies() {
        String direct = variables.getOrDefault(spelling("NO_PROXY"), "");
        return new HubProxies(proxy("HTTP_PROXY"), proxy("HTTPS_PROXY"), direct);
    }

    private Optional<HubProxy> proxy(String name) {
        String variable = value(spelling(name)).isPresent() ? spelling(name) : spelling("ALL_PROXY");
        return variables.containsKey(spelling(name).toLowerCase(Locale.ROOT)) && value(spelling(name)).isEmpty()
                ? Optional.empty() : value(variable).map(text -> HubProxy.parse(variable, text));
    }

    private String spelling(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return variables.containsKey(small) ? small : name;
    }

    /// TLS that trusts the authorities in a file of the user's instead of the JVM's, unless the JVM was given a trust
    /// store of its own (`-Djavax.net.ssl.trustStore=…`).
    ///
    /// @throws HubException if the file holds no certificates
    Optional<SSLContext> trust() {
        if (System.getProperty("javax.net.ssl.trustStore") != null) {
            return Optional.empty();
        }
        for (String name : List.of("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")) {
            Optional<String> file = value(name);
            if (file.isPresent()) {
                return Optional.of(Certificates.trusting(name, path(file.get())));
            }
        }
        return Optional.empty();
    }

    /// Whether the hub is another than Hugging Face's.
    boolean hasOwnEndpoint() {
        return value("HF_ENDPOINT").isPresent();
    }

    /// The variable that forbids the network.
    Optional<String> offline() {
        return isYes("HF_HUB_OFFLINE") ? Optional.of("HF_HUB_OFFLINE")
                : isYes("TRANSFORMERS_OFFLINE") ? Optional.of("TRANSFORMERS_OFFLINE") : Optional.empty();
    }

    boolean symbolicLinks() {
        return !isYes("HF_HUB_DISABLE_SYMLINKS");
    }

    /// How long to wait for an answer's headers.
    Duration answerTimeout() {
        return seconds("HF_HUB_ETAG_TIMEOUT");
    }

    /// How long to wait for more of a file.
    Duration stallTimeout() {
        return seconds("HF_HUB_DOWNLOAD_TIMEOUT");
    }

    private Duration seconds(String name) {
        try {
            int seconds = Integer.parseInt(value(name).orElse("10").strip());
            if (seconds > 0) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new HubException(Reason.BAD_SETTING, name + ": expected a number of seconds, got "
                + Text.quote(variables.getOrDefault(name, "")));
    }

    /// The access token: `HF_TOKEN`, else `HUGGING_FACE_HUB_TOKEN`, else what is in the file `HF_TOKEN_PATH`.
    HubToken token() {
        if (isYes("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return HubToken.NONE;
        }
        for (String name : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
            HubToken token = HubToken.of(variables.getOrDefault(name, ""), name);
            if (token.isPresent()) {
                return token;
            }
        }
        Path file = value("HF_TOKEN_PATH").map(this::path).orElseGet(() -> home().resolve("token"));
        if (!Files.isRegularFile(file)) {
            return HubToken.NONE;
        }
        try (var in = Files.newInputStream(file)) {
            return HubToken.of(new String(in.readNBytes(1 << 12), StandardCharsets.ISO_8859_1), file.toString());
        } catch (IOException e) {
            throw new HubException(Reason.BAD_SETTING,
                    file + ": expected a token that can be read: " + FileSource.describe(e), e);
        }
    }
}
