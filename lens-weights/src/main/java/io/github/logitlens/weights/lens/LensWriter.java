package io.github.logitlens.weights.lens;

import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.nio.file.Path;
import java.util.List;

/// Writes a lens as a safetensors file that [LensWeights] reads.
///
/// ```java
/// new LensWriter(LensForm.JACOBIAN, 768)
///         .about("num_hidden_layers", "12")
///         .map("blocks.3.hook_resid_post", j, new float[768])
///         .write(Path.of("jacobian.safetensors"));
/// ```
///
/// Tensors are F32, matrices `[dModel, dModel]` with a row for each element of the result:
///
/// | form | tensors | place |
/// |---|---|---|
/// | tuned | `<i>.weight`, `<i>.bias` | the residual before block i |
/// | Jacobian | `J.<l>` | after block l |
/// | affine | `<place>.weight`, `<place>.bias` | by its name, such as `blocks.3.hook_resid_post` |
///
/// The metadata has `lens_type` and `d_model`, and what [#about] adds.
public final class LensWriter {

    private final LensForm form;
    private final int dModel;
    private final SafeTensorsWriter file = new SafeTensorsWriter();

    /// A file without maps yet.
    ///
    /// @param form   the kind of lens
    /// @param dModel the width of a residual
    public LensWriter(LensForm form, int dModel) {
        this.form = form;
        this.dModel = dModel;
        file.metadata("lens_type", form.lensType()).metadata("d_model", Integer.toString(dModel));
    }

    /// Says something of the lens or its model.
    ///
    /// @param name  such as `num_hidden_layers`, `base_model_name_or_path`, `unembed_hash`, `n_prompts`
    /// @param value its value
    /// @return this writer
    public LensWriter about(String name, String value) {
        file.metadata(name, value);
        return this;
    }

    /// Adds a place's map.
    ///
    /// @param place  its TransformerLens name
    /// @param matrix `[dModel, dModel]`, *not copied*, *not modified*: read by [#write]
    /// @param bias   `[dModel]`, *not copied*, *not modified*; not written for a Jacobian lens
    /// @return this writer
    /// @throws IllegalArgumentException if the form has no such place, or it has a map already, or an array has another length
    public LensWriter map(String place, float[] matrix, float[] bias) {
        long width = dModel;
        switch (form) {
            case TUNED -> {
                String index = place.equals("blocks.0.hook_resid_pre") ? "0" : Integer.toString(layer(place) + 1);
                file.floats(index + ".weight", DType.F32, List.of(width, width), matrix);
                file.floats(index + ".bias", DType.F32, List.of(width), bias);
            }
            case JACOBIAN -> file.floats("J." + layer(place), DType.F32, List.of(width, width), matrix);
            case AFFINE -> {
                file.floats(place + ".weight", DType.F32, List.of(width, width), matrix);
                file.floats(place + ".bias", DType.F32, List.of(width), bias);
            }
        }
        return this;
    }

    private static int layer(String place) {
        if (!place.matches("blocks\\.\\d{1,4}\\.hook_resid_post")) {
            throw new IllegalArgumentException("place: expected a block's hook_resid_post, got " + place);
        }
        return Integer.parseInt(place.substring("blocks.".length(), place.indexOf('.', "blocks.".length())));
    }

    /// Writes the file, replacing what is there.
    ///
    /// @param path where it appears when it is complete
    /// @throws io.github.logitlens.weights.safetensors.SafeTensorsException if it cannot be written
    public void write(Path path) {
        file.write(path);
    }
}
