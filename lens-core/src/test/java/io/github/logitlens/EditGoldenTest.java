package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.hook.ActivationCache;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Edited runs and comparisons with clean ones, against the float64 oracle, which makes each edit in its own way.
///
/// The budget of a residual is a multiple of what PyTorch's own float32 run of the same edit is off by, and never less than some
/// units in its last place; that of a distance follows from the logits' errors `e`: a divergence of `k` nats moves by at most about
/// `2 e √(2 k)` and `e²`, and sums over the vocabulary round by `√vocabSize · u`, `u = 2⁻²⁴`.
class EditGoldenTest {

    private static final double RESIDUAL = 10;
    private static final double DISTANCE = 4;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"tiny-odd", "tiny-options", "demo/p0"})
    void everyKindOfEdit(String name) {
        Golden golden = Golden.edits(name);
        int[] ids = Golden.read(name).ids();
        float[] vector = floats(golden.tensor("vector"));
        Path file = folder.resolve("vector.safetensors");
        new SafeTensorsWriter().floats("vector", DType.F32, List.of((long) vector.length), vector).write(file);
        double worstResidual = 0;
        double worstDistance = 0;
        try (LogitLens lens = open(name)) {
            int[] positions = golden.ints("positions");
            LensOptions options = LensOptions.defaults().topK(1).positions(Positions.of(positions)).keepResiduals(true);
            LensResult clean = lens.run(ids, options);
            JsonNode edits = golden.entry("edits");
            for (int i = 0; i < edits.size(); i++) {
                String text = edits.get(i).required("edit").textValue().replace("FILE", file.toString());
                Edit edit = Edits.parse(text, prompts(edits.get(i).required("from")));
                assertEquals(text, edit.toString());
                worstResidual = Math.max(worstResidual, residuals(lens, ids, positions, edit, golden.tensor(i + ".resid"), edits.get(i)));
                worstDistance = Math.max(worstDistance,
                        distances(clean.compare(lens.run(ids, options, Hooks.of(edit))), golden, i, edits.get(i)));
                logits(lens, ids, edit, golden.tensor(i + ".logits"), edits.get(i));
            }
        }
        System.out.printf(Locale.ROOT, "EditGoldenTest %s, parts of the budgets: residual %.2f, distance %.2f%n", name, worstResidual,
                worstDistance);
    }

    private static LogitLens open(String name) {
        return name.startsWith("demo") ? LogitLens.open("demo")
                : LogitLens.open(Golden.folder(name), OpenOptions.defaults().idsOnly(true));
    }

    private static float[] floats(double... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static List<Prompt> prompts(JsonNode lists) {
        List<Prompt> prompts = new ArrayList<>();
        for (JsonNode list : lists) {
            prompts.add(Prompt.ids(StreamSupport.stream(list.spliterator(), false).mapToInt(JsonNode::intValue).toArray()));
        }
        return prompts;
    }

    private static double residuals(LogitLens lens, int[] ids, int[] positions, Edit edit, double[] expected, JsonNode entry) {
        int nLayers = lens.model().config().nLayers();
        int dModel = lens.model().config().dModel();
        ActivationCache cache = ActivationCache.where(
                point -> point.site() == HookSite.RESID_POST || point.equals(HookSite.RESID_PRE.at(0))).at(positions);
        lens.run(ids, LensOptions.defaults().topK(1).positions(Positions.last()), cache.after(Hooks.of(edit)));
        double worst = 0;
        for (int layer = 0; layer <= nLayers; layer++) {
            float[] rows = cache.get(layer == 0 ? HookSite.RESID_PRE.at(0) : HookSite.RESID_POST.at(layer - 1)).toArray();
            double largest = IntStream.range(layer * rows.length, (layer + 1) * rows.length).mapToDouble(at -> Math.abs(expected[at]))
                    .max().orElseThrow();
            double budget = RESIDUAL * Math.max(entry.required("float32_error").get(layer).doubleValue(), Math.ulp((float) largest));
            for (int i = 0; i < rows.length; i++) {
                double error = Math.abs(rows[i] - expected[layer * rows.length + i]);
                int row = i / dModel;
                int point = layer;
                double value = rows[i];
                double wanted = expected[layer * rows.length + i];
                assertTrue(error <= budget, () -> edit + " at point " + point + ", position " + positions[row] + ": expected " + wanted
                        + " ± " + budget + ", got " + value);
                worst = Math.max(worst, error / budget);
            }
        }
        return worst;
    }

    private static double distances(LensComparison comparison, Golden golden, int number, JsonNode entry) {
        double e = entry.required("logit_error").doubleValue();
        double floor = Math.sqrt(comparison.before().config().vocabSize()) * 0x1p-24;
        double worst = 0;
        List<LensPoint> points = comparison.points();
        for (int point = 0; point < points.size(); point++) {
            for (int i = 0; i < comparison.positions().size(); i++) {
                LensDifference difference = comparison.difference(points.get(point), comparison.positions().get(i).before());
                int at = point * comparison.positions().size() + i;
                double[] expected = {golden.tensor(number + ".kl")[at], golden.tensor(number + ".jsd")[at], golden.tensor(number + ".tv")[at]};
                double[] actual = {difference.kl(), difference.jsd(), difference.totalVariation()};
                for (int k = 0; k < 3; k++) {
                    double budget = DISTANCE * (k == 2 ? e : 2 * e * Math.sqrt(2 * Math.max(0, expected[k])) + e * e) + floor;
                    String where = entry.required("edit").textValue() + " at " + points.get(point) + ", position " + difference.before().position()
                            + ", distance " + k;
                    double wanted = expected[k];
                    double got = actual[k];
                    assertTrue(Math.abs(wanted - got) <= budget, () -> where + ": expected " + wanted + " ± " + budget + ", got " + got);
                    worst = Math.max(worst, Math.abs(wanted - got) / budget);
                }
            }
        }
        return worst;
    }

    private static void logits(LogitLens lens, int[] ids, Edit edit, double[] expected, JsonNode entry) {
        int points = lens.model().config().nLayers() + 1;
        int some = expected.length / points;
        int every = 1 + lens.model().config().vocabSize() / 100;
        LensOptions options = LensOptions.defaults().topK(1).positions(Positions.last());
        for (int i = 0; i < some; i++) {
            options = options.track(TokenRef.of(i * every));
        }
        LensResult result = lens.run(ids, options, Hooks.of(edit));
        for (int i = 0; i < some; i++) {
            List<TrackedToken> track = result.track(TokenRef.of(i * every), -1);
            for (int point = 0; point < points; point++) {
                assertEquals(expected[point * some + i], track.get(point).logit(), RESIDUAL * entry.required("logit_error").doubleValue(),
                        edit + " at point " + point + ", token " + i * every);
            }
        }
    }
}
