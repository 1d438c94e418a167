package io.github.logitlens.tools.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.LogitLens;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The values to compare one model with: a list of checks, of which each says how it is computed.
///
/// ```json
/// {"checks": [{"kind": "loss", "quantity": "…", "source": "…", "bos": true, "texts": ["Hello world!"],
///              "expected": 5.331855773925781, "tolerance": 1e-4}]}
/// ```
///
/// The kinds and their fields are those of [Checks].
public final class References {

    private final JsonNode root;

    private References(JsonNode root) {
        this.root = root;
    }

    /// The references that ship for a model.
    ///
    /// @param model `demo`, or a name whose last part is that of a GPT-2 for which values were published
    /// @return its references, if there are any
    public static Optional<References> of(String model) {
        String name = model.substring(model.lastIndexOf('/') + 1);
        // A name becomes part of a resource's: only plain ones do.
        if (!name.matches("[a-z0-9-]+")) {
            return Optional.empty();
        }
        try (InputStream in = References.class.getResourceAsStream(name + ".json")) {
            return in == null ? Optional.empty() : Optional.of(new References(new ObjectMapper().readTree(in)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// References in the same form from elsewhere.
    static References parse(String json) throws IOException {
        return new References(new ObjectMapper().readTree(json));
    }

    /// The SHA-256 that the weights should have, if it is known.
    ///
    /// @return 64 hexadecimal digits
    public Optional<String> sha256() {
        return Optional.of(root.path("sha256").asText()).filter(hash -> !hash.isEmpty());
    }

    /// Where the hash comes from.
    ///
    /// @return a few words
    public String sha256Source() {
        return root.path("sha256Source").asText();
    }

    /// Compares a model with all of them, in their order.
    ///
    /// @param lens an open model
    /// @return one or more verdicts for each check
    /// @throws IllegalArgumentException if the model has another vocabulary, or is too short for a text
    public List<Verdict> compare(LogitLens lens) {
        List<Verdict> verdicts = new ArrayList<>();
        for (JsonNode check : root.required("checks")) {
            verdicts.addAll(new Checks(lens, check).run());
        }
        return verdicts;
    }
}
