package io.github.logitlens;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.kernel.Fma;
import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.internal.vocabulary.VocabularyQuery;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.Sequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/// How a metric is read from the runs of a sweep: as little of them as it needs.
sealed interface SweepReader {

    /// Runs cells together, and reads them now or later.
    ///
    /// @param values by the cells' indices, *written*
    void run(List<Sweeper.Changed> pass, double[] values);

    /// Gives a cell the value of the run that it does not change.
    void unchanged(Sweeper.Cell cell, double[] values);

    /// Reads what is left.
    void finish(double[] values);

    /// Whether only the model's output at the last position is read.
    boolean lastPositionOnly();

    /// Whether a change at a place can reach what is read.
    boolean reads(HookPoint place);

    /// Bytes that a cell takes until it is read.
    long bytesPerCell();

    /// A metric of the model's output at the last position.
    final class OfOutput implements SweepReader {

        /// Cells that one pass over `W_U` takes.
        private static final int TOGETHER = 1024;

        private final Gpt2Model model;
        private final int dModel;
        private final SweepMetric.Kind kind;
        private final int[] tokens;
        private final List<float[]> directions;
        private final float[] clean;
        private final double unchangedValue;
        private final List<Sweeper.Cell> waiting = new ArrayList<>();
        private final List<float[]> rows = new ArrayList<>();

        /// @param tokens    the metric's
        /// @param clean     the clean run's last residual, `[dModel]`
        /// @param unchanged that of the run that is changed
        OfOutput(Gpt2Model model, SweepMetric.Kind kind, int[] tokens, float[] clean, float[] unchanged) {
            this.model = model;
            this.kind = kind;
            this.tokens = tokens;
            this.clean = clean;
            dModel = model.config().dModel();
            directions = IntStream.of(tokens).mapToObj(model.unembedding()::direction).toList();
            unchangedValue = values(unchanged)[0];
        }

        @Override
        public void run(List<Sweeper.Changed> pass, double[] values) {
            float[] last = model.runToLast(pass.stream().map(Sweeper.Changed::sequence).toList());
            for (int i = 0; i < pass.size(); i++) {
                waiting.add(pass.get(i).cell());
                rows.add(Arrays.copyOfRange(last, i * dModel, (i + 1) * dModel));
            }
            if (rows.size() >= TOGETHER) {
                finish(values);
            }
        }

        @Override
        public void unchanged(Sweeper.Cell cell, double[] values) {
            values[cell.index()] = unchangedValue;
        }

        @Override
        public void finish(double[] values) {
            if (rows.isEmpty()) {
                return;
            }
            float[] all = new float[rows.size() * dModel];
            for (int i = 0; i < rows.size(); i++) {
                System.arraycopy(rows.get(i), 0, all, i * dModel, dModel);
            }
            double[] read = values(all);
            for (int i = 0; i < read.length; i++) {
                values[waiting.get(i).index()] = read[i];
            }
            waiting.clear();
            rows.clear();
        }

        /// The metric of some last residuals.
        ///
        /// @param residuals `[rows, dModel]`, *not modified*
        double[] values(float[] residuals) {
            int count = residuals.length / dModel;
            return switch (kind) {
                case LOGIT, LOGIT_DIFFERENCE -> {
                    double[] values = new double[count];
                    for (int i = 0; i < count; i++) {
                        float[] normalized = model.unembedding().normalized(Arrays.copyOfRange(residuals, i * dModel, (i + 1) * dModel));
                        values[i] = kind == SweepMetric.Kind.LOGIT
                                ? logit(normalized, 0)
                                : (double) logit(normalized, 0) - logit(normalized, 1);
                    }
                    yield values;
                }
                case PROBABILITY -> {
                    VocabularyReadings read = read(residuals, VocabularyQuery.points(1).track(tokens));
                    yield IntStream.range(0, count)
                            .mapToDouble(i -> StrictMath.exp(read.trackedLogit(i, 0, 0) - read.logSumExp(i, 0))).toArray();
                }
                case RANK -> {
                    VocabularyReadings read = read(residuals, VocabularyQuery.points(1).track(tokens));
                    yield IntStream.range(0, count).mapToDouble(i -> read.trackedRank(i, 0, 0)).toArray();
                }
                case KL -> {
                    float[] pairs = new float[2 * residuals.length];
                    for (int i = 0; i < count; i++) {
                        System.arraycopy(residuals, i * dModel, pairs, 2 * i * dModel, dModel);
                        System.arraycopy(clean, 0, pairs, (2 * i + 1) * dModel, dModel);
                    }
                    VocabularyReadings read = read(pairs, VocabularyQuery.points(2));
                    yield IntStream.range(0, count).mapToDouble(i -> read.klToFinal(i, 0)).toArray();
                }
                case RESULT -> throw new AssertionError(kind);
            };
        }

        private VocabularyReadings read(float[] residuals, VocabularyQuery query) {
            return Unembedder.behind(model.unembedding()).read(residuals, query);
        }

        /// One logit, by the chain that every kernel computes it by.
        private float logit(float[] normalized, int token) {
            float[] direction = directions.get(token);
            float sum = 0;
            for (int k = 0; k < dModel; k++) {
                sum = Fma.fma(normalized[k], direction[k], sum);
            }
            return sum;
        }

        @Override
        public boolean lastPositionOnly() {
            return true;
        }

        @Override
        public boolean reads(HookPoint place) {
            return true;
        }

        @Override
        public long bytesPerCell() {
            return (long) Float.BYTES * dModel;
        }
    }

    /// A function of a result.
    final class OfResult implements SweepReader {

        private final Gpt2Model model;
        private final SweepMetric metric;
        private final LensReader reader;
        private final int[] ids;
        private final int[] positions;
        /// The unchanged run's, `[positions, points, dModel]`.
        private final float[] base;
        private final Function<String, Hooks> edits;
        private final String kernels;

        /// @param ids   the run that is changed, BOS included
        /// @param edits what a result says of a cell's change
        OfResult(Gpt2Model model, SweepMetric metric, LensReader reader, int[] ids, Function<String, Hooks> edits) {
            this.model = model;
            this.metric = metric;
            this.reader = reader;
            this.ids = ids;
            this.edits = edits;
            positions = reader.options().positions().resolve(ids.length);
            kernels = model.kernels();
            ResidualStack stack = new ResidualStack(model, reader.points(), positions);
            model.run(ids, reader.lastLayer(), stack.observe(Hooks.none()));
            base = stack.values();
        }

        /// The metric of the unchanged run.
        double value() {
            return values(base.clone(), List.of(Hooks.none()))[0];
        }

        @Override
        public void run(List<Sweeper.Changed> pass, double[] values) {
            float[] all = new float[Math.multiplyExact(pass.size(), base.length)];
            List<Sequence> sequences = new ArrayList<>();
            for (int i = 0; i < pass.size(); i++) {
                System.arraycopy(base, 0, all, i * base.length, base.length);
                int first = pass.get(i).first();
                int[] reached = IntStream.of(positions).filter(position -> position >= first).toArray();
                ResidualStack stack = new ResidualStack(model, reader.points(), reached, first, all,
                        (i + 1) * positions.length - reached.length);
                sequences.add(pass.get(i).sequence().hooks(stack.observe(Hooks.none())));
            }
            model.run(sequences, reader.lastLayer());
            double[] read = values(all, pass.stream().map(changed -> edits.apply(changed.cell().edit())).toList());
            for (int i = 0; i < read.length; i++) {
                values[pass.get(i).cell().index()] = read[i];
            }
        }

        @Override
        public void unchanged(Sweeper.Cell cell, double[] values) {
            values[cell.index()] = values(base.clone(), List.of(edits.apply(cell.edit())))[0];
        }

        private double[] values(float[] all, List<Hooks> changes) {
            int[] next = IntStream.range(0, changes.size())
                    .flatMap(i -> IntStream.of(LensReader.next(positions, ids))).toArray();
            VocabularyReadings readings = reader.read(all, reader.query(next));
            double[] values = new double[changes.size()];
            for (int i = 0; i < values.length; i++) {
                int from = i * positions.length;
                ResidualStack stack = new ResidualStack(model, reader.points(), positions, 0, all, from);
                values[i] = metric.value(reader.result(ids.clone(), changes.get(i), changes.get(i), stack,
                        readings.positions(from, from + positions.length), kernels));
            }
            return values;
        }

        @Override
        public void finish(double[] values) {
            // every pass was read
        }

        @Override
        public boolean lastPositionOnly() {
            return false;
        }

        @Override
        public boolean reads(HookPoint place) {
            return place.layer() <= reader.lastLayer();
        }

        @Override
        public long bytesPerCell() {
            return reader.bytesPerPosition() * positions.length;
        }
    }
}
