package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.Bos;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.ActivationCache;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExportCommandTest {

    private static final String PROMPT = "The Eiffel Tower is in";

    @TempDir
    private Path dir;

    private static float[] floats(SafeTensors file, String name) {
        TensorInfo tensor = file.tensor(name).orElseThrow();
        float[] values = new float[Math.toIntExact(tensor.elementCount())];
        file.readFloats(tensor, 0, values, 0, values.length);
        return values;
    }

    @Test
    void theLastRowIsTheModelsOutput() {
        Path out = dir.resolve("out.safetensors");
        Cli.lens("export", "--logits", "all", "--output", out.toString(), PROMPT).succeeds();
        try (SafeTensors file = SafeTensors.open(out); LogitLens lens = LogitLens.open("demo")) {
            int[] tokens = lens.tokenizer().encode(PROMPT);
            long points = lens.model().config().nLayers() + 1;
            int vocabSize = lens.model().config().vocabSize();
            assertEquals(List.of((long) tokens.length), file.tensor("tokens").orElseThrow().shape());
            assertEquals(List.of(points, (long) tokens.length, (long) lens.model().config().dModel()),
                    file.tensor("resid").orElseThrow().shape());
            float[] logits = floats(file, "logits");
            assertEquals(points * tokens.length * vocabSize, logits.length);
            assertArrayEquals(lens.model().logits(tokens), Arrays.copyOfRange(logits, logits.length - vocabSize, logits.length));
        }
    }

    @Test
    void theLogitsOfTheLastPositionAreItsOwn() {
        Path last = dir.resolve("last.safetensors");
        Path all = dir.resolve("all.safetensors");
        Cli.lens("export", "--logits", "last", "--output", last.toString(), PROMPT).succeeds();
        Cli.lens("export", "--logits", "all", "--output", all.toString(), PROMPT).succeeds();
        try (SafeTensors ofLast = SafeTensors.open(last); SafeTensors ofAll = SafeTensors.open(all);
                LogitLens lens = LogitLens.open("demo")) {
            int[] tokens = lens.tokenizer().encode(PROMPT);
            int points = lens.model().config().nLayers() + 1;
            int vocabSize = lens.model().config().vocabSize();
            assertEquals(List.of((long) points, 1L, (long) vocabSize), ofLast.tensor("logits").orElseThrow().shape());
            float[] one = floats(ofLast, "logits");
            float[] each = floats(ofAll, "logits");
            for (int point = 0; point < points; point++) {
                int row = (point * tokens.length + tokens.length - 1) * vocabSize;
                assertArrayEquals(Arrays.copyOfRange(each, row, row + vocabSize),
                        Arrays.copyOfRange(one, point * vocabSize, (point + 1) * vocabSize), "point " + point);
            }
            assertArrayEquals(lens.model().logits(tokens), Arrays.copyOfRange(one, (points - 1) * vocabSize, points * vocabSize));
        }
    }

    @Test
    void idsAndTextGiveTheSameFile() throws Exception {
        Path text = dir.resolve("text.safetensors");
        Path ids = dir.resolve("ids.safetensors");
        Cli.lens("export", "--bos", "--logits", "last", "--output", text.toString(), PROMPT).succeeds();
        Cli.lens("export", "--ids", "50256, 464,412,733,417,8765,318,287", "--logits", "last", "--output", ids.toString()).succeeds();
        try (SafeTensors ofText = SafeTensors.open(text); SafeTensors ofIds = SafeTensors.open(ids)) {
            assertArrayEquals(floats(ofText, "resid"), floats(ofIds, "resid"));
            assertArrayEquals(floats(ofText, "logits"), floats(ofIds, "logits"));
            assertEquals("PREPEND", ofText.metadata().get("bos"));
            assertEquals("NONE", ofIds.metadata().get("bos"));
        }
    }

    @Test
    void theMetadataSaysWhatItWasMadeWith() {
        Path out = dir.resolve("out.safetensors");
        Cli.lens("export", "--output", out.toString(), PROMPT).succeeds();
        try (SafeTensors file = SafeTensors.open(out); LogitLens lens = LogitLens.open("demo")) {
            assertEquals(lens.provenance(LensOptions.defaults(), Hooks.none()).fields(), file.metadata());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hook_z", "attn.hook_pattern", "hook_resid_mid,mlp.hook_post", "hook_embed,ln_final.hook_scale,blocks.1.hook_mlp_out"})
    void anyHookPointsLayersAndPositionsAreThoseOfARun(String hooks) {
        Path out = dir.resolve("out.safetensors");
        Cli.lens("export", "--hook", hooks, "--layers", "-1,1", "--position", "2:5", "--output", out.toString(), PROMPT).succeeds();
        try (SafeTensors file = SafeTensors.open(out); LogitLens lens = LogitLens.open("demo")) {
            List<HookPoint> points = new ArrayList<>();
            for (String name : hooks.split(",")) {
                if (name.startsWith("blocks.") || name.equals("hook_embed") || name.startsWith("ln_final")) {
                    points.add(HookPoint.parse(name));
                } else {
                    points.add(HookPoint.parse("blocks.1." + (name.equals("hook_z") ? "attn.hook_z" : name)));
                    points.add(HookPoint.parse("blocks.7." + (name.equals("hook_z") ? "attn.hook_z" : name)));
                }
            }
            ActivationCache cache = ActivationCache.of(points).at(2, 3, 4);
            lens.model().run(lens.tokens(PROMPT, Bos.NONE), cache.hooks());
            Set<String> names = new TreeSet<>(Set.of("tokens", "positions"));
            for (HookPoint point : points) {
                names.add(point.toString());
                TensorInfo tensor = file.tensor(point.toString()).orElseThrow();
                assertEquals(Arrays.stream(cache.get(point).shape()).asLongStream().boxed().toList(), tensor.shape());
                assertArrayEquals(cache.get(point).toArray(), floats(file, point.toString()));
            }
            assertEquals(names, file.tensors().stream().map(TensorInfo::name).collect(Collectors.toCollection(TreeSet::new)));
            assertEquals(List.of(3L), file.tensor("positions").orElseThrow().shape());
        }
    }

    @Test
    void aPartOfTheResidualStreamIsThatPartOfAllOfIt() {
        Path all = dir.resolve("all.safetensors");
        Path part = dir.resolve("part.safetensors");
        Cli.lens("export", "--output", all.toString(), PROMPT).succeeds();
        Cli.lens("export", "--layers", "2", "--position", "1,4", "--logits", "last", "--output", part.toString(), PROMPT).succeeds();
        try (SafeTensors whole = SafeTensors.open(all); SafeTensors some = SafeTensors.open(part); LogitLens lens = LogitLens.open("demo")) {
            int dModel = lens.model().config().dModel();
            int seqLen = lens.tokens(PROMPT, Bos.NONE).length;
            float[] resid = floats(whole, "resid");
            float[] expected = new float[4 * dModel];
            int at = 0;
            for (int point : new int[] {0, 3}) {
                for (int position : new int[] {1, 4}) {
                    System.arraycopy(resid, (point * seqLen + position) * dModel, expected, at, dModel);
                    at += dModel;
                }
            }
            assertArrayEquals(expected, floats(some, "resid"));
            assertArrayEquals(lens.model().unembedding().logits(Arrays.copyOfRange(expected, 3 * dModel, 4 * dModel)),
                    Arrays.copyOfRange(floats(some, "logits"), lens.model().config().vocabSize(), 2 * lens.model().config().vocabSize()));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1 | --hook hook_nothing            | hook: expected one of [hook_embed, hook_pos_embed,",
        "1 | --hook hook_scale              | hook: expected one of [ln1.hook_scale, ln2.hook_scale], got",
        "1 | --hook blocks.8.hook_resid_pre | hook: expected a layer from 0 to 7, got blocks.8.hook_resid_pre",
        "1 | --layers 9                     | layer: expected -8 to 7 (the model has 8 layers), got 9",
        "1 | --position 9                   | position: expected -7 to 6 (the prompt has 7 tokens), got 9",
        "2 | --layers x                     | --layers: expected all, N, N,M, A:B or A:B:STEP, got",
        "2 | --hook hook_z --logits all     | --logits: expected no --hook with it, got hook_z"
    })
    void whatIsNotThereIsRefused(int code, String options, String message) {
        String[] args = Stream.of(Stream.of("export", "--output", dir.resolve("refused.safetensors").toString()),
                Stream.of(options.split(" ")), Stream.of(PROMPT)).flatMap(each -> each).toArray(String[]::new);
        Cli.lens(args).failsWith(code, message);
        assertFalse(Files.exists(dir.resolve("refused.safetensors")));
    }

    @Test
    void whatCannotBeDoneLeavesNoFile() {
        Path out = dir.resolve("out.safetensors");
        Cli.lens("export", "--ids", "1,two", "--output", out.toString())
                .failsWith(2, "--ids: expected token ids separated by commas, got \"1,two\"");
        Cli missing = Cli.lens("export", "--output", dir.resolve("no/such/out.safetensors").toString(), PROMPT);
        assertEquals(1, missing.code());
        assertTrue(missing.err().startsWith("lens: "), missing.err());
        assertEquals(2, Cli.lens("export", PROMPT).code());
        assertFalse(Files.exists(out));
    }
}
