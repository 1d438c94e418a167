package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class DocumentsTest {

    @TempDir
    private static Path share;

    @BeforeAll
    static void write() throws IOException {
        Documents.write(share);
    }

    private static String page(String name) throws IOException {
        return Files.readString(share.resolve("man/man1/" + name + ".1"));
    }

    @Test
    void aPageNamesEveryOptionOfItsCommand() throws IOException {
        Map<String, CommandLine> commands = Main.ofAll(
                new Stdio(InputStream.nullInputStream(), OutputStream.nullOutputStream(), System.err)).getSubcommands();
        assertTrue(commands.size() > 8, commands.keySet()::toString);
        for (Map.Entry<String, CommandLine> command : commands.entrySet()) {
            String page = page("lens-" + command.getKey());
            for (OptionSpec option : command.getValue().getCommandSpec().options()) {
                String name = "\\fB" + option.longestName().replace("-", "\\-") + "\\fR";
                assertTrue(page.contains(name), () -> command.getKey() + ": expected " + name + ", got\n" + page);
            }
        }
    }

    @Test
    void thePageOfLensHasTheOptionsOfAPromptAndTheOtherPages() throws IOException {
        String page = page("lens");
        assertTrue(page.contains("\n.TP\n\\fB\\-\\-top\\-k\\fR \\fIK\\fR\nMost likely tokens"), page);
        assertTrue(page.contains(".BR lens\\-explore (1)"), page);
        assertTrue(page.contains("lens tokens [OPTIONS] PROMPT"), page);
        assertTrue(page.contains("Exit code: 0 done"), page);
    }

    /// A line of text that began with a dot or an apostrophe would be a command of troff's.
    @Test
    void noTextIsACommand() throws IOException {
        List<String> known = List.of(".TH", ".SH", ".TP", ".PP", ".nf", ".fi", ".BR");
        try (var pages = Files.list(share.resolve("man/man1"))) {
            for (Path page : pages.toList()) {
                for (String line : Files.readAllLines(page)) {
                    assertFalse(line.startsWith("'"), line);
                    assertTrue(!line.startsWith(".") || known.contains(line.split(" ")[0]), line);
                }
            }
        }
    }

    @Test
    @Tag("forks")
    void aShellCompletesCommandsAndOptions() throws Exception {
        assertEquals("attribute", completions("lens", "attr"));
        assertEquals("--top-k", completions("lens", "--top-"));
        assertTrue(List.of(completions("lens", "tokens", "--").split(" ")).contains("--explain"));
    }

    /// What bash would offer in place of the last word.
    private static String completions(String... words) throws Exception {
        String script = """
                compopt() { :; }
                source "$1"; shift
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"
                _complete_lens
                echo "${COMPREPLY[@]}"
                """;
        List<String> command = new ArrayList<>(
                List.of("bash", "-c", script, "bash", share.resolve("bash-completion/completions/lens").toString()));
        command.addAll(List.of(words));
        Process bash = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String text = new String(bash.getInputStream().readAllBytes());
        assertEquals(0, bash.waitFor());
        return text.strip();
    }
}
