package io.github.logitlens.bench.model;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Gpt2Config;

/// The residuals that the lens reads at every position: the embedding and what each block leaves.
public final class LensStack {

    private final int points;
    private final int dModel;
    private final int positions;
    private final float[] values;

    public LensStack(Gpt2Config config, int positions) {
        points = config.nLayers() + 1;
        dModel = config.dModel();
        this.positions = positions;
        values = new float[positions * points * dModel];
    }

    /// Hooks that fill the stack during a run.
    public Hooks hooks() {
        Hooks hooks = observe(Hooks.none(), HookSite.RESID_PRE.at(0), 0);
        for (int layer = 0; layer + 1 < points; layer++) {
            hooks = observe(hooks, HookSite.RESID_POST.at(layer), layer + 1);
        }
        return hooks;
    }

    private Hooks observe(Hooks hooks, HookPoint where, int point) {
        return hooks.observe(where, (at, activation) -> {
            for (int pos = 0; pos < positions; pos++) {
                activation.read(pos * dModel, values, (pos * points + point) * dModel, dModel);
            }
        });
    }

    /// `[positions, points, dModel]`, filled by a run.
    public float[] values() {
        return values;
    }
}
