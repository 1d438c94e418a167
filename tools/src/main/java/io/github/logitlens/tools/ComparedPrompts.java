package io.github.logitlens.tools;

import io.github.logitlens.tokenizer.SpecialTokens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/// One prompt or two, of which runs are compared: texts, written out, in files or on standard input, or token ids.
final class ComparedPrompts implements OptionGroup {

    private final Argument<List<String>> words = Argument.texts(PositionalParamSpec.builder().paramLabel("A B").arity("0..*")
            .hideParamSyntax(true)
            .description("The texts. '-' reads one from standard input, as does no text at all where something is piped in, @FILE from a "
                    + "file, as UTF-8, less one line end at its end."));

    private final Argument<List<String>> ids = Argument.texts(OptionSpec.builder("--ids").paramLabel("ID,...")
            .description("Token ids instead of a text; given twice for two prompts."));

    private final Argument<Boolean> special = Argument.flag("--special",
            "Read the text of a special token, such as <|endoftext|>, as that token. Default: as any other text.");

    private CommandSpec spec;

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        for (Argument<?> argument : List.of(words, ids, special)) {
            argument.addTo(command);
        }
    }

    /// The prompts, one or two.
    ///
    /// @throws ParameterException if there are none, or more
    /// @throws CommandException   if one cannot be read
    List<Prompt> read(Stdio stdio) {
        if (!ids.get().isEmpty() && !words.get().isEmpty()) {
            throw wrong("expected texts or --ids, got both");
        }
        List<String> given = ids.get().isEmpty() ? words.get() : ids.get();
        boolean piped = given.isEmpty() && !stdio.typed().getAsBoolean();
        if (given.size() > 2 || given.isEmpty() && !piped) {
            throw wrong("expected one prompt or two, got " + given.size());
        }
        if (!ids.get().isEmpty()) {
            return given.stream().<Prompt>map(text -> new Prompt.Ids(parsed(text))).toList();
        }
        SpecialTokens policy = special.get() ? SpecialTokens.PARSE : SpecialTokens.TEXT;
        return (piped ? List.of("-") : given).stream().<Prompt>map(word -> new Prompt.Text(text(word, stdio), policy)).toList();
    }

    private int[] parsed(String text) {
        try {
            return Arrays.stream(text.split(",", -1)).mapToInt(id -> Integer.parseInt(id.strip())).toArray();
        } catch (NumberFormatException e) {
            throw new ParameterException(spec.commandLine(), "--ids: expected token ids separated by commas, got \"" + text + "\"", e);
        }
    }

    private static String text(String word, Stdio stdio) {
        if (!word.equals("-") && !word.startsWith("@")) {
            return word;
        }
        String name = word.equals("-") ? "standard input" : word.substring(1);
        try {
            byte[] bytes = word.equals("-") ? stdio.in().readAllBytes() : Files.readAllBytes(Path.of(name));
            return PromptArgument.Source.decode(ByteBuffer.wrap(bytes), name).replaceFirst("\\r?\\n\\z", "");
        } catch (IOException | InvalidPathException e) {
            throw new CommandException(name + ": cannot be read, " + e.getMessage(), e);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
