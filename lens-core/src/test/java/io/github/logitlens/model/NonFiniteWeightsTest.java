package io.github.logitlens.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.fixtures.Trace;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.internal.kernel.ScalarKernels;
import io.github.logitlens.internal.kernel.VectorKernels;
import io.github.logitlens.internal.vocabulary.ReadingsEquality;
import io.github.logitlens.internal.vocabulary.Unembedder;
import io.github.logitlens.internal.vocabulary.VocabularyQuery;
import io.github.logitlens.internal.vocabulary.VocabularyReadings;
import io.github.logitlens.weights.Checkpoint;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Weights that are no numbers load and run, and what is read stays well defined.
class NonFiniteWeightsTest {

    private static final TinyModel SHAPE = new TinyModel(1, 2, 12, 20, 150, 16, 41);
    private static final int[] IDS = SHAPE.ids(9);
    private static final int[] EVERY_TOKEN = IntStream.range(0, SHAPE.vocabSize()).toArray();
    private static final Engine SCALAR = new Engine(new ScalarKernels(), new Workers(1));
    private static final Engine VECTOR = new Engine(new VectorKernels(), new Workers(2));

    @TempDir
    private Path temporary;

    private record Outcome(Trace trace, VocabularyReadings readings, float[] logits, Map<String, Long> nonFinite) {
    }

    private static Outcome run(Path folder, Engine engine) {
        try (Checkpoint checkpoint = Checkpoint.open(folder); Gpt2Model model = Gpt2Model.load(checkpoint, engine)) {
            Trace trace = new Trace();
            model.run(IDS, trace.hooks());
            int d = SHAPE.dModel();
            float[] residuals = new float[3 * d];
            HookPoint[] points = {HookSite.RESID_PRE.at(0), HookSite.RESID_MID.at(0), HookSite.RESID_POST.at(0)};
            for (int point = 0; point < 3; point++) {
                trace.activations().get(points[point]).read((IDS.length - 1) * d, residuals, point * d, d);
            }
            VocabularyQuery query = ReadingsEquality.everything(3, new int[] {5}, EVERY_TOKEN)
                    .top(SHAPE.vocabSize()).bottom(SHAPE.vocabSize());
            return new Outcome(trace, Unembedder.behind(model.unembedding()).read(residuals, query), model.logits(IDS),
                    model.nonFiniteWeights());
        }
    }

    private void check(String what, Consumer<float[]> change, String name) {
        Map<String, Long> expected = new HashMap<>();
        Path folder = SHAPE.write(temporary, weights -> {
            change.accept(weights.get(name));
            long count = IntStream.range(0, weights.get(name).length).filter(i -> !Float.isFinite(weights.get(name)[i])).count();
            if (count > 0) {
                expected.put(name, count);
            }
        });
        Outcome scalar = run(folder, SCALAR);
        Outcome vector = run(folder, VECTOR);
        assertEquals(expected, scalar.nonFinite, what);
        assertEquals(expected, vector.nonFinite, what);
        scalar.trace.assertSame(vector.trace, () -> what);
        Bits.assertSame(scalar.logits, vector.logits, () -> what);
        ReadingsEquality.assertSame(scalar.readings, 0, vector.readings, 0, 1, 3, EVERY_TOKEN.length, what);
        for (int point = 0; point < 3; point++) {
            assertTopIsDefined(vector.readings, point, what + ", point " + point);
        }
        for (int rank = 0; rank < SHAPE.vocabSize(); rank++) {
            int id = vector.readings.topId(0, 2, rank);
            assertTrue(Bits.same(vector.logits[id], vector.readings.topLogit(0, 2, rank)), what + ": logit of " + id);
        }
    }

    /// Every token once: numbers descending, then NaN; equal ones by id; ranks are places.
    private static void assertTopIsDefined(VocabularyReadings readings, int point, String what) {
        Set<Integer> seen = new LinkedHashSet<>();
        for (int rank = 0; rank < readings.topK(); rank++) {
            int id = readings.topId(0, point, rank);
            assertTrue(seen.add(id), what + ": token " + id + " twice");
            assertEquals(rank + 1, readings.trackedRank(0, point, id), what + ": rank of token " + id);
            if (rank > 0) {
                float before = readings.topLogit(0, point, rank - 1);
                float logit = readings.topLogit(0, point, rank);
                boolean ordered = Float.isNaN(logit) ? !Float.isNaN(before) || readings.topId(0, point, rank - 1) < id
                        : before > logit || before == logit && readings.topId(0, point, rank - 1) < id;
                assertTrue(ordered, what + ": " + before + " before " + logit + " at rank " + rank);
            }
        }
        assertEquals(SHAPE.vocabSize(), seen.size(), what);
        assertBottomIsDefined(readings, point, what);
    }

    /// Every token once: numbers ascending, then NaN; equal ones by id.
    private static void assertBottomIsDefined(VocabularyReadings readings, int point, String what) {
        Set<Integer> seen = new LinkedHashSet<>();
        for (int rank = 0; rank < readings.bottomK(); rank++) {
            int id = readings.bottomId(0, point, rank);
            assertTrue(seen.add(id), what + ": token " + id + " twice in the bottom");
            if (rank > 0) {
                float before = readings.bottomLogit(0, point, rank - 1);
                float logit = readings.bottomLogit(0, point, rank);
                boolean inOrder = readings.bottomId(0, point, rank - 1) < id;
                boolean ordered = Float.isNaN(logit) ? !Float.isNaN(before) || inOrder
                        : before < logit || before == logit && inOrder;
                assertTrue(ordered, what + ": " + before + " below " + logit + " at rank " + rank);
            }
        }
        assertEquals(SHAPE.vocabSize(), seen.size(), what);
    }

    @Test
    void oneValueInAnyWeight() {
        Set<String> names = new LinkedHashSet<>();
        SHAPE.write(temporary, weights -> names.addAll(weights.keySet()));
        for (String name : names) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                check(bad + " in " + name, weight -> weight[weight.length / 2] = bad, name);
            }
        }
    }

    @Test
    void wholeRowsOfTheUnembedding() {
        int d = SHAPE.dModel();
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e38f}) {
            check(bad + " in row 149", weight -> TinyModel.fillRow(weight, d, 149, bad), "wte.weight");
            check(bad + " in rows 60 to 70", weight -> Arrays.fill(weight, 60 * d, 70 * d, bad), "wte.weight");
            check(bad + " in the first panel", weight -> Arrays.fill(weight, 0, 64 * d, bad), "wte.weight");
        }
    }

    @Test
    void everyValueOfAWeight() {
        for (String name : new String[] {"wte.weight", "ln_f.weight", "ln_f.bias", "h.0.mlp.c_proj.bias"}) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0}) {
                check("all of " + name + " is " + bad, weight -> Arrays.fill(weight, bad), name);
            }
        }
    }
}
