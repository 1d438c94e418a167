package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What components write, in the three layer norm modes, and direct logit attribution, against the float64 oracle.
///
/// A row that is the end of chains of n float32 operations over values of size `r` is off by about `√n · u · r` in each
/// dimension, `u = 2⁻²⁴`. Divided by the scale `s` of its mode and multiplied with a direction of length `D`, that moves a logit
/// by `√n · u · r · D / s`; the product itself rounds by `√dModel · u · Σ|terms|`. Each budget is the sum of both times a factor
/// that leaves two to three times the worst measured over all fixtures.
class ComponentGoldenTest {

    private static final double U = 0x1p-24;
    private static final double WRITE = 0.5;
    private static final double SHARE = 0.25;
    private static final double CLOSING = 0.1;

    static Stream<String> fixtures() {
        return Stream.concat(Golden.TINY.stream(), Golden.DEMO_COMPONENTS.stream());
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void writesMatchInEveryMode(String name) {
        try (LogitLens lens = open(name)) {
            Comparison comparison = new Comparison(name, lens);
            for (LayerNormMode mode : LayerNormMode.values()) {
                comparison.check(mode);
            }
            comparison.report("writes");
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void attributionMatches(String name) {
        try (LogitLens lens = open(name)) {
            Comparison comparison = new Comparison(name, lens);
            for (int i = 0; i < comparison.positions.length; i++) {
                comparison.attribution("attribution", i);
                comparison.attribution("difference", i);
            }
            comparison.report("attribution");
        }
    }

    private static LogitLens open(String name) {
        return name.startsWith("demo") ? LogitLens.open("demo") : LogitLens.open(Golden.folder(name));
    }

    private static final class Comparison {

        private final Golden golden;
        private final LogitLens lens;
        private final Gpt2Config config;
        private final int[] ids;
        private final int[] positions;
        private final int[] wanted;
        private final Map<String, Double> worst = new TreeMap<>();

        Comparison(String name, LogitLens lens) {
            this.golden = Golden.components(name);
            this.lens = lens;
            config = lens.model().config();
            ids = Golden.read(name).ids();
            positions = golden.ints("positions");
            wanted = golden.ints("ids");
        }

        void report(String what) {
            System.out.println("ComponentGoldenTest " + golden + ", " + what + ", parts of the budgets: " + worst.entrySet().stream()
                    .map(e -> String.format(Locale.ROOT, "%s %.2f", e.getKey(), e.getValue())).toList());
        }

        private void near(String what, double expected, double actual, double budget, String where) {
            double error = Math.abs(expected - actual);
            assertTrue(error <= budget,
                    () -> what + " " + where + ": expected " + expected + " ± " + budget + ", got " + actual);
            worst.merge(what, error / budget, Math::max);
        }

        /// Operations in the chains before the end of a block.
        private double chain(int layer) {
            return 1 + (layer + 1.0) * (3 * config.dModel() + config.dHead() + ids.length + config.dMlp());
        }

        private LensResult run(LayerNormMode mode) {
            LensOptions options = LensOptions.defaults().topK(1).positions(Positions.of(positions)).layerNorm(mode)
                    .points(PointKind.HEAD, PointKind.ATTN_OUT, PointKind.MLP_OUT, PointKind.RESID_POST);
            for (int id : wanted) {
                options = options.track(TokenRef.of(id));
            }
            return lens.run(ids, options, Hooks.none());
        }

        void check(LayerNormMode mode) {
            LensResult result = run(mode);
            List<List<List<TrackedToken>>> tracks = Arrays.stream(positions)
                    .mapToObj(position -> IntStream.of(wanted).mapToObj(id -> result.track(TokenRef.of(id), position)).toList())
                    .toList();
            assertEquals(config.nLayers() * (config.nHeads() + 3), result.points().size());
            for (LensPoint point : result.points()) {
                String kind = point.kind().key();
                String key = kind + "." + mode.key();
                int row = point.layer().getAsInt() * heads(point) + point.head().orElse(0);
                for (int i = 0; i < positions.length; i++) {
                    int at = row * positions.length + i;
                    double rounding = WRITE * Math.sqrt(chain(point.layer().getAsInt()) + config.dModel()) * U;
                    double rowError = rounding * size(kind, point.layer().getAsInt()) / scale(mode, kind, at, i);
                    double productError = rounding * golden.tensor(key + ".magnitude")[at];
                    String direction = mode == LayerNormMode.NONE ? "direction.bare" : "direction.scaled";
                    String where = key + " at " + point + ", position " + positions[i];
                    for (int t = 0; t < wanted.length; t++) {
                        near(key, golden.tensor(key + ".logits")[at * wanted.length + t],
                                tracks.get(i).get(t).get(result.points().indexOf(point)).logit(),
                                rowError * golden.tensor(direction)[t] + productError, where + ", id " + wanted[t]);
                    }
                    near("logsumexp", golden.tensor(key + ".logsumexp")[at], result.reading(point, positions[i]).logSumExp(),
                            rowError * golden.tensor(direction + ".longest")[0] + productError
                                    + Math.sqrt(config.vocabSize()) * U, where);
                }
            }
        }

        private int heads(LensPoint point) {
            return point.kind() == PointKind.HEAD ? config.nHeads() : 1;
        }

        private double scale(LayerNormMode mode, String kind, int at, int position) {
            return switch (mode) {
                case RECOMPUTED -> golden.tensor(kind + ".scale")[at];
                case FROZEN -> golden.tensor("final_scale")[position];
                case NONE -> 1;
            };
        }

        /// The greatest value that a kind of row has in a layer.
        private double size(String kind, int layer) {
            double[] rows = golden.tensor(kind + ".rows");
            int perLayer = rows.length / config.nLayers();
            return Arrays.stream(rows, layer * perLayer, (layer + 1) * perLayer).map(Math::abs).max().orElseThrow();
        }

        void attribution(String name, int i) {
            int[] tokens = golden.ints("tokens", i);
            AttributionOptions options = AttributionOptions.of(TokenRef.of(tokens[0])).position(positions[i]);
            options = name.equals("difference") ? options.versus(TokenRef.of(tokens[1])) : options.neurons(config.dMlp());
            Attribution actual = lens.attribute(ids, options, Hooks.none());
            List<Contribution> components = actual.components();
            assertEquals(2 + config.nLayers() * (config.nHeads() + 2), components.size());
            double scale = golden.tensor("final_scale")[i];
            double chain = Math.sqrt(chain(config.nLayers() - 1) + config.dModel()) * U;
            double direction = golden.tensor(name + ".direction")[i] / scale;
            double size = size("resid_post", config.nLayers() - 1);
            near("scale", scale, actual.scale(), CLOSING * chain * size, "at position " + positions[i]);
            double sum = 0;
            for (int c = 0; c < components.size(); c++) {
                double magnitude = golden.tensor(name + ".magnitude")[i * components.size() + c];
                sum += magnitude;
                near(name, golden.tensor(name + ".shares")[i * components.size() + c], components.get(c).logit(),
                        SHARE * chain * (size(components.get(c)) * direction + magnitude),
                        components.get(c).label() + " at position " + positions[i]);
            }
            near("bias", golden.tensor(name + ".bias")[i], actual.bias(), 1e-12, "at position " + positions[i]);
            double whole = CLOSING * chain * (size * direction + sum);
            near("logit", golden.tensor(name + ".logit")[i], actual.logit(), whole, "at position " + positions[i]);
            near("closing sum", actual.logit(), actual.sum(), whole, "at position " + positions[i]);
            near("closing residual", 0, actual.residualError(), CLOSING * chain * size, "at position " + positions[i]);
            if (name.equals("attribution")) {
                neurons(actual, i, SHARE * chain * direction);
            }
        }

        /// Embeddings and the attention's bias are exact, so any budget is large enough for them.
        private double size(Contribution component) {
            return switch (component.kind()) {
                case EMBEDDING, POSITION, ATTENTION_BIAS -> 0;
                case HEAD -> size("head", component.layer().getAsInt());
                case MLP -> size("mlp_out", component.layer().getAsInt());
            };
        }

        private void neurons(Attribution actual, int i, double budget) {
            List<Contribution> mlps =
                    actual.components().stream().filter(c -> c.kind() == Contribution.Kind.MLP).toList();
            for (Contribution mlp : mlps) {
                assertEquals(config.dMlp(), mlp.neurons().size());
                double before = Double.POSITIVE_INFINITY;
                List<Integer> seen = new ArrayList<>();
                for (Contribution.Neuron neuron : mlp.neurons()) {
                    int at = (i * config.nLayers() + neuron.layer()) * config.dMlp() + neuron.neuron();
                    near("neuron", golden.tensor("attribution.neurons")[at], neuron.logit(),
                            budget * size("mlp_out", neuron.layer()), neuron.label());
                    assertTrue(Math.abs(neuron.logit()) <= before, "greatest first");
                    before = Math.abs(neuron.logit());
                    seen.add(neuron.neuron());
                }
                assertEquals(config.dMlp(), seen.stream().distinct().count());
            }
        }
    }
}
