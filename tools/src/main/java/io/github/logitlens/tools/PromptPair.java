package io.github.logitlens.tools;

import io.github.logitlens.tokenizer.SpecialTokens;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/// Two prompts that are compared: texts, written out or in files, or token ids.
final class PromptPair implements OptionGroup {

    private final Argument<List<String>> words = Argument.texts(PositionalParamSpec.builder().paramLabel("CLEAN CORRUPTED")
            .arity("0..*").hideParamSyntax(true)
            .description("The two texts, of as many tokens each. @FILE reads one from a file, as UTF-8, less one line end at its end."));

    private final Argument<List<String>> ids = Argument.texts(OptionSpec.builder("--ids").paramLabel("ID,...")
            .description("Token ids instead of the texts: given twice, the clean prompt's and then the corrupted one's."));

    private final SpecialTokensOption special = new SpecialTokensOption();

    private CommandSpec spec;

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        words.addTo(command);
        ids.addTo(command);
        special.addTo(command);
    }

    /// Both prompts, the clean one first.
    ///
    /// @throws ParameterException if there are not exactly two
    /// @throws CommandException   if a file cannot be read
    List<Prompt> read() {
        if (!ids.get().isEmpty() && !words.get().isEmpty()) {
            throw wrong("expected texts or --ids, got both");
        }
        boolean given = !ids.get().isEmpty();
        int count = given ? ids.get().size() : words.get().size();
        if (count != 2) {
            throw wrong("expected two " + (given ? "--ids" : "texts") + ", a clean one and a corrupted one, got " + count);
        }
        return given
                ? ids.get().stream().<Prompt>map(text -> new Prompt.Ids(PromptArgument.parsedIds(text, spec))).toList()
                : words.get().stream().<Prompt>map(word -> new Prompt.Text(text(word), special.get())).toList();
    }

    /// What a special token's text means.
    SpecialTokens specialTokens() {
        return special.get();
    }

    private static String text(String word) {
        return word.startsWith("@") ? PromptArgument.textOf(PromptArgument.file(word.substring(1))) : word;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
