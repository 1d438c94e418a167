package io.github.logitlens;

import io.github.logitlens.model.Gpt2Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Which points of a model some options mean, and how far the model has to run for them.
///
/// @param points    in the order of the forward pass; the last one is the residual stream after the last block that runs
/// @param lastLayer the last block that runs
record PointPlan(List<LensPoint> points, int lastLayer) {

    /// @throws IllegalArgumentException if the model has no such layers
    static PointPlan of(LensOptions options, Gpt2Model model) {
        int nLayers = model.config().nLayers();
        int lastLayer = options.stopAfter().orElse(nLayers - 1);
        if (lastLayer >= nLayers) {
            throw new IllegalArgumentException("stop-after: expected a layer from 0 to " + (nLayers - 1) + " (model '"
                    + model.id() + "'), got " + lastLayer);
        }
        Set<Integer> layers = Arrays.stream(options.layers().resolve(nLayers)).boxed().collect(Collectors.toSet());
        List<LensPoint> points = new ArrayList<>();
        if (options.points().contains(PointKind.EMBED)) {
            points.add(PointKind.EMBED.at(0));
        }
        for (int layer = 0; layer <= lastLayer; layer++) {
            for (PointKind kind : PointKind.values()) {
                boolean last = kind == PointKind.RESID_POST && layer == lastLayer;
                if (last || kind != PointKind.EMBED && options.points().contains(kind) && layers.contains(layer)) {
                    add(kind, layer, model.config().nHeads(), points);
                }
            }
        }
        return new PointPlan(List.copyOf(points), lastLayer);
    }

    private static void add(PointKind kind, int layer, int nHeads, List<LensPoint> points) {
        if (kind != PointKind.HEAD) {
            points.add(kind.at(layer));
            return;
        }
        for (int head = 0; head < nHeads; head++) {
            points.add(PointKind.head(layer, head));
        }
    }
}
