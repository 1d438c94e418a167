package io.github.logitlens.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// What an installation has besides the command itself, made of the texts that its help shows: a manual page of `lens` and of each
/// subcommand, and how a shell completes what is typed.
public final class Documents {

    private final String version;
    private final CommandLine lens;

    private Documents(String version, CommandLine lens) {
        this.version = version;
        this.lens = lens;
    }

    /// Writes `man/man1/lens*.1`, and `bash-completion/completions/lens`, which zsh reads too.
    ///
    /// @param args the directory to write to
    /// @throws IOException if that fails
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]));
    }

    /// Writes them.
    ///
    /// @param directory made if it is not there
    static void write(Path directory) throws IOException {
        Stdio nowhere = new Stdio(InputStream.nullInputStream(), OutputStream.nullOutputStream(), System.err);
        CommandLine lens = Main.ofAll(nowhere);
        // `lens PROMPT` is `lens run PROMPT`.
        CommandSpec run = lens.getSubcommands().get("run").getCommandSpec();
        run.options().stream().filter(option -> !lens.getCommandSpec().optionsMap().containsKey(option.longestName()))
                .forEach(option -> lens.getCommandSpec().addOption(OptionSpec.builder(option).build()));
        run.positionalParameters().forEach(parameter -> lens.getCommandSpec().addPositional(PositionalParamSpec.builder(parameter).build()));
        Documents documents = new Documents(Version.number(), lens);
        Path pages = Files.createDirectories(directory.resolve("man/man1"));
        Files.writeString(pages.resolve("lens.1"), documents.page("lens", lens.getCommandSpec()));
        for (String command : documents.commands()) {
            Files.writeString(pages.resolve("lens-" + command + ".1"),
                    documents.page("lens-" + command, lens.getSubcommands().get(command).getCommandSpec()));
        }
        Path completions = Files.createDirectories(directory.resolve("bash-completion/completions"));
        Files.writeString(completions.resolve("lens"), AutoComplete.bash("lens", lens));
    }

    private List<String> commands() {
        return lens.getSubcommands().keySet().stream().sorted().toList();
    }

    private String page(String name, CommandSpec command) {
        List<String> lines = new ArrayList<>();
        String[] description = command.usageMessage().description();
        List<String> sentences = Arrays.stream(description).map(Documents::text).filter(line -> !line.isBlank()).toList();
        String purpose = sentences.isEmpty() ? "what GPT-2 thinks at each of its layers"
                : uncapitalized(sentences.getFirst().replaceFirst("[.:;].*", ""));
        lines.add(".TH " + name.toUpperCase(Locale.ROOT).replace("-", "\\-") + " 1 \"\" \"lens " + escaped(version) + "\"");
        lines.add(".SH NAME");
        lines.add(escaped(name) + " \\- " + escaped(purpose));
        lines.add(".SH SYNOPSIS");
        addAsIs(command.usageMessage().customSynopsis(), lines);
        if (!sentences.isEmpty()) {
            lines.add(".SH DESCRIPTION");
            lines.add(sentences.stream().map(Documents::escaped).collect(Collectors.joining("\n.PP\n")));
        }
        lines.add(".SH OPTIONS");
        command.positionalParameters().stream().filter(parameter -> !parameter.hidden())
                .forEach(parameter -> addEntry("\\fI" + escaped(parameter.paramLabel()) + "\\fR", parameter, lines));
        command.options().stream().filter(option -> !option.hidden()).forEach(option -> addEntry(option(option), option, lines));
        if (command.usageMessage().footer().length > 0) {
            lines.add(".SH NOTES");
            addAsIs(command.usageMessage().footer(), lines);
        }
        lines.add(".SH SEE ALSO");
        lines.add((name.equals("lens") ? commands().stream().map(it -> "lens-" + it) : List.of("lens").stream())
                .map(it -> ".BR " + it.replace("-", "\\-") + " (1)").collect(Collectors.joining("\n")));
        return String.join("\n", lines) + "\n";
    }

    private static String uncapitalized(String text) {
        return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }

    private static String option(OptionSpec option) {
        String names = Arrays.stream(option.names()).map(name -> "\\fB" + escaped(name) + "\\fR").collect(Collectors.joining(", "));
        return option.arity().max() == 0 ? names : names + " \\fI" + escaped(option.paramLabel()) + "\\fR";
    }

    private static void addEntry(String head, ArgSpec argument, List<String> lines) {
        lines.add(".TP");
        lines.add(head);
        lines.add(escaped(Arrays.stream(argument.description()).map(Documents::text).collect(Collectors.joining(" "))));
    }

    /// Lines that are not to be filled.
    private static void addAsIs(String[] text, List<String> lines) {
        lines.add(".nf");
        for (String line : text) {
            lines.add(escaped(text(line)));
        }
        lines.add(".fi");
    }

    /// A text of picocli's, as its help prints it.
    private static String text(String line) {
        return Ansi.OFF.string(line).replace("%n", "\n").replace("%%", "%");
    }

    /// A text as troff prints it: no character of it is a command's, and each dash one that can be copied.
    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replaceAll("(?m)^(?=[.'])", "\\\\&");
    }
}
