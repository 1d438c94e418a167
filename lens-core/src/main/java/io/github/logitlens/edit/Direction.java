package io.github.logitlens.edit;

import io.github.logitlens.Positions;
import io.github.logitlens.Prompt;
import io.github.logitlens.TokenRef;
import io.github.logitlens.hook.Activation;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.internal.edit.EditModel;
import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// A vector that an edit adds, puts in place, or takes out: of numbers, of a file, or of the model itself.
///
/// | written | what it is |
/// |---|---|
/// | `unembed:TOKEN` | the token's column of `W_U` |
/// | `embed:TOKEN` | the token's row of `W_E` |
/// | `lens:TOKEN` | the token's direction at that place by the lens of the run, see [io.github.logitlens.Readout#direction] |
/// | `diff`, `diff@POSITION` | what stands at the place in the run of a first prompt, less that of a second, at their last tokens or at another position of both |
/// | anything else | a safetensors file with one tensor of as many values as the place has (`./diff` for a file of such a name) |
///
/// A token is its text, such as `unembed: Paris` with the space before it, or `id:6342`.
///
/// ```java
/// Edits.steer(Place.parse("L6.resid_post"), 2.5, Direction.unembed(TokenRef.of(" Paris"))).toString()
///         // "steer:L6.resid_post*2.5=unembed: Paris"
/// ```
public final class Direction {

    private sealed interface Form {
    }

    private record Numbers(float[] values) implements Form {

        @Override
        public boolean equals(Object other) {
            return other instanceof Numbers numbers && Arrays.equals(values, numbers.values);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(values);
        }

        /// Not read back: numbers that only a program has. The hash tells them from others.
        @Override
        public String toString() {
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            try {
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes.array());
                return "[" + values.length + " values, sha256 " + HexFormat.of().formatHex(hash, 0, 6) + "]";
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every JVM has SHA-256", e);
            }
        }
    }

    private record File(Path path) implements Form {

        @Override
        public String toString() {
            return path.toString();
        }
    }

    private enum Matrix { UNEMBED, EMBED, LENS }

    private record OfToken(Matrix matrix, TokenRef token) implements Form {

        @Override
        public String toString() {
            return matrix.name().toLowerCase(Locale.ROOT) + ":" + token;
        }
    }

    private record Difference(int position) implements Form {

        @Override
        public String toString() {
            return position == -1 ? "diff" : "diff@" + position;
        }
    }

    private final Form form;

    private Direction(Form form) {
        this.form = form;
    }

    /// Numbers.
    ///
    /// @param values as many as the place has at each position; *copied*
    /// @return the vector
    public static Direction of(float... values) {
        return new Direction(new Numbers(values.clone()));
    }

    /// The one tensor of a safetensors file.
    ///
    /// @param path read before the run; its tensor has as many values as the place has at each position
    /// @return the vector
    public static Direction file(Path path) {
        return new Direction(new File(path));
    }

    /// A token's column of `W_U`: where a residual goes that way, the token's logit grows.
    ///
    /// @param token the token
    /// @return the vector, for places of the residual stream and what is written into it
    public static Direction unembed(TokenRef token) {
        return new Direction(new OfToken(Matrix.UNEMBED, token));
    }

    /// A token's row of `W_E`.
    ///
    /// @param token the token
    /// @return the vector, for places of the residual stream and what is written into it
    public static Direction embed(TokenRef token) {
        return new Direction(new OfToken(Matrix.EMBED, token));
    }

    /// A token's direction by the lens that the run is read with, at each layer its own; see
    /// [io.github.logitlens.Readout#direction].
    ///
    /// @param token the token
    /// @return the vector, for `resid_pre`, `resid_mid` and `resid_post`
    public static Direction lens(TokenRef token) {
        return new Direction(new OfToken(Matrix.LENS, token));
    }

    /// What stands at the place in the run of the first of two prompts, less that of the second, at the last token of each.
    ///
    /// @return the vector; the prompts are the edit's
    public static Direction difference() {
        return difference(-1);
    }

    /// What stands at the place in the run of the first of two prompts, less that of the second.
    ///
    /// @param position of both prompts; negative counts from the end of each
    /// @return the vector; the prompts are the edit's
    public static Direction difference(int position) {
        return new Direction(new Difference(position));
    }

    /// Reads the written form.
    ///
    /// @param text such as `unembed: Paris`, `diff` or a path
    /// @return the vector
    /// @throws IllegalArgumentException if the text is empty, or not a path
    public static Direction parse(String text) {
        for (Matrix matrix : Matrix.values()) {
            String prefix = matrix.name().toLowerCase(Locale.ROOT) + ":";
            if (text.startsWith(prefix)) {
                return new Direction(new OfToken(matrix, TokenRef.parse(text.substring(prefix.length()))));
            }
        }
        if (text.matches("diff(@-?\\d{1,9})?")) {
            return difference(text.equals("diff") ? -1 : Integer.parseInt(text.substring("diff@".length())));
        }
        if (text.isEmpty()) {
            throw new IllegalArgumentException("edit: expected a vector behind =, such as unembed: Paris, diff or a file, got nothing");
        }
        return file(Path.of(text));
    }

    /// Prompts that this takes something from.
    int sources() {
        return form instanceof Difference ? 2 : 0;
    }

    Optional<Path> file() {
        return form instanceof File(Path path) ? Optional.of(path) : Optional.empty();
    }

    boolean needsModel() {
        return !(form instanceof Numbers);
    }

    /// Refuses a place whose rows are of another space.
    ///
    /// @param edit for messages
    void check(Place place, Gpt2Config config, String edit) {
        switch (form) {
            case OfToken(Matrix matrix, TokenRef _) -> {
                boolean fits = matrix != Matrix.LENS ? place.isResidual() : switch (place.site()) {
                    case RESID_PRE, RESID_MID, RESID_POST -> true;
                    default -> false;
                };
                if (!fits) {
                    throw new IllegalArgumentException("edit " + edit + ": expected a place "
                            + (matrix == Matrix.LENS ? "that a lens reads, resid_pre, resid_mid or resid_post"
                                    : "of the residual stream or of what is written into it, such as resid_post or mlp_out")
                            + ", got " + place);
                }
            }
            case Numbers(float[] values) -> checkLength(values.length, place.width(config), edit);
            case File _, Difference _ -> { }
        }
    }

    private static void checkLength(long length, int width, String edit) {
        if (length != width) {
            throw new IllegalArgumentException("edit " + edit + ": expected a vector of " + width + " values, got " + length);
        }
    }

    /// The vector at each point of a place.
    ///
    /// @param model not asked unless this [#needsModel]
    /// @param edit  for messages
    Function<HookPoint, float[]> resolve(EditModel model, Place place, List<Prompt> sources, String edit) {
        return switch (form) {
            case Numbers(float[] values) -> point -> values;
            case File(Path path) -> {
                float[] values = read(path, place.width(model.config()), edit);
                yield point -> values;
            }
            case OfToken(Matrix matrix, TokenRef token) -> switch (matrix) {
                case UNEMBED -> always(model.unembedding(token));
                case EMBED -> always(model.embedding(token));
                case LENS -> point -> model.lens(point, token);
            };
            case Difference(int position) -> point -> difference(
                    row(model.source(sources.get(0), point), place, position, edit),
                    row(model.source(sources.get(1), point), place, position, edit));
        };
    }

    private static Function<HookPoint, float[]> always(float[] values) {
        return point -> values;
    }

    private static float[] row(Activation activation, Place place, int position, String edit) {
        int[] shape = activation.shape();
        int row;
        try {
            row = Positions.of(position).resolve(shape[0])[0];
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("edit " + edit + ": a prompt that it takes from: " + e.getMessage(), e);
        }
        Place.Slice slice = place.slice(shape);
        float[] values = new float[slice.count()];
        activation.read(slice.offset(row), values, 0, values.length);
        return values;
    }

    private static float[] difference(float[] one, float[] other) {
        float[] difference = new float[one.length];
        for (int i = 0; i < one.length; i++) {
            difference[i] = one[i] - other[i];
        }
        return difference;
    }

    private static float[] read(Path path, int width, String edit) {
        try (SafeTensors file = SafeTensors.open(path)) {
            if (file.tensors().size() != 1) {
                throw new IllegalArgumentException("edit " + edit + ": expected a file with one tensor, got "
                        + file.tensors().stream().map(TensorInfo::name).toList() + " in " + path);
            }
            TensorInfo tensor = file.tensors().getFirst();
            checkLength(tensor.elementCount(), width, edit);
            float[] floats = new float[width];
            file.readFloats(tensor, 0, MemorySegment.ofArray(floats), 0, width);
            return floats;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Direction direction && form.equals(direction.form);
    }

    @Override
    public int hashCode() {
        return form.hashCode();
    }

    /// The written form; numbers that a program gave, `[768 values, sha256 …]`.
    @Override
    public String toString() {
        return form.toString();
    }
}
