package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

class GenerateCommandTest {

    private static final String[] DRAWN = {"--temperature", "1.5", "--sample-k", "50", "--top-p", "0.9", "--seed", "3",
        "--max-tokens", "14"};

    private static String[] generate(String prompt, String... options) {
        List<String> words = new ArrayList<>(List.of("generate"));
        words.addAll(List.of(options));
        words.add(prompt);
        return words.toArray(String[]::new);
    }

    @Test
    void theTextBehindThePrompt() {
        assertEquals(" Paris.\n", Cli.lens("generate", "The Eiffel Tower is in").succeeds().out());
        assertEquals(" the president of the United St\n",
                Cli.lens("generate", "--stop", "ates", "--stop", "never", "Barack Obama was").succeeds().out());
        assertEquals(" the president\n", Cli.lens("generate", "--max-tokens", "2", "Barack Obama was").succeeds().out());
        assertEquals(" Paris.\n", Cli.withInput("The Eiffel Tower is in\n".getBytes(StandardCharsets.UTF_8), "generate", "-")
                .succeeds().out());
        assertEquals(" Paris.\n", Cli.lens("generate", "--ids", "464,412,733,417,8765,318,287").succeeds().out());
    }

    @Test
    void theTextIsSentTokenByToken() {
        List<String> sent = new ArrayList<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            @Override
            public void flush() {
                sent.add(toString(StandardCharsets.UTF_8));
            }
        };
        Cli.withStreams(new byte[0], out, "generate", "--max-tokens", "3", "Barack Obama was").succeeds();
        assertTrue(sent.containsAll(List.of(" the", " the president", " the president of")), sent.toString());
    }

    @Test
    void samplesOfASeed() {
        assertEquals("""
                sample 0, seed 3, max-tokens:
                 made of hydrogen and oxygen. She is the name behind every child and
                sample 1, seed 4, end-of-text:
                 wet, and fire is sister.
                """, Cli.lens(generate("Water is", concat(DRAWN, "--samples", "2"))).succeeds().out());
        assertEquals(" wet, and fire is sister.\n",
                Cli.lens("generate", "--temperature", "1.5", "--sample-k", "50", "--top-p", "0.9", "--seed", "4", "--max-tokens", "14",
                        "Water is").succeeds().out());
    }

    private static String[] concat(String[] first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void aLineForEachTokenWithWhereItWasDecided() {
        List<String> lines = Cli.lens("generate", "--lens-readings", "The Eiffel Tower is in").succeeds().lines();
        assertEquals("position  token               probability  decided at", lines.getFirst());
        assertEquals("       7  \" Paris\"                  0.965  Layer 7", lines.get(1));
        assertEquals(List.of("       8  \".\"", "       9  \"<|endoftext|>\"", "ended: end-of-text"),
                lines.subList(2, 5).stream().map(line -> line.replaceAll(" {2,}[01]\\..*", "")).toList());
        assertTrue(Cli.lens(generate("Water is", concat(DRAWN, "--lens-readings"))).succeeds().out()
                .contains(", for \""), "a token that was drawn and not the most likely");
    }

    @Test
    void jsonHasTheSamplesAndTheReadings() {
        JsonNode json = Cli.lens(generate("Water is", concat(DRAWN, "--samples", "2", "--json", "--lens-readings", "--track", " wet",
                "--metric", "surprisal,nextRank")))
                .succeeds().json();
        assertEquals("logitlens.generation/1", json.path("schema").textValue());
        assertEquals("demo", json.path("model").path("id").textValue());
        assertEquals(Cli.parse("{\"bos\": false, \"maxTokens\": 14, \"temperature\": 1.5, \"sampleK\": 50, \"topP\": 0.9, \"seed\": 3,"
                + " \"stop\": [], \"topK\": 5, \"layerNorm\": \"recomputed\", \"lens\": \"logit\"}"), json.path("options"));
        assertEquals(List.of("Water", " is"), json.path("tokens").findValuesAsText("text"));
        assertEquals(9, json.path("points").size());
        JsonNode sample = json.path("samples").get(1);
        assertEquals("end-of-text", sample.path("ended").textValue());
        assertEquals(" wet, and fire is sister.", sample.path("text").textValue());
        int[] ids = StreamSupport.stream(sample.path("tokens").spliterator(), false).mapToInt(token -> token.path("id").intValue())
                .toArray();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult whole = lens.run("Water is wet, and fire is sister.", LensOptions.defaults().topK(5).track(" wet")
                    .metrics(LensMetric.SURPRISAL, LensMetric.NEXT_RANK));
            for (int t = 0; t < ids.length; t++) {
                JsonNode token = sample.path("tokens").get(t);
                int at = token.path("position").intValue() - 1;
                assertEquals(1 + t, at);
                assertEquals(whole.points().indexOf(whole.decisionLayer(at)), token.path("decision").intValue());
                assertEquals(lens.model().logits(whole.tokens().stream().limit(at + 1).mapToInt(each -> each.id()).toArray())[ids[t]],
                        token.path("logit").floatValue());
                JsonNode reading = token.path("readings").get(3);
                assertEquals(at, reading.path("position").intValue());
                assertEquals(whole.reading(whole.points().get(3), at).entropy(), reading.path("entropy").doubleValue());
                if (t + 1 < ids.length) {
                    assertEquals(whole.value(LensMetric.SURPRISAL, whole.points().get(3), at), reading.path("surprisal").doubleValue());
                    assertEquals(whole.value(LensMetric.NEXT_RANK, whole.points().get(3), at), reading.path("nextRank").doubleValue());
                }
                assertEquals(whole.tracked(" wet", whole.points().get(3), at).rank(),
                        reading.path("tracked").get(0).path("rank").intValue());
            }
        }
        assertEquals(64, json.path("provenance").path("weightsSha256").textValue().length());
    }

    @Test
    void withoutALensNothingWasDecided() {
        JsonNode json = Cli.lens("generate", "--json", "The Eiffel Tower is in").succeeds().json();
        assertEquals(0, json.path("points").size());
        JsonNode token = json.path("samples").get(0).path("tokens").get(0);
        assertTrue(token.path("decision").isNull());
        assertTrue(token.path("readings").isMissingNode());
        assertEquals(0.965, token.path("probability").doubleValue(), 5e-4);
    }

    @Test
    void wrongOptionsAreUsage() {
        Cli.lens("generate", "--temperature", "-1", "x").failsWith(2, "--temperature: expected a number of 0 or more, got -1.0");
        Cli.lens("generate", "--top-p", "0", "x").failsWith(2, "--top-p", "got 0.0");
        Cli.lens("generate", "--max-tokens", "0", "x").failsWith(2, "--max-tokens", "got 0");
        Cli.lens("generate", "--lens-readings", "--metric", "nonsense", "x").failsWith(2, "--metric", "nonsense");
        Cli.lens("generate", "--stop", "", "x").failsWith(2, "--stop");
        Cli.lens("generate", "--position", "0", "x").failsWith(2, "--position: expected none here");
        Cli.lens("generate", "").failsWith(1, "prompt: expected at least one token, got none");
    }
}
