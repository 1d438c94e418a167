package io.github.logitlens;

import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// What a result was made with: all that has to be the same for the run to be made again.
///
/// ```java
/// Provenance p = Lens.run("The Eiffel Tower is in").provenance();
/// p.modelId() + " " + p.layerNorm() + " " + p.lens()    // "demo RECOMPUTED logit"
/// ```
///
/// The hashes are computed when they are first asked for, the others when the run is. Kernels and threads change no bit of a
/// result; they stand here so that a doubt about that can be settled.
public final class Provenance {

    private static final int SHOWN_DIGITS = 12;

    private final Checkpoint checkpoint;
    private final Gpt2Tokenizer tokenizer;
    private final Bos bos;
    private final Readout readout;
    private final LayerNormMode layerNorm;
    private final List<String> edits;
    private final List<List<Prompt>> editSources;
    private final Computed computed;

    /// @param hooks    what changed the run
    /// @param computed what computed it
    Provenance(Checkpoint checkpoint, Gpt2Tokenizer tokenizer, Bos bos, Readout readout, LayerNormMode layerNorm,
            Hooks hooks, Computed computed) {
        this.checkpoint = checkpoint;
        this.tokenizer = tokenizer;
        this.bos = bos;
        this.readout = readout;
        this.layerNorm = layerNorm;
        edits = List.copyOf(hooks.edits());
        editSources = List.copyOf(hooks.editSources());
        this.computed = computed;
    }

    /// What computed a run. Where the kernels changed during it, both stand there.
    ///
    /// @param kernels such as `scalar`, or `scalar, then vector (512-bit)`
    record Computed(String kernels, int threads) {

        static Computed by(Gpt2Model model, String kernelsBefore) {
            String after = model.kernels();
            return new Computed(after.equals(kernelsBefore) ? after : kernelsBefore + ", then " + after, model.threads());
        }
    }

    /// The model's name.
    ///
    /// @return such as `demo`
    public String modelId() {
        return checkpoint.id();
    }

    /// The sha256 of the weights' file, or of its shards one after the other. The first request reads the files again, which
    /// takes a third of a second for GPT-2 small; then it is remembered for all results of the model, also after its end.
    ///
    /// @return 64 lower-case hexadecimal digits
    /// @throws io.github.logitlens.weights.safetensors.SafeTensorsException if the files are no longer those that were
    ///                                                                      loaded
    public String weightsSha256() {
        return checkpoint.sha256();
    }

    /// The sha256 of all that decides the tokens' ids; see [Gpt2Tokenizer#contentHash].
    ///
    /// @return 64 lower-case hexadecimal digits
    public String tokenizerSha256() {
        return tokenizer.contentHash();
    }

    /// Whether the model's BOS, for GPT-2 `<|endoftext|>`, was put before the prompt.
    ///
    /// @return the policy, [Bos#NONE] where there was no prompt
    public Bos bos() {
        return bos;
    }

    /// What became of a row before it met `W_U`.
    ///
    /// @return the mode
    public LayerNormMode layerNorm() {
        return layerNorm;
    }

    /// The kind of lens.
    ///
    /// @return such as `logit`; see [Readout]
    public String lens() {
        return readout.kind();
    }

    /// The sha256 of the lens's own weights.
    ///
    /// @return empty for the logit lens, which has none
    public Optional<String> lensSha256() {
        return readout.sha256();
    }

    /// What was changed in the run: edits in their written form, editors of your own as `custom edit at` and a place.
    ///
    /// @return immutable; empty for the model as it is
    public List<String> edits() {
        return edits;
    }

    /// The prompts from which each of [#edits] took something.
    ///
    /// @return immutable, one list for each edit; an empty one where it took from none
    public List<List<Prompt>> editSources() {
        return editSources;
    }

    /// The kernels that computed the run.
    ///
    /// @return `scalar`, or `vector` with its width; `scalar, then vector (512-bit)` where they changed during the run
    public String kernels() {
        return computed.kernels();
    }

    /// How many threads worked on it.
    ///
    /// @return at least 1
    public int threads() {
        return computed.threads();
    }

    /// The version of this library.
    ///
    /// @return such as `0.1.0`
    public String version() {
        Properties properties = new Properties();
        try (InputStream in = Provenance.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    /// All of it by name: what every file with a result carries, the names being those of JSON.
    ///
    /// ```java
    /// p.fields().get("layerNorm")    // recomputed
    /// ```
    ///
    /// @return `model`, `weightsSha256`, `tokenizerSha256`, `bos`, `layerNorm`, `lens`, `lensSha256` (empty for a lens without
    ///         weights), `edits` (one behind the other, with spaces between), `editSources` where they took from prompts, `kernels`,
    ///         `threads`, `version`, `java`, in this order; immutable
    public Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("model", modelId());
        fields.put("weightsSha256", weightsSha256());
        fields.put("tokenizerSha256", tokenizerSha256());
        fields.put("bos", bos.name());
        fields.put("layerNorm", layerNorm.key());
        fields.put("lens", lens());
        fields.put("lensSha256", lensSha256().orElse(""));
        fields.put("edits", String.join(" ", edits));
        if (editSources.stream().anyMatch(sources -> !sources.isEmpty())) {
            fields.put("editSources", editSources.toString());
        }
        fields.put("kernels", kernels());
        fields.put("threads", Integer.toString(threads()));
        fields.put("version", version());
        fields.put("java", java());
        return Collections.unmodifiableMap(fields);
    }

    /// What decides the numbers, in one line, hashes by their first digits: what stands below a picture.
    ///
    /// @return such as `demo, weights 5b1f…, tokenizer 9a02…, BOS none, norm recomputed, lens logit, no edits, version 0.1.0`
    public String line() {
        return modelId() + ", weights " + shortened(weightsSha256()) + ", tokenizer " + shortened(tokenizerSha256()) + ", BOS "
                + (bos == Bos.NONE ? "none" : "prepended") + ", norm " + layerNorm.key() + ", lens " + lens()
                + lensSha256().map(hash -> " " + shortened(hash)).orElse("")
                + (edits.isEmpty() ? ", no edits" : ", edits " + String.join(" ", edits)) + ", version " + version();
    }

    private static String shortened(String hash) {
        return hash.substring(0, SHOWN_DIGITS) + "…";
    }

    /// The version of Java.
    ///
    /// @return such as `25.0.3+9`
    public String java() {
        return Runtime.version().toString();
    }
}
