package io.github.logitlens;

import io.github.logitlens.hook.Activation;
import io.github.logitlens.hook.ActivationObserver;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Collects the rows of some points and positions during a run, as the projector wants them, and nothing else.
final class ResidualStack implements ActivationObserver {

    /// Heads' writes are nHeads times as large as what they are made from: so many positions are made at once.
    private static final int HEAD_POSITIONS = 32;

    private final Gpt2Model model;
    /// Places that show the same residual, such as `embed` and block 0's `resid_pre`, share a hook point, as a block's heads do.
    private final Map<HookPoint, List<LensPoint>> points;
    private final List<LensPoint> order;
    private final Map<LensPoint, Integer> places = new HashMap<>();
    private final int[] positions;
    private final int past;
    private final int dModel;
    private final float[] values;
    private final int first;

    ResidualStack(Gpt2Model model, List<LensPoint> points, int[] positions) {
        this(model, points, positions, 0, values(model, points, positions.length), 0);
    }

    /// A prompt's part of what several prompts leave.
    ///
    /// @param positions the prompt's
    /// @param past      positions before the run's first row
    /// @param values    `[positions of all prompts, points, dModel]`, *written*
    /// @param first     where the prompt's first position stands among those
    ResidualStack(Gpt2Model model, List<LensPoint> points, int[] positions, int past, float[] values, int first) {
        this.model = model;
        this.order = points;
        this.points = points.stream().collect(Collectors.groupingBy(LensPoint::hook));
        this.positions = positions;
        this.past = past;
        this.values = values;
        this.first = first;
        dModel = model.config().dModel();
        for (int i = 0; i < points.size(); i++) {
            places.put(points.get(i), i);
        }
    }

    /// Room for the residuals of so many positions.
    static float[] values(Gpt2Model model, List<LensPoint> points, int positions) {
        int dModel = model.config().dModel();
        long size = (long) positions * points.size() * dModel;
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("points: expected at most " + Integer.MAX_VALUE / dModel + " rows of "
                    + dModel + " values in one run, got " + points.size() + " points at " + positions
                    + " positions; read fewer positions, layers or kinds of point");
        }
        return new float[(int) size];
    }

    /// Some of the positions, in a stack of their own.
    ///
    /// @param from index of the first among this stack's positions
    /// @param to   index after the last
    ResidualStack part(int from, int to) {
        int perPosition = order.size() * dModel;
        return from == 0 && to == positions.length
                ? this
                : new ResidualStack(model, order, Arrays.copyOfRange(positions, from, to), past,
                        Arrays.copyOfRange(values, from * perPosition, to * perPosition), 0);
    }

    /// The positions in this stack.
    int[] positions() {
        return positions;
    }

    /// The given hooks, and this observer after them: it sees what they leave.
    Hooks observe(Hooks hooks) {
        return hooks.observe(points::containsKey, this);
    }

    @Override
    public void observe(HookPoint hook, Activation activation) {
        List<LensPoint> here = points.get(hook);
        if (here.getFirst().kind() == PointKind.HEAD) {
            heads(hook.layer(), here, activation);
            return;
        }
        for (LensPoint point : here) {
            for (int i = 0; i < positions.length; i++) {
                activation.read((positions[i] - past) * dModel, values, offset(i, point), dModel);
            }
        }
    }

    private void heads(int layer, List<LensPoint> heads, Activation z) {
        int nHeads = model.config().nHeads();
        for (int from = 0; from < positions.length; from += HEAD_POSITIONS) {
            int count = Math.min(HEAD_POSITIONS, positions.length - from);
            float[] read = new float[count * dModel];
            for (int i = 0; i < count; i++) {
                z.read((positions[from + i] - past) * dModel, read, i * dModel, dModel);
            }
            float[] writes = model.components().headWrites(layer, read);
            for (LensPoint point : heads) {
                for (int i = 0; i < count; i++) {
                    System.arraycopy(writes, (i * nHeads + point.head().getAsInt()) * dModel, values,
                            offset(from + i, point), dModel);
                }
            }
        }
    }

    private int offset(int position, LensPoint point) {
        return ((first + position) * order.size() + places.get(point)) * dModel;
    }

    /// The rows as they are, `[positions, points, dModel]`, those of other prompts with them.
    float[] values() {
        return values;
    }

    /// This prompt's rows, `[positions, points, dModel]`.
    float[] rows() {
        int perPosition = order.size() * dModel;
        return Arrays.copyOfRange(values, first * perPosition, (first + positions.length) * perPosition);
    }

    /// `‖h‖` of each residual and the cosine of its angle with the last point's, in float64, dimension by dimension.
    Geometry geometry() {
        int rows = positions.length * order.size();
        double[] norms = new double[rows];
        double[] cosines = new double[rows];
        for (int row = 0; row < rows; row++) {
            int last = row / order.size() * order.size() + order.size() - 1;
            double square = dot(row, row);
            norms[row] = Math.sqrt(square);
            cosines[row] = dot(row, last) / Math.sqrt(square * dot(last, last));
        }
        return new Geometry(norms, cosines);
    }

    private double dot(int a, int b) {
        int base = first * order.size();
        double sum = 0;
        for (int i = 0; i < dModel; i++) {
            sum += (double) values[(base + a) * dModel + i] * values[(base + b) * dModel + i];
        }
        return sum;
    }

    /// Lengths and directions of residuals, `[positions, points]`.
    ///
    /// @param norms   `‖h‖`
    /// @param cosines with the position's last residual; NaN where one of the two has no direction
    record Geometry(double[] norms, double[] cosines) {

        static final Geometry NONE = new Geometry(new double[0], new double[0]);
    }
}
