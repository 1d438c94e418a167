package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.internal.hook.HookCalls;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// The rows of one pass: those of a sequence behind those of the one before it, none between.
///
/// Products, LayerNorms and MLPs see rows and nothing else. Positions, keys and values, and hooks belong to a sequence
/// ([Part]); where there is one alone, the pass is that of a single prompt.
public final class Sequences {

    private final List<Part> parts = new ArrayList<>();
    private final int rows;

    /// What a sequence's rows are made of. All sequences of a pass begin at one place.
    public sealed interface Source {

        /// How many rows it has.
        int rows();
    }

    /// Rows that begin with the embedding.
    ///
    /// @param ids at least one; *not modified*
    public record Tokens(int[] ids) implements Source {

        @Override
        public int rows() {
            return ids.length;
        }
    }

    /// Rows that enter a block.
    ///
    /// @param rows       at least one
    /// @param residual   the residual stream that the block adds to next, `[rows, dModel]`, *not modified*
    /// @param activation what stands at the place where they enter, `[rows, dModel]`, *not modified*: the heads' `z`, or a
    ///                   sublayer's write; the residual itself where they enter in the residual stream
    public record Entering(int rows, float[] residual, float[] activation) implements Source {
    }

    /// What goes into a pass.
    ///
    /// @param source the new positions
    /// @param past   positions before them
    /// @param caches one per layer, with the keys and values of those positions. Empty where there are none and nothing is kept
    /// @param keeps  whether the new positions' keys and values are *written* there; else the caches are *not modified*, and any
    ///               number of sequences may have them
    /// @param hooks  called with this sequence's rows only
    public record Input(Source source, int past, List<KeyValues> caches, boolean keeps, HookCalls hooks) {

        /// Tokens that leave their keys and values where there are caches.
        public Input(int[] tokens, int past, List<KeyValues> caches, HookCalls hooks) {
            this(new Tokens(tokens), past, caches, !caches.isEmpty(), hooks);
        }
    }

    /// One sequence in the pass.
    ///
    /// @param input    what it is made of
    /// @param firstRow its first row in the pass
    /// @param firstKey where in [#cache] the first key stands that it holds: those that keep nothing share one
    /// @param unkept   that one
    record Part(Input input, int firstRow, int firstKey, KeyValues unkept) {

        int rows() {
            return input.source.rows();
        }

        int past() {
            return input.past;
        }

        HookCalls hooks() {
            return input.hooks;
        }

        /// Where its keys and values go.
        KeyValues cache(int layer) {
            return input.keeps ? input.caches.get(layer) : unkept;
        }

        /// The first position whose key is in [#cache]; those before it are in [#prefix].
        int held() {
            return input.keeps ? 0 : input.past;
        }

        /// The keys and values of the positions before [#held].
        KeyValues prefix(int layer) {
            return input.caches.get(layer);
        }
    }

    /// Lays sequences behind each other, in their order.
    public Sequences(Gpt2Config config, List<Input> inputs) {
        KeyValues unkept = new KeyValues(config.nHeads(), config.dHead());
        int row = 0;
        int key = 0;
        for (Input input : inputs) {
            parts.add(new Part(input, row, input.keeps ? 0 : key, unkept));
            row = Math.addExact(row, input.source.rows());
            key += input.keeps ? 0 : input.source.rows();
        }
        rows = row;
        unkept.reserve(key, key);
    }

    /// Rows of all sequences.
    public int rows() {
        return rows;
    }

    List<Part> parts() {
        return parts;
    }

    /// The ids of all rows.
    int[] tokens() {
        int[] tokens = new int[rows];
        for (Part part : parts) {
            if (part.input.source instanceof Tokens(int[] ids)) {
                System.arraycopy(ids, 0, tokens, part.firstRow, ids.length);
            }
        }
        return tokens;
    }

    /// The residual stream of rows that enter a block.
    ///
    /// @return `[rows, dModel]`, owned by the caller
    float[] residuals(int dModel) {
        return gathered(dModel, Entering::residual);
    }

    /// What stands where they enter.
    ///
    /// @return `[rows, dModel]`, owned by the caller
    float[] activations(int dModel) {
        return gathered(dModel, Entering::activation);
    }

    private float[] gathered(int dModel, Function<Entering, float[]> of) {
        float[] all = new float[Math.multiplyExact(rows, dModel)];
        for (Part part : parts) {
            if (part.input.source instanceof Entering entering) {
                System.arraycopy(of.apply(entering), 0, all, part.firstRow * dModel, part.rows() * dModel);
            }
        }
        return all;
    }

    /// The last row of each sequence.
    ///
    /// @param x `[rows, dModel]`, *not modified*
    /// @return `[sequences, dModel]`, owned by the caller
    float[] lastRows(float[] x, int dModel) {
        float[] last = new float[parts.size() * dModel];
        for (int i = 0; i < parts.size(); i++) {
            System.arraycopy(x, (parts.get(i).firstRow + parts.get(i).rows() - 1) * dModel, last, i * dModel, dModel);
        }
        return last;
    }

    /// Whether any sequence is hooked at a point.
    boolean wants(HookPoint point) {
        for (Part part : parts) {
            if (part.hooks().wants(point)) {
                return true;
            }
        }
        return false;
    }

    /// Whether an editor of any sequence may change the activation at a point.
    boolean edits(HookPoint point) {
        for (Part part : parts) {
            if (part.hooks().edits(point)) {
                return true;
            }
        }
        return false;
    }

    /// Calls what is hooked at a point, sequence by sequence, each with its own rows.
    ///
    /// @param data  the activation of all rows, row-major; *written* by editors
    /// @param shape the extents of one row's values; none for a single value
    void fire(HookPoint point, float[] data, int... shape) {
        int width = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        for (Part part : parts) {
            if (!part.hooks().wants(point)) {
                continue;
            }
            int[] own = new int[shape.length + 1];
            own[0] = part.rows();
            System.arraycopy(shape, 0, own, 1, shape.length);
            if (parts.size() == 1) {
                part.hooks().fire(point, part.past(), data, own);
                return;
            }
            int from = part.firstRow * width;
            float[] values = Arrays.copyOfRange(data, from, from + part.rows() * width);
            part.hooks().fire(point, part.past(), values, own);
            if (part.hooks().edits(point)) {
                System.arraycopy(values, 0, data, from, values.length);
            }
        }
    }
}
