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

    /// Places that show the same residual, such as `embed` and block 0's `resid_pre`, share a hook point.
    private final Map<HookPoint, List<LensPoint>> points;
    private final int pointCount;
    private final int[] positions;
    private final int dModel;
    private final float[] values;

    ResidualStack(List<LensPoint> points, int[] positions, int dModel) {
        this.points = points.stream().collect(Collectors.groupingBy(LensPoint::hook));
        this.pointCount = points.size();
        this.positions = positions;
        this.dModel = dModel;
        values = new float[Math.multiplyExact(Math.multiplyExact(positions.length, points.size()), dModel)];
    }

    /// The given hooks, and this observer after them: it sees what they leave.
    Hooks observe(Hooks hooks) {
        return hooks.observe(points::containsKey, this);
    }

    @Override
    public void observe(HookPoint point, Activation activation) {
        for (LensPoint read : points.get(point)) {
            for (int i = 0; i < positions.length; i++) {
                activation.read(positions[i] * dModel, values, (i * pointCount + read.index()) * dModel, dModel);
            }
        }
    }

    /// `[positions, points, dModel]`.
    float[] values() {
        return values;
    }
}
