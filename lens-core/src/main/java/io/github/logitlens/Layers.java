package io.github.logitlens;

/// The blocks a lens reads. Layers count from 0; negative ones count from the end, `-1` being the last.
///
/// ```java
/// Layers.range(0, 12, 3)    // 0, 3, 6, 9
/// Layers.parse("4:")        // block 4 and all after it
/// ```
///
/// Whatever the choice, the residual stream after the last block is read, so that a stride never loses the model's own output.
public final class Layers {

    private static final IndexChoice.Counted COUNTED = new IndexChoice.Counted("layer", "the model", "layer");
    private static final Layers ALL = new Layers(IndexChoice.all());

    private final IndexChoice choice;

    private Layers(IndexChoice choice) {
        this.choice = choice;
    }

    /// Every block.
    ///
    /// @return the choice of all layers
    public static Layers all() {
        return ALL;
    }

    /// Chosen blocks, in the order of the forward pass whatever the order here.
    ///
    /// @param layers at least one; negative ones count from the end; copied
    /// @return the choice of those layers
    /// @throws IllegalArgumentException if there are none
    public static Layers of(int... layers) {
        if (layers.length == 0) {
            throw new IllegalArgumentException("layers: expected at least one, got none");
        }
        return new Layers(IndexChoice.of(layers));
    }

    /// A half-open range. Ends beyond the model are cut to it, as slices are in Python.
    ///
    /// @param from first layer, inclusive; negative counts from the end
    /// @param to   end, exclusive; negative counts from the end
    /// @return the choice of that range
    public static Layers range(int from, int to) {
        return range(from, to, 1);
    }

    /// Every `step`-th block of a half-open range.
    ///
    /// @param from first layer, inclusive; negative counts from the end
    /// @param to   end, exclusive; negative counts from the end
    /// @param step at least 1
    /// @return the choice of those layers
    /// @throws IllegalArgumentException if the step is below 1
    public static Layers range(int from, int to, int step) {
        if (step < 1) {
            throw new IllegalArgumentException("layers: expected a step of at least 1, got " + step);
        }
        return new Layers(IndexChoice.slice(from, to, step));
    }

    /// Reads the command line's form: `all`, `N`, `N,M`, `A:B`, `A:`, `:B` or `A:B:STEP`.
    ///
    /// @param text the written form
    /// @return the choice it names
    /// @throws IllegalArgumentException if the text has none of these forms
    public static Layers parse(String text) {
        String written = text.strip();
        if (written.equals("all")) {
            return ALL;
        }
        try {
            return new Layers(IndexChoice.parse(written, true));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("layers: expected all, N, N,M, A:B or A:B:STEP, got \"" + text + "\"", e);
        }
    }

    /// The layers this choice means for a model of `nLayers` blocks.
    ///
    /// @param nLayers blocks in the model, at least 1
    /// @return ascending layers in `[0, nLayers)`, at least one
    /// @throws IllegalArgumentException if a named layer is not in the model, or a range holds no layer
    public int[] resolve(int nLayers) {
        return choice.resolve(nLayers, COUNTED);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Layers layers && choice.equals(layers.choice);
    }

    @Override
    public int hashCode() {
        return choice.hashCode();
    }

    /// The written form that [#parse] reads.
    @Override
    public String toString() {
        return choice.toString();
    }
}
