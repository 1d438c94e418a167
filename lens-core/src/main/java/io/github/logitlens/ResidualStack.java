package io.github.logitlens;

import io.github.logitlens.hook.Activation;
import io.github.logitlens.hook.ActivationObserver;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.Hooks;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Collects the residuals of some points and positions during a run, as the projector wants them.
final class ResidualStack implements ActivationObserver {

    private final Map<HookPoint, Integer> rows;
    private final int[] positions;
    private final int dModel;
    private final float[] values;

    ResidualStack(List<LensPoint> points, int[] positions, int dModel) {
        this.rows = points.stream().collect(Collectors.toMap(LensPoint::hook, LensPoint::index));
        this.positions = positions;
        this.dModel = dModel;
        values = new float[Math.multiplyExact(Math.multiplyExact(positions.length, points.size()), dModel)];
    }

    /// The given hooks, and this observer after them: it sees what they leave.
    Hooks observe(Hooks hooks) {
        return hooks.observe(rows::containsKey, this);
    }

    @Override
    public void observe(HookPoint point, Activation activation) {
        int row = rows.get(point);
        for (int i = 0; i < positions.length; i++) {
            activation.read(positions[i] * dModel, values, (i * rows.size() + row) * dModel, dModel);
        }
    }

    /// `[positions, points, dModel]`.
    float[] values() {
        return values;
    }
}
