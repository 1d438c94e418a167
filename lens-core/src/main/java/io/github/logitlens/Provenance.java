package io.github.logitlens;

import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
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

    /// The version of Java.
    ///
    /// @return such as `25.0.3+9`
    public String java() {
        return Runtime.version().toString();
    }
}
