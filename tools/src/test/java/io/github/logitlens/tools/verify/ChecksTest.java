package io.github.logitlens.tools.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.logitlens.LogitLens;
import io.github.logitlens.weights.safetensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The arithmetic of every kind of check, on random weights of GPT-2's architecture for which the float64 oracle computed every
/// logit: what holds there holds for weights that are too large for a test.
class ChecksTest {

    private static final Path GOLDENS = Path.of("../lens-core/src/test/resources/goldens");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double TOLERANCE = 1e-4;

    /// A checkpoint and what the oracle says of one sequence.
    private static final class Oracle implements AutoCloseable {

        private final JsonNode golden;
        private final SafeTensors file;
        private final LogitLens lens;
        private final int[] ids;
        private final int vocabSize;
        private final int points;

        Oracle(String name) throws IOException {
            Path folder = GOLDENS.resolve(name);
            golden = JSON.readTree(folder.resolve("golden.json").toFile());
            file = SafeTensors.open(folder.resolve("golden.safetensors"));
            lens = LogitLens.open(folder);
            ids = JSON.convertValue(golden.get("ids"), int[].class);
            vocabSize = lens.model().config().vocabSize();
            points = lens.model().config().nLayers() + 1;
        }

        double[] tensor(String name) {
            var tensor = file.tensors().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
            double[] values = new double[(int) tensor.elementCount()];
            file.readDoubles(tensor, 0, values, 0, values.length);
            return values;
        }

        /// The oracle's logits of one point and position.
        double[] logits(int point, int pos) {
            int row = (point * ids.length + pos) * vocabSize;
            return Arrays.copyOfRange(tensor("logits"), row, row + vocabSize);
        }

        double[] finalLogits() {
            return logits(points - 1, ids.length - 1);
        }

        ObjectNode check(String kind) {
            ObjectNode check = JSON.createObjectNode().put("kind", kind).put("quantity", kind).put("source", "oracle")
                    .put("tolerance", TOLERANCE);
            check.set("ids", golden.get("ids"));
            return check;
        }

        List<Verdict> compare(ObjectNode check) throws IOException {
            ObjectNode root = JSON.createObjectNode();
            root.putArray("checks").add(check);
            return References.parse(root.toString()).compare(lens);
        }

        void passes(ObjectNode check, int verdicts) throws IOException {
            List<Verdict> all = compare(check);
            assertEquals(verdicts, all.size(), all.toString());
            assertTrue(all.stream().allMatch(Verdict::passed), all.toString());
        }

        void fails(ObjectNode check, double wrong) throws IOException {
            List<Verdict> all = compare(check.put("expected", wrong));
            assertFalse(all.getFirst().passed(), all.toString());
        }

        @Override
        public void close() {
            lens.close();
            file.close();
        }
    }

    private static double lse(double[] logits) {
        double max = Arrays.stream(logits).max().orElseThrow();
        return max + Math.log(Arrays.stream(logits).map(logit -> Math.exp(logit - max)).sum());
    }

    private static int best(double[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            best = logits[id] > logits[best] ? id : best;
        }
        return best;
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-a", "tiny-odd", "tiny-untied", "tiny-wide", "tiny-options"})
    void everyKindAgreesWithTheOracle(String name) throws IOException {
        try (Oracle oracle = new Oracle(name)) {
            int[] ids = oracle.ids;
            double[] surprisal = oracle.tensor("next_surprisal");
            double loss = Arrays.stream(surprisal, surprisal.length - (ids.length - 1), surprisal.length).average().orElseThrow();
            oracle.passes(oracle.check("loss").put("expected", loss), 1);
            oracle.fails(oracle.check("loss"), loss + 2 * TOLERANCE);

            double[] last = oracle.finalLogits();
            int best = best(last);
            oracle.passes(oracle.check("logit").put("token", best).put("expected", last[best]).put("top", true), 2);
            oracle.fails(oracle.check("logit").put("token", best), last[best] - 2 * TOLERANCE);
            int other = (best + 1) % oracle.vocabSize;
            List<Verdict> notTop = oracle.compare(oracle.check("logit").put("token", other).put("expected", last[other]).put("top", true));
            assertEquals(List.of(true, false), notTop.stream().map(Verdict::passed).toList());

            ObjectNode centered = oracle.check("centered");
            centered.putArray("tokens").add(0).add(oracle.vocabSize - 1);
            ArrayNode expected = centered.putArray("expected");
            for (int pos = 0; pos < ids.length; pos++) {
                double[] logits = oracle.logits(oracle.points - 1, pos);
                double mean = Arrays.stream(logits).average().orElseThrow();
                expected.addArray().add(logits[0] - mean).add(logits[oracle.vocabSize - 1] - mean);
            }
            oracle.passes(centered, 2 * ids.length);

            ObjectNode probabilities = oracle.check("probabilities");
            probabilities.putArray("tokens").add(3).add(best);
            probabilities.putArray("expected").add(Math.exp(last[3] - lse(last))).add(Math.exp(last[best] - lse(last)));
            oracle.passes(probabilities, 2);

            ObjectNode difference = oracle.check("difference").put("expected", last[best] - last[other]);
            difference.putArray("tokens").addArray().add(best).add(other);
            oracle.passes(difference, 1);
            oracle.fails(difference, last[other] - last[best] + (last[best] == last[other] ? 1 : 0));

            ObjectNode argmax = oracle.check("argmax");
            JsonNode tops = oracle.golden.get("top_ids").get(oracle.points - 1);
            ArrayNode best0 = argmax.putArray("expected");
            tops.forEach(top -> best0.add(top.get(0)));
            oracle.passes(argmax, 1);

            ObjectNode greedy = oracle.check("greedy").put("length", 1);
            greedy.putArray("expected").add(best);
            oracle.passes(greedy, 1);
            greedy.putArray("expected").add(other);
            assertFalse(oracle.compare(greedy).getFirst().passed());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-a", "tiny-odd", "tiny-untied", "tiny-wide", "tiny-options"})
    void theLensAgreesWithTheOracleAtEveryPoint(String name) throws IOException {
        try (Oracle oracle = new Oracle(name)) {
            int last = oracle.ids.length - 1;
            double[] entropy = oracle.tensor("entropy");
            ObjectNode rows = oracle.check("rows");
            ArrayNode expected = rows.putArray("expected");
            ObjectNode steps = oracle.check("steps");
            steps.remove("ids");
            steps.putArray("sequences").add(oracle.golden.get("ids")).add(oracle.golden.get("ids"));
            steps.putArray("tokens").add(JSON.createArrayNode().add(1).add(2)).add(JSON.createArrayNode().add(4).add(3));
            ArrayNode changes = steps.putArray("expected");
            double before = 0;
            for (int point = 0; point < oracle.points; point++) {
                double[] logits = oracle.logits(point, last);
                int top = oracle.golden.get("top_ids").get(point).get(last).get(0).asInt();
                expected.addArray().add(top).add(logits[top]).add(entropy[point * oracle.ids.length + last]);
                double now = (logits[1] - logits[2] + logits[4] - logits[3]) / 2;
                if (point > 0) {
                    changes.add(now - before);
                }
                before = now;
            }
            oracle.passes(rows, 3 * oracle.points);
            oracle.passes(steps, oracle.points - 1);
            // Clipped as published: a value beyond the limit counts as the limit.
            steps.put("clip", 1e-9).put("tolerance", 0);
            changes.removeAll();
            oracle.compare(steps.set("expected", JSON.createArrayNode().add(1).add(1).add(1)))
                    .forEach(verdict -> assertTrue(verdict.actual().matches("-?0\\.000000"), verdict.toString()));
        }
    }

    @Test
    void continuationsAreThoseOfRunsFromScratch() throws IOException {
        try (Oracle oracle = new Oracle("tiny-a")) {
            int[] ids = Arrays.copyOf(oracle.ids, 3);
            ArrayNode expected = JSON.createArrayNode();
            for (int[] now = ids; now.length < 9; ) {
                float[] logits = oracle.lens.model().logits(now);
                int best = 0;
                for (int id = 1; id < logits.length; id++) {
                    best = logits[id] > logits[best] ? id : best;
                }
                now = Arrays.copyOf(now, now.length + 1);
                now[now.length - 1] = best;
                expected.add(best);
            }
            ObjectNode greedy = oracle.check("greedy").put("length", 6);
            greedy.set("ids", JSON.valueToTree(ids));
            greedy.set("expected", expected);
            oracle.passes(greedy, 1);
        }
    }

    /// The published values cannot be computed here, but every one of them can be read and asked for.
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "openai-community/gpt2", "distilgpt2", "gpt2-xl", "demo"})
    void theReferencesThatShipAreWellFormed(String model) throws IOException {
        References references = References.of(model).orElseThrow();
        assertEquals(64, references.sha256().orElseThrow().length());
        assertTrue(References.of("../" + model + "/x").isEmpty());
        assertTrue(References.of("").isEmpty());
    }

    /// Every published check runs through to its end; on another model its verdicts say so.
    @ParameterizedTest
    @ValueSource(strings = {"distilgpt2", "gpt2-xl"})
    void publishedChecksRunOnAnyModelWithThatVocabulary(String model) {
        try (LogitLens demo = LogitLens.open("demo")) {
            List<Verdict> verdicts = References.of(model).orElseThrow().compare(demo);
            assertTrue(verdicts.size() >= 3);
            assertTrue(verdicts.stream().anyMatch(verdict -> !verdict.passed()));
            assertTrue(verdicts.stream().allMatch(verdict -> !verdict.source().isBlank() && !verdict.actual().isBlank()));
        }
    }
}
