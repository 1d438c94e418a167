package io.github.logitlens;

import io.github.logitlens.ReadoutException.Reason;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.layer.AffineMap;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.lens.LensForm;
import io.github.logitlens.weights.lens.LensWeights;
import io.github.logitlens.weights.lens.LensWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/// A lens that maps residuals before they are read: tuned, Jacobian, or any affine map of your own.
///
/// ```java
/// AffineReadout own = AffineReadout.affine(lens.model())
///         .at(HookSite.RESID_POST.at(3), matrix, bias)              // matrix · h + bias after block 3
///         .build();
/// lens.run(prompt, LensOptions.defaults().readout(own));
/// own.write(Path.of("own.safetensors"));                            // Readout.open reads it
/// ```
///
/// | kind | what is read | points with a map |
/// |---|---|---|
/// | `tuned` | `LN_f(h + W h + b) W_U` | embedding, after each block but the last |
/// | `jacobian` | `LN_f(J h) W_U` | after each block but the last |
/// | `affine` | `LN_f(A h + b) W_U` | those you give |
///
/// The last point is the model's own output with every lens. A place without a map is read as the logit lens reads it, as
/// the authors of those lenses do, and so is what components write; a result says so in its [notes][LensResult#notes].
///
/// ## Files
///
/// [#write] makes a safetensors file of float32 tensors, matrices `[dModel, dModel]` with a row for each element of the result:
///
/// | kind | tensors | |
/// |---|---|---|
/// | `tuned` | `<i>.weight`, `<i>.bias` | place i is the residual before block i |
/// | `jacobian` | `J.<l>` | after block l |
/// | `affine` | `<name>.weight`, `<name>.bias` | by TransformerLens name, such as `blocks.3.hook_resid_post` |
///
/// and, as far as they are known, the metadata `lens_type` (`linear_tuned_lens`, `jacobian_lens`, `affine_lens`), `d_model`,
/// `num_hidden_layers`, `base_model_name_or_path`, `unembed_hash` and `n_prompts`. [Readout#open] reads these, and what the
/// authors publish: tuned-lens' `params.pt` beside `config.json`, jacobian-lens' artifacts and fit checkpoints (`.pt`).
///
/// A lens is refused for a model of another width or number of layers, or with another unembedding than the hash in its file
/// says. Where the file has no hash, a note says that only sizes were compared.
public final class AffineReadout implements Readout {

    /// For which model a lens was made, as far as is known.
    ///
    /// @param source       what messages call the lens, such as its file
    /// @param nLayers      how many blocks
    /// @param modelName    the model's name
    /// @param unembedHash  tuned-lens' hash of the unembedding
    /// @param prompts      how many prompts a Jacobian lens was fitted on
    record Origin(String source, OptionalInt nLayers, Optional<String> modelName, Optional<String> unembedHash,
            Optional<Long> prompts) {

        static Origin of(LensWeights file) {
            return new Origin(file.source(), file.nLayers(), file.modelName(), file.unembedHash(), file.prompts());
        }
    }

    private final LensForm form;
    private final int dModel;
    private final Origin origin;
    private final SortedMap<ResidualPlace, AffineMap> maps;
    private final String sha256;

    private AffineReadout(LensForm form, int dModel, Origin origin, SortedMap<ResidualPlace, AffineMap> maps, String sha256) {
        this.form = form;
        this.dModel = dModel;
        this.origin = origin;
        this.maps = Collections.unmodifiableSortedMap(new TreeMap<>(maps));
        this.sha256 = sha256;
    }

    /// Copies a lens out of its file.
    static AffineReadout of(LensWeights file) {
        SortedMap<ResidualPlace, AffineMap> maps = new TreeMap<>();
        for (String place : file.places()) {
            maps.put(ResidualPlace.of(HookPoint.parse(place), Integer.MAX_VALUE),
                    new AffineMap(file.matrix(place), file.bias(place), file.form() == LensForm.TUNED));
        }
        return new AffineReadout(file.form(), file.dModel(), Origin.of(file), maps, file.sha256());
    }

    /// Begins a tuned lens, `h + W h + b`.
    ///
    /// @param model the model it is for
    /// @return a lens without maps yet
    public static Builder tuned(Gpt2Model model) {
        return new Builder(LensForm.TUNED, model);
    }

    /// Begins a Jacobian lens, `J h`.
    ///
    /// @param model the model it is for
    /// @return a lens without maps yet
    public static Builder jacobian(Gpt2Model model) {
        return new Builder(LensForm.JACOBIAN, model);
    }

    /// Begins a lens of any affine maps, `A h + b`.
    ///
    /// @param model the model it is for
    /// @return a lens without maps yet
    public static Builder affine(Gpt2Model model) {
        return new Builder(LensForm.AFFINE, model);
    }

    /// A lens of arrays in the making. Not for several threads at once.
    public static final class Builder {

        private final LensForm form;
        private final Gpt2Config config;
        private final Origin origin;
        private final SortedMap<ResidualPlace, AffineMap> maps = new TreeMap<>();

        private Builder(LensForm form, Gpt2Model model) {
            this.form = form;
            config = model.config();
            origin = new Origin("of arrays", OptionalInt.of(config.nLayers()), Optional.of(model.id()),
                    Optional.of(UnembeddingHash.of(model.unembedding())), Optional.empty());
        }

        /// Gives a place its map.
        ///
        /// @param point  `resid_pre`, `resid_mid` or `resid_post` of a block, but not after the last; for a tuned lens not
        ///               `resid_mid`, for a Jacobian lens `resid_post`
        /// @param matrix `[dModel, dModel]`, row-major, a row for each element of the result, *copied*: `W`, `J` or `A` by the kind
        ///               of lens
        /// @param bias   `[dModel]`, *copied*; for a Jacobian lens all zeros
        /// @return this builder
        /// @throws IllegalArgumentException if the lens cannot have a map there, has one already, or an array has another length
        public Builder at(HookPoint point, float[] matrix, float[] bias) {
            ResidualPlace place = ResidualPlace.of(point, config.nLayers());
            requirePlace(form, place, config.nLayers());
            int dModel = config.dModel();
            if (matrix.length != dModel * dModel) {
                throw new IllegalArgumentException("matrix at " + place + ": expected " + dModel + " × " + dModel
                        + " values (dModel), got " + matrix.length);
            }
            if (bias.length != dModel) {
                throw new IllegalArgumentException(
                        "bias at " + place + ": expected " + dModel + " values (dModel), got " + bias.length);
            }
            if (form == LensForm.JACOBIAN) {
                for (float value : bias) {
                    if (value != 0) {
                        throw new IllegalArgumentException("bias at " + place + ": expected none in a Jacobian lens, got " + value);
                    }
                }
            }
            if (maps.putIfAbsent(place, new AffineMap(matrix, bias, form == LensForm.TUNED)) != null) {
                throw new IllegalArgumentException("map at " + place + ": expected one, got two");
            }
            return this;
        }

        /// Gives a place a map without bias.
        ///
        /// @param point  as for [#at(HookPoint, float[], float[])]
        /// @param matrix `[dModel, dModel]`, row-major, a row for each element of the result, *copied*
        /// @return this builder
        /// @throws IllegalArgumentException as for [#at(HookPoint, float[], float[])]
        public Builder at(HookPoint point, float[] matrix) {
            return at(point, matrix, new float[config.dModel()]);
        }

        /// The lens. Its sha256 is that of its float32 values, little-endian: place by place in the order of the forward pass,
        /// matrix, then bias.
        ///
        /// @return the lens
        /// @throws IllegalArgumentException if no place has a map
        public AffineReadout build() {
            if (maps.isEmpty()) {
                throw new IllegalArgumentException("lens: expected a map at one place at least, got none");
            }
            return new AffineReadout(form, config.dModel(), origin, maps, contentHash(maps));
        }
    }

    private static void requirePlace(LensForm form, ResidualPlace place, int nLayers) {
        if (place.equals(ResidualPlace.after(nLayers - 1))) {
            throw new IllegalArgumentException(
                    "map at " + place + ": expected a place before the last, which is the model's own output with every lens");
        }
        boolean mid = place.half() % 2 == 1;
        boolean possible = switch (form) {
            case TUNED -> !mid;
            case JACOBIAN -> !mid && place.half() > 0;
            case AFFINE -> true;
        };
        if (!possible) {
            throw new IllegalArgumentException("map at " + place + ": expected a place after a block"
                    + (form == LensForm.TUNED ? " or the embedding" : "") + " for a " + form.key() + " lens");
        }
    }

    private static String contentHash(SortedMap<ResidualPlace, AffineMap> maps) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (AffineMap map : maps.values()) {
                digest.update(bytes(map.matrix()));
                digest.update(bytes(map.bias()));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    @Override
    public String kind() {
        return form.key();
    }

    @Override
    public Optional<String> sha256() {
        return Optional.of(sha256);
    }

    /// The places that have a map.
    ///
    /// @return immutable, in the order of the forward pass; the embedding is `blocks.0.hook_resid_pre`
    public List<HookPoint> places() {
        return maps.keySet().stream().map(ResidualPlace::hook).toList();
    }

    /// Writes the lens as a safetensors file; see above for its form.
    ///
    /// @param file where it appears when it is complete; what was there is replaced
    /// @throws io.github.logitlens.weights.safetensors.SafeTensorsException if it cannot be written
    public void write(Path file) {
        LensWriter writer = new LensWriter(form, dModel);
        origin.nLayers().ifPresent(nLayers -> writer.about("num_hidden_layers", Integer.toString(nLayers)));
        origin.modelName().ifPresent(name -> writer.about("base_model_name_or_path", name));
        origin.unembedHash().ifPresent(hash -> writer.about("unembed_hash", hash));
        origin.prompts().ifPresent(prompts -> writer.about("n_prompts", prompts.toString()));
        maps.forEach((place, map) -> writer.map(place.toString(), map.matrix(), map.bias()));
        writer.write(file);
    }

    @Override
    public void check(Gpt2Model model) {
        Gpt2Config config = model.config();
        require(config.dModel() == dModel, "dModel " + config.dModel(), model, dModel);
        if (origin.nLayers().isPresent()) {
            require(config.nLayers() == origin.nLayers().getAsInt(), config.nLayers() + " layers", model,
                    origin.nLayers().getAsInt());
        } else {
            int least = maps.lastKey().blocks() + 1;
            require(config.nLayers() >= least, "maps for layers up to " + (config.nLayers() - 2), model, least - 2);
        }
        if (origin.unembedHash().isPresent()) {
            String hash = UnembeddingHash.of(model.unembedding());
            require(hash.equals(origin.unembedHash().get()), "an unembedding with hash " + hash, model,
                    origin.unembedHash().get());
        }
    }

    private void require(boolean fits, String expected, Gpt2Model model, Object got) {
        if (!fits) {
            throw new ReadoutException(Reason.OTHER_MODEL,
                    "lens " + origin.source() + ": expected " + expected + " (model '" + model.id() + "'), got " + got);
        }
    }

    @Override
    public boolean maps(LensPoint point) {
        return map(point).isPresent();
    }

    private Optional<AffineMap> map(LensPoint point) {
        return point.kind().isResidual() ? Optional.ofNullable(maps.get(place(point))) : Optional.empty();
    }

    private static ResidualPlace place(LensPoint point) {
        return ResidualPlace.of(point.hook(), Integer.MAX_VALUE);
    }

    /// Changes rows of one point, which [#maps] says is changed.
    ///
    /// @param rows   rows of `dModel` values, the first at `offset`; *written*
    /// @param stride from one row to the next
    void map(Engine engine, LensPoint point, float[] rows, int offset, int stride, int count) {
        map(point).orElseThrow().apply(engine, rows, offset, stride, count);
    }

    @Override
    public float[] direction(Gpt2Model model, HookPoint point, int token) {
        check(model);
        AffineMap map = maps.get(ResidualPlace.of(point, model.config().nLayers()));
        float[] direction = model.unembedding().direction(token);
        return map == null ? direction : map.transposed(direction);
    }

    /// What a reader of a result should know: which of its points this lens leaves as they are, and what it does not say of its
    /// model.
    ///
    /// @param points the result's, the last being the model's own output unless the run was stopped before
    List<String> notes(List<LensPoint> points, boolean stopped) {
        List<String> all = new ArrayList<>();
        if (origin.unembedHash().isEmpty()) {
            all.add("the " + form.key() + " lens does not say which unembedding it was made for (unembed_hash): only its width and"
                    + " layers were compared with the model's");
        }
        List<String> plain = new ArrayList<>();
        for (LensPoint point : stopped ? points : points.subList(0, points.size() - 1)) {
            if (!maps(point)) {
                plain.add(point.label());
            }
        }
        if (!plain.isEmpty()) {
            all.add("the " + form.key() + " lens has no map for, and leaves as the logit lens reads it: " + listed(plain));
        }
        return all;
    }

    private static String listed(List<String> labels) {
        int shown = 8;
        return labels.size() <= shown ? String.join(", ", labels)
                : String.join(", ", labels.subList(0, shown)) + " and " + (labels.size() - shown) + " more";
    }

    /// Two lenses are equal if they are of one kind and their weights have the same hash.
    @Override
    public boolean equals(Object other) {
        return other instanceof AffineReadout readout && form == readout.form && sha256.equals(readout.sha256);
    }

    @Override
    public int hashCode() {
        return Objects.hash(form, sha256);
    }

    /// Kind and hash.
    @Override
    public String toString() {
        return form.key() + " " + sha256.substring(0, 12);
    }
}
