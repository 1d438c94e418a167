package io.github.logitlens;

import io.github.logitlens.hook.Activation;
import io.github.logitlens.hook.ActivationObserver;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What becomes of a prompt's residuals in the last blocks, which the extended lens leaves in: all positions of a point go through
/// them together, as they do in the model, whatever positions are read.
final class DecodedRows implements ActivationObserver {

    /// Rows of a pass through the blocks.
    private static final int ROWS = 512;

    private final Gpt2Model model;
    private final ExtendedReadout readout;
    private final List<LensPoint> points;
    private final int[] positions;
    private final int first;
    /// Rows up to the last position that is read.
    private final int rows;
    private final int dModel;
    /// Where residuals go on, by where they are.
    private final Map<HookPoint, HookPoint> from = new LinkedHashMap<>();
    private final Map<HookPoint, float[]> residuals = new HashMap<>();

    /// @param positions those that are read, ascending
    /// @param first     where the prompt's first position stands among those of [#write]
    DecodedRows(Gpt2Model model, ExtendedReadout readout, List<LensPoint> points, int[] positions, int first) {
        this.model = model;
        this.readout = readout;
        this.points = points;
        this.positions = positions;
        this.first = first;
        rows = positions[positions.length - 1] + 1;
        dModel = model.config().dModel();
        int nLayers = model.config().nLayers();
        for (LensPoint point : points) {
            if (point.kind().isResidual() && !ResidualPlace.of(point.hook(), nLayers).equals(ResidualPlace.after(nLayers - 1))) {
                from.put(point.hook(), readout.from(point.hook(), nLayers));
            }
        }
    }

    /// The given hooks, and this observer after them.
    Hooks observe(Hooks hooks) {
        return from.isEmpty() ? hooks : hooks.observe(from::containsKey, this);
    }

    @Override
    public void observe(HookPoint point, Activation activation) {
        float[] kept = new float[rows * dModel];
        activation.read(0, kept, 0, kept.length);
        residuals.put(point, kept);
    }

    /// Runs the last blocks, and writes what comes out of them at the positions that are read.
    ///
    /// @param values `[positions of all prompts, points, dModel]`, *written*
    void write(float[] values) {
        Map<HookPoint, List<HookPoint>> together = new LinkedHashMap<>();
        from.forEach((point, place) -> together.computeIfAbsent(place, key -> new ArrayList<>()).add(point));
        int most = Math.max(1, ROWS / rows);
        for (List<HookPoint> hooks : together.values()) {
            for (int i = 0; i < hooks.size(); i += most) {
                write(hooks.subList(i, Math.min(hooks.size(), i + most)), values);
            }
        }
    }

    /// @param hooks whose residuals go on at one place
    private void write(List<HookPoint> hooks, float[] values) {
        List<Sequence> sequences = hooks.stream()
                .map(hook -> Sequence.from(readout.from(hook, model.config().nLayers()), residuals.get(hook))).toList();
        boolean last = positions.length == 1;
        List<float[]> decoded = last ? List.of() : model.run(sequences);
        float[] lastRows = last ? model.runToLast(sequences) : new float[0];
        for (int h = 0; h < hooks.size(); h++) {
            for (int p = 0; p < points.size(); p++) {
                if (points.get(p).kind().isResidual() && points.get(p).hook().equals(hooks.get(h))) {
                    for (int i = 0; i < positions.length; i++) {
                        System.arraycopy(last ? lastRows : decoded.get(h), (last ? h : positions[i]) * dModel,
                                values, ((first + i) * points.size() + p) * dModel, dModel);
                    }
                }
            }
        }
    }

    /// Where some of the points lie, in words: between the last blocks, where fewer of them are left.
    static String note(ExtendedReadout readout, List<LensPoint> points, int nLayers) {
        List<String> past = points.stream().filter(point -> point.kind().isResidual() && readout.isPast(point.hook(), nLayers))
                .map(LensPoint::label).toList();
        return past.isEmpty() ? "" : "the " + readout.kind() + " lens shows the model's own output, which the blocks that are left lead to, at: "
                + String.join(", ", past.subList(0, Math.min(8, past.size()))) + (past.size() > 8 ? " and " + (past.size() - 8) + " more" : "");
    }
}
