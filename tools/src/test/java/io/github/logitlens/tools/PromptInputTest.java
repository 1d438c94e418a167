package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.safetensors.SafeTensors;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The ways in which a command gets its prompt are the same in all commands.
class PromptInputTest {

    private static final String EIFFEL = "The Eiffel Tower is in";
    private static final String EIFFEL_IDS = "464,412,733,417,8765,318,287";
    private static final String END = "<|endoftext|>";
    private static final String NOTE =
            "lens: the prompt has the text of <|endoftext|>, read as text; --special reads it as the token\n";

    @TempDir
    private Path dir;

    private static Cli piped(String input, String... args) {
        return Cli.withInput(input.getBytes(StandardCharsets.UTF_8), args);
    }

    private float[] exported(String input, String... more) throws Exception {
        Path file = dir.resolve("out.safetensors");
        String[] args = new String[3 + more.length];
        System.arraycopy(new String[] {"export", "--output", file.toString()}, 0, args, 0, 3);
        System.arraycopy(more, 0, args, 3, more.length);
        piped(input, args).succeeds();
        try (SafeTensors exported = SafeTensors.open(file)) {
            TensorInfo resid = exported.tensor("resid").orElseThrow();
            float[] values = new float[Math.toIntExact(resid.elementCount())];
            exported.readFloats(resid, 0, values, 0, values.length);
            return values;
        }
    }

    @Test
    void whatIsPipedInIsThePromptWhereNoneIsWritten() throws Exception {
        assertEquals(Cli.lens(EIFFEL).succeeds(), piped(EIFFEL + "\n"));
        assertEquals(Cli.lens("--json", EIFFEL).succeeds(), piped(EIFFEL, "--json"));
        assertEquals(Cli.lens("run", "--top-k", "2", EIFFEL).succeeds(), piped(EIFFEL + "\r\n", "run", "--top-k", "2"));
        assertEquals(Cli.lens("tokens", EIFFEL).succeeds(), piped(EIFFEL, "tokens"));
        assertEquals("[464]\n[15496]\n", piped("\"The\"\n\"Hello\"\n", "tokens", "--jsonl").succeeds().out());
        assertEquals(Cli.lens("attribute", "--token", " Paris", EIFFEL).succeeds(), piped(EIFFEL, "attribute", "--token", " Paris"));
        assertEquals(Cli.lens("attention", EIFFEL).succeeds(), piped(EIFFEL, "attention"));
        assertEquals(Cli.lens("generate", "--max-tokens", "3", EIFFEL).succeeds(), piped(EIFFEL, "generate", "--max-tokens", "3"));
        assertArrayEquals(exported("", EIFFEL), exported(EIFFEL));
    }

    @Test
    void whatIsPipedInIsNotReadWhereAPromptIsWritten() {
        assertEquals(Cli.lens(EIFFEL).succeeds(), piped("something else", EIFFEL));
        assertEquals(0, Cli.typed("--top-k", "1", EIFFEL).code());
    }

    @Test
    void nothingPipedInIsNoPrompt() {
        for (String[] command : new String[][] {{}, {"run"}, {"tokens"}, {"attribute", "--token", " a"},
                {"export", "--output", dir.resolve("none").toString()}}) {
            Cli.lens(command).failsWith(Main.USAGE, "expected a text, got none; '-' reads standard input");
        }
        assertEquals("", Cli.lens("tokens", "--jsonl").succeeds().out());
        Cli.typed("tokens", "--jsonl").failsWith(Main.USAGE, "expected a text, got none");
    }

    @Test
    void idsAreAPromptInEveryCommand() throws Exception {
        assertEquals(Cli.lens(EIFFEL).succeeds(), Cli.lens("--ids", EIFFEL_IDS));
        assertEquals(Cli.lens("--bos", "--track", " Paris", EIFFEL).succeeds(),
                Cli.lens("--bos", "--track", " Paris", "--ids=" + EIFFEL_IDS.replace(",", " , ")));
        assertEquals(Cli.lens("tokens", EIFFEL).succeeds(), Cli.lens("tokens", "--ids", EIFFEL_IDS));
        assertEquals(Cli.lens("attribute", "--token", " Paris", EIFFEL).succeeds(),
                Cli.lens("attribute", "--token", " Paris", "--ids", EIFFEL_IDS));
        assertEquals(Cli.lens("attention", EIFFEL).succeeds(), Cli.lens("attention", "--ids", EIFFEL_IDS));
        assertEquals(Cli.lens("generate", "--max-tokens", "3", EIFFEL).succeeds(),
                Cli.lens("generate", "--max-tokens", "3", "--ids", EIFFEL_IDS));
        assertArrayEquals(exported("", EIFFEL), exported("", "--ids", EIFFEL_IDS));
        // Tokens that no text is split into.
        assertTrue(Cli.lens("--ids", "16599,16599").succeeds().out().contains("tokens    2: "), "ids are not split anew");
    }

    @Test
    void idsThatAreNoneAreRefused() {
        for (String bad : new String[] {"", "1,", "1 2", "1,two", "1.5", "99999999999"}) {
            Cli.lens("--ids", bad).failsWith(Main.USAGE, "--ids: expected token ids separated by commas, got \"" + bad + "\"");
        }
        Cli.lens("--ids", "1", EIFFEL).failsWith(Main.USAGE, "expected a text or --ids, got both");
        Cli.lens("--ids", "1", "--stdin").failsWith(Main.USAGE, "expected a text or --ids, got both");
        Cli.lens("--ids", "1", "--special").failsWith(Main.USAGE, "--special: expected a text with it");
        Cli.lens("tokens", "--explain", "--ids", "1").failsWith(Main.USAGE, "--ids: expected a text here");
        Cli.lens("tokens", "--jsonl", "--ids", "1").failsWith(Main.USAGE, "--ids: expected '-' or @FILE here");
        Cli.lens("--ids", "50257").failsWith(Main.FAILED, "50257");
        Cli.lens("--ids", "-1").failsWith(Main.FAILED, "-1");
    }

    @Test
    void theTextOfASpecialTokenIsTextUnlessAskedAndThatIsNoted() throws Exception {
        Cli asText = Cli.lens(EIFFEL + END);
        assertEquals(0, asText.code());
        assertEquals(NOTE, asText.err());
        assertTrue(asText.out().contains("tokens    14: "), asText.out());
        Cli asToken = Cli.lens("--special", EIFFEL + END).succeeds();
        assertEquals(Cli.lens("--ids", EIFFEL_IDS + ",50256").succeeds(), asToken);
        assertEquals(NOTE, Cli.lens("tokens", " " + END).err());
        assertEquals("[50256]\n", piped("\"" + END + "\"", "tokens", "--jsonl", "--special").succeeds().out());
        assertTrue(Cli.lens("tokens", "--explain", "--special", END).succeeds().out().contains("50256"));
        assertEquals(NOTE, Cli.lens("attribute", "--token", " Paris", END + EIFFEL).err());
        assertEquals(Cli.lens("attribute", "--token", " Paris", "--bos", EIFFEL).succeeds().lines().size(),
                Cli.lens("attribute", "--token", " Paris", "--special", END + EIFFEL).succeeds().lines().size());
        assertArrayEquals(exported("", "--bos", EIFFEL), exported("", "--special", END + EIFFEL));
    }

    @Test
    void twoBosTokensAreNoted() {
        Cli cli = Cli.lens("--bos", "--special", END + EIFFEL);
        assertEquals(0, cli.code());
        assertTrue(cli.err().startsWith("lens: the prompt begins with two BOS tokens"), cli.err());
    }
}
