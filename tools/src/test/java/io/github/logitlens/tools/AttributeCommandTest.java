package io.github.logitlens.tools;

import static io.github.logitlens.tools.Main.FAILED;
import static io.github.logitlens.tools.Main.USAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.Attribution;
import io.github.logitlens.AttributionOptions;
import io.github.logitlens.Contribution;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.LogitLens;
import io.github.logitlens.NeuronPromotions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `lens attribute` and `lens neuron`, against the library's own numbers.
class AttributeCommandTest {

    private static final String PROMPT = "The Eiffel Tower is in";

    private static Attribution attribution(AttributionOptions options) {
        try (LogitLens lens = LogitLens.open("demo")) {
            return lens.attribute(PROMPT, options);
        }
    }

    private static String value(List<String> lines, String label) {
        return lines.stream().filter(line -> line.startsWith(label)).findFirst().orElseThrow()
                .substring(label.length()).strip().split(" ")[0];
    }

    @Test
    void theTableClosesItsSum() {
        List<String> lines = Cli.lens("attribute", "--token", " Paris", "--versus", " London", "--top", "0", PROMPT)
                .succeeds().lines();
        Attribution expected = attribution(AttributionOptions.of(" Paris").versus(" London"));
        for (Contribution component : expected.components()) {
            assertEquals(String.format(Locale.ROOT, "%+.2f", component.logit()), value(lines, component.label() + " "));
        }
        assertEquals(String.format(Locale.ROOT, "%+.2f", expected.bias()), value(lines, "final norm's bias"));
        assertEquals(String.format(Locale.ROOT, "%+.2f", expected.sum()), value(lines, "sum"));
        assertEquals(String.format(Locale.ROOT, "%+.2f", expected.logit()), value(lines, "the model's difference"));
        assertEquals(value(lines, "sum"), value(lines, "the model's difference"), "the sum closes");
        assertEquals(String.format(Locale.ROOT, "%+.1e", expected.residue()), value(lines, "missing"));
        assertEquals("logit     \" Paris\" minus \" London\"", lines.get(4));
        lines.forEach(line -> assertTrue(line.length() <= 80, line));
    }

    @Test
    void theCsvHasEveryComponentAndClosesItsSum() {
        List<String[]> lines = Cli.lens("attribute", "--token", " Paris", "--neurons", "2", "--format", "csv", PROMPT).succeeds().lines()
                .stream().map(line -> line.split(",", -1)).toList();
        Attribution expected = attribution(AttributionOptions.of(" Paris").neurons(2));
        List<String> names = List.of(lines.getFirst());
        List<String> rows = lines.subList(1, lines.size()).stream().map(row -> row[names.indexOf("label")] + " " + row[names.indexOf("logit")])
                .toList();
        List<String> wanted = new ArrayList<>();
        for (Contribution component : expected.components()) {
            wanted.add(component.label() + " " + component.logit());
            component.neurons().forEach(neuron -> wanted.add(neuron.label() + " " + neuron.logit()));
        }
        wanted.add("final norm's bias " + expected.bias());
        assertEquals(wanted, rows);
        double sum = lines.subList(1, lines.size()).stream().filter(row -> !row[names.indexOf("kind")].equals("neuron"))
                .mapToDouble(row -> Double.parseDouble(row[names.indexOf("logit")])).sum();
        assertEquals(Double.parseDouble(lines.getLast()[names.indexOf("total")]), sum, 1e-4);
        assertEquals(expected.provenance().weightsSha256(), lines.getLast()[names.indexOf("weightsSha256")]);
    }

    @Test
    void thePictureHasABarForEachOfTheStrongest() {
        String svg = Cli.lens("attribute", "--token", " Paris", "--top", "6", "--format", "svg", PROMPT).succeeds().out();
        Attribution expected = attribution(AttributionOptions.of(" Paris"));
        for (Contribution component : expected.strongest().subList(0, 6)) {
            assertTrue(svg.contains("<title>" + component.label() + ": " + component.logit() + "\n"), component.label());
        }
        assertFalse(svg.contains(">" + expected.strongest().get(6).label() + "<"));
        assertTrue(svg.contains(expected.components().size() - 6 + " smaller ones") && svg.contains("norm frozen"), svg);
    }

    @Test
    void theStrongestAreShownFromForToAgainst() {
        List<String> lines = Cli.lens("attribute", "--token", " Paris", "--top", "5", PROMPT).succeeds().lines();
        int first = lines.indexOf("") + 1;
        List<Double> shown = lines.subList(first, first + 5).stream()
                .map(line -> Double.valueOf(line.substring(22, 31).strip())).toList();
        IntStream.range(1, 5).forEach(i -> assertTrue(shown.get(i - 1) >= shown.get(i), shown.toString()));
        Attribution expected = attribution(AttributionOptions.of(" Paris"));
        assertEquals(expected.strongest().stream().limit(5).map(Contribution::label).sorted().toList(),
                lines.subList(first, first + 5).stream().map(line -> line.substring(0, 22).strip()).sorted().toList());
        assertTrue(lines.get(first + 5).startsWith(expected.components().size() - 5 + " smaller ones"), lines.get(first + 5));
        assertTrue(lines.get(first).contains("█"), lines.get(first));
    }

    @Test
    void neuronsFollowTheirMlp() {
        List<String> lines = Cli.lens("attribute", "--token", " Paris", "--neurons", "2", "--top", "0", PROMPT)
                .succeeds().lines();
        for (Contribution component : attribution(AttributionOptions.of(" Paris").neurons(2)).components()) {
            int at = IntStream.range(0, lines.size()).filter(i -> lines.get(i).startsWith(component.label() + " "))
                    .findFirst().orElseThrow();
            for (Contribution.Neuron neuron : component.neurons()) {
                at++;
                assertTrue(lines.get(at).startsWith("  " + neuron.label() + " "), lines.get(at));
                assertEquals(String.format(Locale.ROOT, "%+.2f", neuron.logit()), value(List.of(lines.get(at).strip()), neuron.label()));
            }
        }
    }

    @Test
    void theDocumentHoldsEveryComponent() {
        JsonNode json = Cli.lens("attribute", "--json", "--token", " Paris", "--versus", "id:3576", "--neurons", "1", "--bos",
                "--position", "-2", PROMPT).succeeds().json();
        Attribution expected = attribution(AttributionOptions.of(" Paris").versus(" London").neurons(1).position(-2)
                .bos(io.github.logitlens.Bos.PREPEND));
        assertEquals("logitlens.attribution/1", json.path("schema").textValue());
        assertEquals(Cli.parse("{\"bos\": true, \"layerNorm\": \"frozen\", \"neurons\": 1}"), json.path("options"));
        assertEquals(6, json.path("position").intValue());
        assertEquals(8, json.path("tokens").size());
        assertEquals(" Paris", json.path("token").path("text").textValue());
        assertEquals(" London", json.path("versus").path("text").textValue());
        assertEquals(expected.scale(), json.path("scale").doubleValue());
        double sum = json.path("bias").doubleValue();
        for (int i = 0; i < expected.components().size(); i++) {
            Contribution component = expected.components().get(i);
            JsonNode node = json.path("components").get(i);
            assertEquals(component.name(), node.path("name").textValue());
            assertEquals(component.label(), node.path("label").textValue());
            assertEquals(component.kind().name().toLowerCase(Locale.ROOT), node.path("kind").textValue());
            assertEquals(component.logit(), node.path("logit").doubleValue());
            assertEquals(component.head().isPresent(), node.has("head"));
            assertEquals(component.neurons().size(), node.path("neurons").size());
            sum += component.logit();
        }
        assertEquals(sum, json.path("sum").doubleValue(), 1e-9);
        assertEquals(expected.logit(), json.path("logit").doubleValue());
        assertEquals(expected.residue(), json.path("residue").doubleValue());
        assertEquals(expected.residualError(), json.path("residualError").doubleValue());
        Provenances.check(json.path("provenance"), "PREPEND", "frozen");
        assertFalse(Cli.lens("attribute", "--json", "--token", " Paris", PROMPT).succeeds().json().has("versus"));
    }

    @Test
    void aNeuronsTokensAreListedEachWay() {
        NeuronPromotions expected;
        try (LogitLens lens = LogitLens.open("demo")) {
            expected = lens.neuron(7, 100, 3, LayerNormMode.FROZEN);
        }
        List<String> lines = Cli.lens("neuron", "7", "100", "--top-k", "3").succeeds().lines();
        for (int i = 0; i < 3; i++) {
            String line = lines.get(lines.size() - 3 + i);
            NeuronPromotions.TokenLogit up = expected.promoted().get(i);
            NeuronPromotions.TokenLogit down = expected.demoted().get(i);
            assertTrue(line.matches("\\d +\\| +\\Q%+.2f  \"%s\"\\E +\\| +\\Q%+.2f  \"%s\"\\E".formatted(
                    up.logit(), up.token().display(), down.logit(), down.token().display())), line);
        }
        JsonNode json = Cli.lens("neuron", "--json", "--layer-norm", "none", "--top-k", "3", "7", "100").succeeds().json();
        assertEquals("logitlens.neuron/1", json.path("schema").textValue());
        assertEquals("none", json.path("layerNorm").textValue());
        assertEquals(3, json.path("promoted").size());
        assertEquals(3, json.path("demoted").size());
        Provenances.check(json.path("provenance"), "NONE", "none");
    }

    @Test
    void whatIsWrongIsSaid() {
        Cli.lens("attribute", PROMPT).failsWith(USAGE, "--token");
        Cli.lens("attribute", "--token", " Paris", "--versus", " Paris", PROMPT).failsWith(USAGE, "--versus: expected another token");
        Cli.lens("attribute", "--token", "Paris ", PROMPT).failsWith(FAILED, "expected one token, got 2", "did you mean \" Paris\"");
        Cli.lens("attribute", "--token", " Paris", "--position", "1:2", PROMPT).failsWith(USAGE, "--position: expected last or N");
        Cli.lens("attribute", "--token", " Paris", "--position", "9", PROMPT).failsWith(FAILED, "position: expected -7 to 6");
        Cli.lens("attribute", "--token", " Paris", "--top", "-1", PROMPT).failsWith(USAGE, "--top: expected 0 or more, got -1");
        Cli.lens("attribute", "--token", " Paris", "--neurons", "-1", PROMPT).failsWith(USAGE, "--neurons: expected 0 or more");
        Cli.lens("attribute", "--token", "id:60000", PROMPT).failsWith(FAILED, "token: expected an id from 0 to 50256");
        Cli.lens("neuron", "99", "0").failsWith(FAILED, "layer: expected 0 to 7, got 99");
        Cli.lens("neuron", "0", "99999").failsWith(FAILED, "neuron: expected 0 to", "got 99999");
        Cli.lens("neuron", "0").failsWith(USAGE, "NEURON");
        Cli.lens("neuron", "0", "0", "--layer-norm", "final").failsWith(USAGE, "--layer-norm: expected recomputed, frozen or none");
    }
}
