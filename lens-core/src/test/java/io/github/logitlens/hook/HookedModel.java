package io.github.logitlens.hook;

import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.Trace;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.WeightRole;

/// The model of the hooks' tests: 3 layers, 3 heads, dModel 21, dMlp 50.
final class HookedModel {

    static final String NAME = "tiny-odd";
    static final int[] IDS = Golden.read(NAME).ids();
    static final int SEQ_LEN = IDS.length;

    private HookedModel() {
    }

    static Gpt2Model open() {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(NAME))) {
            return Gpt2Model.load(checkpoint);
        }
    }

    static float[] weight(WeightRole role, int layer) {
        try (Checkpoint checkpoint = Checkpoint.open(Golden.folder(NAME))) {
            return checkpoint.weight(role, layer).readAll();
        }
    }

    /// All activations of a run under an editor at one point.
    static Trace edited(Gpt2Model model, HookPoint point, ActivationEditor editor) {
        Trace trace = new Trace();
        model.run(IDS, Hooks.none().edit(point, editor).observe(p -> true, trace));
        return trace;
    }
}
