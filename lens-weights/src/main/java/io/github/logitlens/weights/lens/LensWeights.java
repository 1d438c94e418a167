package io.github.logitlens.weights.lens;

import io.github.logitlens.weights.internal.bytes.ContentDigest;
import io.github.logitlens.weights.internal.bytes.FileSource;
import io.github.logitlens.weights.internal.bytes.MemorySource;
import io.github.logitlens.weights.internal.layout.ModelFiles;
import io.github.logitlens.weights.internal.text.JsonException;
import io.github.logitlens.weights.internal.text.JsonFields;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.lens.LensFileException.Reason;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.TensorFile;
import io.github.logitlens.weights.torch.TorchFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A lens on disk: what it is for, checked when opened, and its matrices, read on request.
///
/// Read are
///
/// * safetensors files of this library ([LensWriter]);
/// * tuned-lens' `params.pt` with its `config.json`, by the directory or by `params.pt`;
/// * jacobian-lens' artifacts, `{"J": {layer: …}, "n_prompts": …}`, and fit checkpoints,
///   `{"jacobian_sum": {layer: …}, "n_done": …}`, whose matrices are the sum divided by the count;
/// * a directory of several of these last two: parts of one lens, each fitted on other prompts. Their mean is taken, weighted by
///   how many.
///
/// Places are named as TransformerLens names them, the embedding `blocks.0.hook_resid_pre`, others `blocks.3.hook_resid_post` or
/// `hook_resid_mid`.
public final class LensWeights implements AutoCloseable {

    private static final String TUNED_WEIGHTS = "params.pt";
    private static final String BUNDLED = "tuned_lens.safetensors";
    /// What parts of a lens have to agree about, where they say it.
    private static final List<String> PROVENANCE = List.of("model_name", "model_revision", "base_model_name_or_path", "corpus",
            "target_layer", "skip_first", "unembed_hash");

    private final String source;
    private final List<LensPart> parts;
    private final Map<String, Integer> places = new HashMap<>();

    private LensWeights(String source, List<LensPart> parts) {
        this.source = source;
        this.parts = parts;
        first().places().forEach(place -> places.put(LensPart.hook(place), place));
        parts.subList(1, parts.size()).forEach(this::requireSame);
    }

    /// Opens a lens.
    ///
    /// @param path a `.safetensors` file; a `.pt` file of PyTorch's; or a directory: one with `config.json` and `params.pt`, or of
    ///             parts
    /// @return the open lens; the caller closes it
    /// @throws LensFileException if there is no lens
    /// @throws io.github.logitlens.error.LensException if a file cannot be read, or breaks a rule of its format
    public static LensWeights open(Path path) {
        if (!Files.isDirectory(path)) {
            return of(path.toString(), List.of(path));
        }
        if (Files.exists(path.resolve(TUNED_WEIGHTS))) {
            return of(path.toString(), List.of(path.resolve(TUNED_WEIGHTS)));
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(path, "*.{pt,safetensors}")) {
            found.forEach(files::add);
        } catch (IOException e) {
            throw new LensFileException(Reason.NOT_FOUND, path + ": cannot be listed: " + FileSource.describe(e), e);
        }
        files.sort(null);
        if (files.isEmpty()) {
            throw new LensFileException(Reason.NOT_FOUND, path + ": expected " + TUNED_WEIGHTS + " with " + ModelFiles.CONFIG
                    + ", or .pt or .safetensors files of a lens, got none");
        }
        return of(path.toString(), files);
    }

    /// Opens the tuned lens of the bundled model.
    ///
    /// @return the open lens; the caller closes it
    /// @throws LensFileException if the library was packed without it
    public static LensWeights bundled() {
        String name = "demo/" + BUNDLED;
        try (InputStream in = LensWeights.class.getResourceAsStream("/io/github/logitlens/weights/" + name)) {
            if (in == null) {
                throw new LensFileException(Reason.NOT_FOUND,
                        "bundled lens: expected the resource " + name + " beside the classes of this library, got none");
            }
            TensorFile file = SafeTensors.open(new MemorySource(name, in.readAllBytes()));
            return of(name, List.of(file), Map.of());
        } catch (IOException e) {
            throw new LensFileException(Reason.NOT_FOUND,
                    "bundled lens: resource " + name + " cannot be read: " + FileSource.describe(e), e);
        }
    }

    private static LensWeights of(String source, List<Path> paths) {
        List<TensorFile> files = new ArrayList<>();
        try {
            for (Path path : paths) {
                files.add(path.toString().endsWith(".safetensors") ? SafeTensors.open(path) : TorchFile.open(path));
            }
            return of(source, files, paths.size() == 1 ? config(paths.getFirst()) : Map.of());
        } catch (RuntimeException | Error e) {
            files.forEach(TensorFile::close);
            throw e;
        }
    }

    private static LensWeights of(String source, List<TensorFile> files, Map<String, String> about) {
        List<LensPart> parts = new ArrayList<>();
        files.forEach(file -> parts.add(new LensPart(file, about)));
        LensWeights lens = new LensWeights(source, List.copyOf(parts));
        lens.nLayers();
        parts.forEach(LensPart::prompts);
        return lens;
    }

    /// What `config.json` beside a `params.pt` says.
    private static Map<String, String> config(Path weights) {
        Path file = weights.resolveSibling(ModelFiles.CONFIG);
        if (!String.valueOf(weights.getFileName()).equals(TUNED_WEIGHTS) || Files.notExists(file)) {
            return Map.of();
        }
        byte[] json = FileSource.content(file, ModelFiles.MAX_JSON_BYTES, (fault, message, cause) ->
                new LensFileException(Reason.CONFIG_UNREADABLE, message, cause.orElse(null)));
        Map<String, String> config = new HashMap<>();
        try {
            JsonFields.parse(json, file.toString()).forEach((name, value) -> {
                switch (value.kind()) {
                    case STRING, NUMBER, TRUE, FALSE -> config.put(name, value.text());
                    case OBJECT, ARRAY, NULL -> {
                        // says nothing of the model
                    }
                }
            });
        } catch (JsonException e) {
            throw new LensFileException(Reason.CONFIG_UNREADABLE, e.getMessage(), e);
        }
        return config;
    }

    private void requireSame(LensPart part) {
        LensPart first = first();
        if (first.lensForm() != LensForm.JACOBIAN || part.lensForm() != LensForm.JACOBIAN) {
            throw differ(part, "lens", "parts of Jacobian lenses", part.lensForm().key() + " beside " + first.lensForm().key());
        }
        if (part.dModel() != first.dModel()) {
            throw differ(part, "d_model", first.dModel() + ", as in " + first.file().name(), String.valueOf(part.dModel()));
        }
        if (!part.places().equals(first.places())) {
            throw differ(part, "layers", "the same as in " + first.file().name() + ", " + names(first), names(part).toString());
        }
        for (String field : PROVENANCE) {
            Optional<String> expected = first.text(field);
            Optional<String> got = part.text(field);
            if (expected.isPresent() && got.isPresent() && !expected.equals(got)) {
                throw differ(part, field, Text.quote(expected.get()) + ", as in " + first.file().name(), Text.quote(got.get()));
            }
        }
        for (LensPart each : List.of(first, part)) {
            if (each.prompts().isEmpty()) {
                throw differ(each, "n_prompts", "how many prompts this part was fitted on", "none");
            }
        }
    }

    private static List<String> names(LensPart part) {
        return part.places().stream().map(LensPart::hook).toList();
    }

    private static LensFileException differ(LensPart part, String what, String expected, String got) {
        return part.refused(Reason.PARTS_DIFFER, what, expected, got);
    }

    private LensPart first() {
        return parts.getFirst();
    }

    /// What messages call the lens.
    ///
    /// @return the path as it was given
    public String source() {
        return source;
    }

    /// The kind of lens.
    ///
    /// @return its form
    public LensForm form() {
        return first().lensForm();
    }

    /// The width of a residual.
    ///
    /// @return dModel
    public int dModel() {
        return first().dModel();
    }

    /// How many blocks the model has.
    ///
    /// @return at least 1; empty where the file does not say it
    public OptionalInt nLayers() {
        return first().nLayers();
    }

    /// The model's name, as the lens's authors called it.
    ///
    /// @return such as `gpt2`; empty where the file does not say it
    public Optional<String> modelName() {
        return first().text("base_model_name_or_path").or(() -> first().text("model_name"))
                .or(() -> first().text("metadata.model_name"));
    }

    /// tuned-lens' hash of the model's unembedding.
    ///
    /// @return 64 hexadecimal digits; empty where the file does not say it
    public Optional<String> unembedHash() {
        return first().text("unembed_hash");
    }

    /// How many prompts a Jacobian lens was fitted on, of all parts together.
    ///
    /// @return at least 1; empty where the file does not say it
    public Optional<Long> prompts() {
        return parts.stream().map(LensPart::prompts).reduce(Optional.of(0L),
                (sum, part) -> sum.flatMap(a -> part.map(b -> a + b)));
    }

    /// The places that have a map.
    ///
    /// @return immutable, in the order of the forward pass
    public List<String> places() {
        return names(first());
    }

    /// Reads a place's matrix.
    ///
    /// @param place one of [#places()]
    /// @return `[dModel, dModel]`, row-major, a row for each element of the result, owned by the caller
    /// @throws IllegalArgumentException if there is no map for it
    /// @throws io.github.logitlens.error.LensException if a file cannot be read
    public float[] matrix(String place) {
        int at = checked(place);
        if (parts.size() > 1) {
            return mean(at);
        }
        float[] values = first().matrix(at);
        if (first().summed()) {
            float prompts = first().prompts().orElseThrow();
            for (int i = 0; i < values.length; i++) {
                values[i] /= prompts;
            }
        }
        return values;
    }

    /// The mean over all prompts, in float64.
    private float[] mean(int place) {
        double[] sum = new double[dModel() * dModel()];
        double prompts = 0;
        for (LensPart part : parts) {
            float[] values = part.matrix(place);
            double weight = part.summed() ? 1 : part.prompts().orElseThrow();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += weight * values[i];
            }
            prompts += part.prompts().orElseThrow();
        }
        float[] mean = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            mean[i] = (float) (sum[i] / prompts);
        }
        return mean;
    }

    /// Reads a place's bias.
    ///
    /// @param place one of [#places()]
    /// @return `[dModel]`, all zeros where the file has none; owned by the caller
    /// @throws IllegalArgumentException if there is no map for it
    /// @throws io.github.logitlens.error.LensException if a file cannot be read
    public float[] bias(String place) {
        return first().bias(checked(place));
    }

    private int checked(String place) {
        Integer at = places.get(place);
        if (at == null) {
            throw new IllegalArgumentException("place: expected one of " + places() + ", got " + Text.quote(place));
        }
        return at;
    }

    /// The SHA-256 of the file that has the weights, or of all parts one after the other in the order of their names.
    ///
    /// @return 64 lower-case hexadecimal digits
    /// @throws io.github.logitlens.error.LensException if a file cannot be read
    public String sha256() {
        ContentDigest digest = new ContentDigest();
        parts.forEach(part -> digest.add(part.file().source()));
        return digest.hex();
    }

    /// Closes the files.
    @Override
    public void close() {
        parts.forEach(part -> part.file().close());
    }
}
