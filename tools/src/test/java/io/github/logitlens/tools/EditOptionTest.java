package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Prompt;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.safetensors.SafeTensors;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `--edit` and `--from`, on every command that runs the model.
class EditOptionTest {

    private static final String EIFFEL = "The Eiffel Tower is in";
    private static final String PATCH = "patch:L3.resid_post@-1";
    private static final String BEN = "Big Ben is in";

    @TempDir
    Path directory;

    @Test
    void aRunIsChangedAndSaysHow() {
        JsonNode json = Cli.lens("--json", "--edit", "zero:L5H3", "--edit", PATCH, "--from", BEN, EIFFEL).succeeds().json();
        assertEquals("[\"zero:L5H3\",\"" + PATCH + "\"]", json.path("edits").toString());
        assertEquals("[[],[\"" + BEN + "\"]]", json.path("provenance").path("editSources").toString());
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult expected = lens.run(EIFFEL, LensOptions.defaults().topK(5),
                    Hooks.of(Edits.zeroHead(5, 3), Edits.parse(PATCH, List.of(Prompt.of(BEN)))));
            JsonNode last = json.path("readings").path(8).path("top").path(0);
            assertEquals(expected.top(expected.finalPoint(), -1).getFirst().id(), last.path("id").intValue());
            assertEquals(expected.top(expected.finalPoint(), -1).getFirst().logit(), last.path("logit").floatValue());
        }
        assertFalse(Cli.lens("--json", EIFFEL).succeeds().json().has("edits"));
        List<String> lines = Cli.lens("--edit", PATCH, "--from", BEN, EIFFEL).succeeds().lines();
        assertTrue(lines.contains("edit      " + PATCH + " from \"" + BEN + "\""), lines.toString());
        List<String> grid = Cli.lens("--edit", PATCH, "--from", BEN, "--format", "grid", EIFFEL).succeeds().lines();
        assertTrue(grid.contains("edit      " + PATCH + " from \"" + BEN + "\""), grid.toString());
    }

    @Test
    void idsAreSourcesToo() {
        String[] form = {"--json", "--edit", "patch:L3.resid_post@1", "--ids", "464,412,733", "--from", "id:464,3139,286"};
        JsonNode json = Cli.lens(form).succeeds().json();
        assertEquals("[[[464,3139,286]]]", json.path("provenance").path("editSources").toString());
    }

    @Test
    void manyPromptsAreChangedAlike() {
        String input = "\"" + EIFFEL + "\"\n\"Hi\"\n";
        Cli cli = Cli.withInput(input.getBytes(StandardCharsets.UTF_8), "run", "--jsonl", "--edit", "zero:L5H3@3");
        assertEquals(Main.FAILED, cli.code());
        JsonNode alone = Cli.lens("--json", "--edit", "zero:L5H3@3", EIFFEL).succeeds().json();
        assertEquals(alone.path("readings"), Cli.parse(cli.lines().getFirst()).path("readings"));
        JsonNode refused = Cli.parse(cli.lines().getLast());
        assertEquals("EDIT_REFUSED", refused.path("reason").textValue());
        assertEquals("edit zero:L5H3@3: position: expected -1 to 0 (the prompt has 1 token), got 3", refused.path("message").textValue());
    }

    @Test
    void aGenerationAnAttributionAndAnExportAreChanged() {
        String edit = "steer:L7.resid_post*40=unembed: London";
        assertEquals(" London", Cli.lens("generate", "--max-tokens", "1", "--json", "--edit", edit, EIFFEL).succeeds().json()
                .path("samples").path(0).path("tokens").path(0).path("text").textValue());
        JsonNode attribution = Cli.lens("attribute", "--token", " Paris", "--json", "--edit", "zero:L5H3", EIFFEL).succeeds().json();
        assertEquals("[\"zero:L5H3\"]", attribution.path("provenance").path("edits").toString());
        for (JsonNode component : attribution.path("components")) {
            if (component.path("label").textValue().equals("L5H3")) {
                assertEquals(0, component.path("logit").doubleValue());
            }
        }
        Path file = directory.resolve("edited.safetensors");
        Cli.lens("export", "--edit", PATCH, "--from", BEN, "--output", file.toString(), EIFFEL).succeeds();
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertEquals(PATCH, tensors.metadata().get("edits"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "zero | lens: --edit: edit: expected a verb and a place such as zero:L7H3, got \"zero\"",
        "nil:L1H2 | lens: --edit: edit: expected zero, mean, resample, patch, scale, steer, replace, erase, swap or cut, got \"nil\"",
        "zero:L1H | lens: --edit: edit place: expected a head such as L7H3, a neuron such as L5.n123, a site such as L4.resid_post"})
    void whatIsNoEditIsWrongUsage(String edit, String message) {
        Cli.lens("--edit", edit, EIFFEL).failsWith(Main.USAGE, message);
    }

    @Test
    void sourcesThatNothingTakesAreWrongUsage() {
        Cli.lens("--edit", "zero:L1H2", "--from", BEN, EIFFEL).failsWith(Main.USAGE, "--from: expected an --edit that takes from it");
        Cli.lens("--from", BEN, EIFFEL).failsWith(Main.USAGE, "--from: expected an --edit that takes from it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "generate", "attribute", "export"})
    void whatTheModelOrThePromptHasNotIsRefused(String command) {
        List<String> own = switch (command) {
            case "attribute" -> List.of("--token", " Paris");
            case "export" -> List.of("--output", directory.resolve("x.safetensors").toString());
            default -> List.of();
        };
        Cli.lens(words(command, own, "--edit", "zero:L8H0")).failsWith(Main.FAILED,
                "lens: edit zero:L8H0: expected a head from L0H0 to L7H3, got L8H0");
        Cli.lens(words(command, own, "--edit", "zero:L7H0@7")).failsWith(Main.FAILED,
                "lens: edit zero:L7H0@7: position: expected -7 to 6 (the prompt has 7 tokens), got 7");
        Cli.lens(words(command, own, "--edit", PATCH)).failsWith(Main.FAILED,
                "lens: edit " + PATCH + ": expected one prompt to take from, got 0");
        Cli.lens(words(command, own, "--edit", "steer:L6.resid_post*1=nowhere.safetensors")).failsWith(Main.FAILED, "nowhere.safetensors");
    }

    private static String[] words(String command, List<String> own, String... more) {
        return Stream.of(Stream.of(command), own.stream(), Stream.of(more), Stream.of(EIFFEL)).flatMap(part -> part).toArray(String[]::new);
    }
}
