package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What people type before they know the command.
class MannersTest {

    @Test
    void helpAndVersionAreCommandsToo() {
        assertEquals(Cli.lens("--help").succeeds(), Cli.lens("help"));
        assertEquals(Cli.lens("--version").succeeds(), Cli.lens("version"));
        for (String command : List.of("run", "explore", "tokens", "attribute", "neuron", "patch", "ablate", "inspect", "export", "verify", "models",
                "download")) {
            Cli help = Cli.lens("help", command).succeeds();
            assertEquals(Cli.lens(command, "--help"), help);
            assertTrue(help.out().contains("lens " + command), help.out());
        }
    }

    @Test
    void helpForNoCommandNamesThemAll() {
        Cli.lens("help", "model").failsWith(Main.USAGE, "help: expected one of ablate, attention, attribute, compare, corpus, download, "
                + "explore, export, generate, inspect, models, neuron, patch, run, tokens, verify, got model", "lens run help");
        Cli.lens("help", "me", "please").failsWith(Main.USAGE, "got me please");
    }

    @ParameterizedTest
    @CsvSource({"model, models", "Tokens, tokens", "token, tokens", "inspekt, inspect", "explorer, explore", "attrib, attribute"})
    void aWordThatIsNearlyACommandIsRunAndNoted(String word, String command) {
        Cli cli = Cli.lens(word);
        assertEquals(0, cli.code());
        assertEquals("lens: \"" + word + "\" is read as a prompt; the command is: lens " + command + "\n", cli.err());
        assertEquals(Cli.lens("run", word).succeeds().out(), cli.out());
        assertEquals("", Cli.lens("--", word).succeeds().err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Paris", "The", "is", "the model", "tokens ", "Run on", "no-such-file.txt"})
    void otherPromptsAreNot(String prompt) {
        Cli.lens(prompt).succeeds();
    }

    @Test
    void theNameOfAFileIsRunAndNoted(@TempDir Path dir) throws Exception {
        String name = Files.writeString(dir.resolve("p.txt"), "Paris").toString();
        Cli cli = Cli.lens("--top-k", "1", name);
        assertEquals(0, cli.code());
        assertEquals("lens: \"" + name + "\" is read as a prompt, and there is a file of that name: @" + name + " reads it\n", cli.err());
        Cli.lens("--top-k", "1", "@" + name).succeeds();
        Cli.lens("--top-k", "1", dir.toString()).succeeds();
    }
}
