package io.github.logitlens.internal.layer;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.internal.hook.HookCalls;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The rows of one pass: those of a sequence behind those of the one before it, none between.
///
/// Products, LayerNorms and MLPs see rows and nothing else. Positions, keys and values, and hooks belong to a sequence
/// ([Part]); where there is one alone, the pass is that of a single prompt.
public final class Sequences {

    private final List<Part> parts = new ArrayList<>();
    private final int rows;

    /// What goes into a pass.
    ///
    /// @param tokens ids of the new positions, at least one; *not modified*
    /// @param past   positions before them
    /// @param caches one per layer, with the keys and values of those positions; *written*. Empty where there are none and
    ///               nothing is kept
    /// @param hooks  called with this sequence's rows only
    public record Input(int[] tokens, int past, List<KeyValues> caches, HookCalls hooks) {
    }

    /// One sequence in the pass.
    ///
    /// @param input    what it is made of
    /// @param firstRow its first row in the pass
    /// @param firstKey where in its caches position 0 stands: those that keep nothing share one
    /// @param unkept   that one
    record Part(Input input, int firstRow, int firstKey, KeyValues unkept) {

        int rows() {
            return input.tokens.length;
        }

        int past() {
            return input.past;
        }

        HookCalls hooks() {
            return input.hooks;
        }

        KeyValues cache(int layer) {
            return input.caches.isEmpty() ? unkept : input.caches.get(layer);
        }
    }

    /// Lays sequences behind each other, in their order.
    public Sequences(Gpt2Config config, List<Input> inputs) {
        KeyValues unkept = new KeyValues(config.nHeads(), config.dHead());
        int row = 0;
        int key = 0;
        for (Input input : inputs) {
            parts.add(new Part(input, row, input.caches.isEmpty() ? key : 0, unkept));
            row = Math.addExact(row, input.tokens.length);
            key += input.caches.isEmpty() ? input.tokens.length : 0;
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
        parts.forEach(part -> System.arraycopy(part.input.tokens, 0, tokens, part.firstRow, part.rows()));
        return tokens;
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
                part.hooks().fire(point, data, own);
                return;
            }
            int from = part.firstRow * width;
            float[] values = Arrays.copyOfRange(data, from, from + part.rows() * width);
            part.hooks().fire(point, values, own);
            if (part.hooks().edits(point)) {
                System.arraycopy(values, 0, data, from, values.length);
            }
        }
    }
}
