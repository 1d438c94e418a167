package io.github.logitlens.tools.verify;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensReading;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// Computes what one check asks for. A sequence is given as `ids`, or as `text` with `bos`; several as lists of these under
/// `sequences` or `texts`. A token is an id, or a text that is one token.
///
/// | kind | computes | further fields |
/// |---|---|---|
/// | `loss` | mean of −ln p(next token), over all predictions of all sequences | `expected` |
/// | `logit` | logit at the last position; with `top`, also that it is the highest | `token`, `expected`, `top` |
/// | `centered` | logits less their mean over the vocabulary, at each position | `tokens`, `expected` `[position][token]` |
/// | `probabilities` | at the last position | `tokens`, `expected` `[token]` |
/// | `difference` | difference of two logits at the last position, mean over the sequences | `tokens` pairs, `expected` |
/// | `greedy` | the most likely continuation | `length`, `expected` text or ids |
/// | `argmax` | the most likely next token at each position | `expected` text or ids |
/// | `rows` | the lens at the last position, for each point: top token, its logit, entropy | `expected` `[point][3]` |
/// | `steps` | lens: mean over the sequences of each block's change of ln p(first) − ln p(second) | `tokens` pairs, `expected` `[block]`, `clip` |
final class Checks {

    private final LogitLens lens;
    private final Gpt2Model model;
    private final JsonNode check;
    private final double tolerance;
    private final List<Verdict> verdicts = new ArrayList<>();

    Checks(LogitLens lens, JsonNode check) {
        this.lens = lens;
        this.model = lens.model();
        this.check = check;
        this.tolerance = check.path("tolerance").asDouble();
    }

    List<Verdict> run() {
        switch (check.required("kind").asText()) {
            case "loss" -> number("", check.required("expected").asDouble(), loss());
            case "logit" -> logit();
            case "centered" -> centered();
            case "probabilities" -> probabilities();
            case "difference" -> difference();
            case "greedy" -> same(greedy());
            case "argmax" -> same(argmax());
            case "rows" -> rows();
            case "steps" -> steps();
            default -> throw new AssertionError("kind of check: " + check);
        }
        return verdicts;
    }

    // Inputs.

    private List<int[]> sequences() {
        if (check.has("sequences")) {
            List<int[]> all = new ArrayList<>();
            check.get("sequences").forEach(ids -> all.add(ints(ids)));
            return all;
        }
        if (check.has("texts")) {
            List<int[]> all = new ArrayList<>();
            check.get("texts").forEach(text -> all.add(encode(text.asText())));
            return all;
        }
        return List.of(check.has("ids") ? ints(check.get("ids")) : encode(check.required("text").asText()));
    }

    private int[] sequence() {
        return sequences().getFirst();
    }

    private int[] encode(String text) {
        int[] ids = lens.tokenizer().encode(text);
        return check.path("bos").asBoolean()
                ? IntStream.concat(IntStream.of(lens.tokenizer().requireBos()), Arrays.stream(ids)).toArray() : ids;
    }

    private static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }

    private int token(JsonNode token) {
        return token.isTextual() ? lens.tokenizer().requireSingleToken(token.asText()) : token.asInt();
    }

    private int[] tokens(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> token(array.get(i))).toArray();
    }

    private String shown(int id) {
        return id < lens.tokenizer().vocabSize() ? "\"" + lens.tokenizer().token(id).text() + "\"" : "id " + id;
    }

    // What is computed.

    /// Logits at each position, `[seqLen][vocabSize]`.
    private float[][] logits(int[] ids) {
        float[] residual = model.run(ids, Hooks.none());
        int dModel = model.config().dModel();
        float[][] logits = new float[ids.length][];
        for (int pos = 0; pos < ids.length; pos++) {
            logits[pos] = model.unembedding().logits(Arrays.copyOfRange(residual, pos * dModel, (pos + 1) * dModel));
        }
        return logits;
    }

    private static double logSumExp(float[] logits) {
        double max = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }

    private static int argmax(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }

    private double loss() {
        double sum = 0;
        int predictions = 0;
        for (int[] ids : sequences()) {
            float[][] logits = logits(Arrays.copyOf(ids, ids.length - 1));
            for (int pos = 0; pos < logits.length; pos++) {
                sum += logSumExp(logits[pos]) - logits[pos][ids[pos + 1]];
            }
            predictions += logits.length;
        }
        return sum / predictions;
    }

    private void logit() {
        float[] logits = model.logits(sequence());
        int token = token(check.required("token"));
        number(" " + shown(token), check.required("expected").asDouble(), logits[token]);
        if (check.path("top").asBoolean()) {
            int best = argmax(logits);
            verdict(", top token", shown(token), shown(best), "", best == token);
        }
    }

    private void centered() {
        float[][] logits = logits(sequence());
        int[] tokens = tokens(check.required("tokens"));
        for (int pos = 0; pos < logits.length; pos++) {
            double mean = 0;
            for (float logit : logits[pos]) {
                mean += logit;
            }
            mean /= logits[pos].length;
            for (int t = 0; t < tokens.length; t++) {
                number(" at " + pos + ", id " + tokens[t], check.required("expected").required(pos).required(t).asDouble(),
                        logits[pos][tokens[t]] - mean);
            }
        }
    }

    private void probabilities() {
        float[] logits = model.logits(sequence());
        double logSumExp = logSumExp(logits);
        int[] tokens = tokens(check.required("tokens"));
        for (int t = 0; t < tokens.length; t++) {
            number(" " + shown(tokens[t]), check.required("expected").required(t).asDouble(),
                    Math.exp(logits[tokens[t]] - logSumExp));
        }
    }

    private void difference() {
        List<int[]> sequences = sequences();
        double sum = 0;
        for (int s = 0; s < sequences.size(); s++) {
            float[] logits = model.logits(sequences.get(s));
            int[] pair = tokens(check.required("tokens").required(s));
            sum += (double) logits[pair[0]] - logits[pair[1]];
        }
        number("", check.required("expected").asDouble(), sum / sequences.size());
    }

    private int[] greedy() {
        int[] ids = sequence();
        int length = check.required("length").asInt();
        int[] next = new int[length];
        var cache = model.newCache();
        int[] fed = ids;
        for (int i = 0; i < length; i++) {
            next[i] = argmax(model.logits(fed, cache));
            fed = new int[] {next[i]};
        }
        return next;
    }

    private int[] argmax() {
        return Arrays.stream(logits(sequence())).mapToInt(Checks::argmax).toArray();
    }

    /// The lens at the last position: every point's reading, the embedding first.
    private LensResult read(int[] ids, int... tracked) {
        LensOptions options = LensOptions.defaults().positions(Positions.last()).topK(1);
        for (int id : tracked) {
            options = options.track(TokenRef.of(id));
        }
        return lens.run(ids, options, Hooks.none());
    }

    private void rows() {
        LensResult result = read(sequence());
        JsonNode expected = check.required("expected");
        for (int point = 0; point < expected.size(); point++) {
            JsonNode row = expected.get(point);
            String where = point == 0 ? ", embedding" : ", layer " + (point - 1);
            LensReading reading = result.reading(result.points().get(point), -1);
            TokenPrediction top = reading.top().getFirst();
            verdict(where + ", top token", shown(row.get(0).asInt()), shown(top.id()), "", top.id() == row.get(0).asInt());
            number(where + ", its logit", row.get(1).asDouble(), top.logit());
            number(where + ", entropy", row.get(2).asDouble(), reading.entropy());
        }
    }

    private void steps() {
        List<int[]> sequences = sequences();
        int layers = model.config().nLayers();
        double[] steps = new double[layers];
        for (int s = 0; s < sequences.size(); s++) {
            int[] pair = tokens(check.required("tokens").required(s));
            LensResult result = read(sequences.get(s), pair);
            for (int layer = 0; layer < layers; layer++) {
                steps[layer] += (difference(result, pair, layer + 1) - difference(result, pair, layer)) / sequences.size();
            }
        }
        double clip = check.path("clip").asDouble(Double.POSITIVE_INFINITY);
        for (int layer = 0; layer < layers; layer++) {
            number(", block " + layer, check.required("expected").required(layer).asDouble(),
                    Math.clamp(steps[layer], -clip, clip));
        }
    }

    private static double difference(LensResult result, int[] pair, int point) {
        return result.logitDifference(TokenRef.of(pair[0]), TokenRef.of(pair[1]), result.points().get(point), -1);
    }

    // Outcomes.

    private void number(String what, double expected, double actual) {
        double difference = Math.abs(actual - expected);
        verdict(what, shown(expected), shown(actual), String.format(Locale.ROOT, "%.1e", difference),
                difference <= tolerance);
    }

    private static String shown(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }

    /// `expected` is ids, or a text that the ids must decode to.
    private void same(int[] actual) {
        JsonNode expected = check.required("expected");
        boolean text = expected.isTextual();
        String want = text ? expected.asText() : Arrays.toString(ints(expected));
        String got = text ? lens.tokenizer().decode(actual) : Arrays.toString(actual);
        verdict("", oneLine(want), oneLine(got), "", want.equals(got));
    }

    private static String oneLine(String text) {
        return text.replace("\n", "\\n");
    }

    private void verdict(String what, String expected, String actual, String difference, boolean passed) {
        verdicts.add(new Verdict(check.required("quantity").asText() + what, check.required("source").asText(), expected, actual,
                difference, passed));
    }
}
