package io.github.logitlens.tools;

import io.github.logitlens.error.LensException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command line: `lens PROMPT` and its subcommands.
///
/// Results go to standard output and everything else to standard error. The exit code is 0 when done, 1 when it failed (a
/// file, a model, refused input) and 2 when the command line itself was wrong. An error is one line; the environment variable
/// `LENS_DEBUG=1` adds its stack trace.
public final class Main implements Runnable {

    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    /// In this order, which is also that of the completion script's text, whichever JVM writes it.
    private static final Map<String, Function<Stdio, SubCommand>> COMMANDS = new LinkedHashMap<>();
    private static final int WIDEST_HELP = 110;
    /// Picocli makes none that is narrower.
    private static final int NARROWEST_HELP = 55;
    private static final Set<String> OWN_OPTIONS = Set.of("-h", "--help", "-V", "--version");

    static {
        COMMANDS.put("run", RunCommand::new);
        COMMANDS.put("explore", ExploreCommand::new);
        COMMANDS.put("generate", GenerateCommand::new);
        COMMANDS.put("corpus", CorpusCommand::new);
        COMMANDS.put("compare", CompareCommand::new);
        COMMANDS.put("tokens", TokensCommand::new);
        COMMANDS.put("attribute", AttributeCommand::new);
        COMMANDS.put("attention", AttentionCommand::new);
        COMMANDS.put("neuron", NeuronCommand::new);
        COMMANDS.put("patch", PatchCommand::new);
        COMMANDS.put("ablate", AblateCommand::new);
        COMMANDS.put("inspect", InspectCommand::new);
        COMMANDS.put("export", ExportCommand::new);
        COMMANDS.put("verify", VerifyCommand::new);
        COMMANDS.put("models", ModelsCommand::new);
        COMMANDS.put("download", DownloadCommand::new);
    }

    private static final String[] SYNOPSIS = {
        "lens [OPTIONS] PROMPT          what the model would say next, at each of its layers",
        "       lens run [OPTIONS] PROMPT      the same, whatever the prompt's first word is",
        "       lens explore [OPTIONS]         the same as an interactive page in the browser",
        "       lens generate [OPTIONS] PROMPT what the model writes behind a prompt, token by token",
        "       lens corpus [OPTIONS] FILE...  every token of texts of any length, with figures and charts of them all",
        "       lens compare [OPTIONS] A [B]   how two runs differ: two prompts, one with --edit, two models",
        "       lens tokens [OPTIONS] PROMPT   how the model's tokenizer splits a text",
        "       lens attribute --token T ...   which heads and MLPs a prompt's next-token logit is made of",
        "       lens attention [OPTIONS] PROMPT what the attention heads look at",
        "       lens neuron LAYER NEURON       the tokens that one MLP neuron raises and lowers",
        "       lens patch CLEAN CORRUPTED ... which activations carry what two prompts differ in",
        "       lens ablate --token T ...      which heads and MLPs a prompt's next token needs",
        "       lens inspect FILE...           what is in safetensors and PyTorch files",
        "       lens export [OPTIONS] PROMPT   the residual stream as a safetensors file",
        "       lens verify [OPTIONS]          whether a model gives the published numbers",
        "       lens models                    the models on this machine",
        "       lens download MODEL...         fetch models from Hugging Face",
        "       lens help [COMMAND]            this help, or a command's",
        "       lens version                   version, commit, JDK and kernels, for a report"
    };
    private static final String[] FOOTER = {
        "",
        "Examples:",
        "  lens \"The Eiffel Tower is in\"",
        "  lens --top-k 3 --track \" Paris\" --track \" London\" \"The Eiffel Tower is in\"",
        "  lens --model ./gpt2 --position all \"Once upon a time\"",
        "  lens --json \"The capital of France is\" > result.json",
        "  lens --position 0:8 - < poem.txt",
        "  lens --format grid --metric entropy \"Once upon a time\"",
        "  lens --metric rank --track \" Paris\" --output grid.svg \"The Eiffel Tower is in\"",
        "  lens --edit zero:L5H3 \"The Eiffel Tower is in\"",
        "  lens -- \"-273 degrees is\"",
        "  lens run tokens",
        "",
        "Exit code: 0 done, 1 failed (a file, a model, refused input), 2 wrong usage. LENS_DEBUG=1 adds stack traces."
    };

    private CommandSpec spec;

    private Main() {
    }

    /// Runs one command and ends the JVM with its exit code.
    ///
    /// @param args the command line
    public static void main(String[] args) {
        // The library's one warning, about kernels, as one line; the logging system's own form depends on the locale.
        if (System.getProperty("java.util.logging.SimpleFormatter.format") == null) {
            System.setProperty("java.util.logging.SimpleFormatter.format", "lens: %5$s%n");
        }
        // Pictures are painted into memory, also where a display is named that is not there.
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        InputStream in = new FileInputStream(FileDescriptor.in);
        System.exit(run(new Stdio(in, new FileOutputStream(FileDescriptor.out), err, Terminal.ofProcess(), Terminal::isTyped), args));
    }

    /// Runs one command.
    ///
    /// @param stdio the streams it uses
    /// @param args  the command line
    /// @return the exit code
    static int run(Stdio stdio, String... args) {
        String[] words = withOptions(args);
        if (words.length > 0 && words[0].equals("help")) {
            report(stdio, "help: expected one of " + commands() + ", got " + String.join(" ", words).substring("help ".length())
                    + " (lens run help runs the prompt \"help\")");
            return USAGE;
        }
        boolean prompt = isPrompt(words, stdio);
        CommandLine line = prompt ? of("run", new RunCommand(stdio, word -> WordHint.of(word, COMMANDS.keySet())))
                : words.length > 0 && COMMANDS.containsKey(words[0]) ? of(words[0], COMMANDS.get(words[0]).apply(stdio))
                : ofAll(stdio);
        StringWriter shown = new StringWriter();
        line.setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setPosixClusteredShortOptionsAllowed(false)
                .setUsageHelpWidth(helpWidth(stdio.terminal()))
                .setHelpFactory(Main::help)
                .setOut(new PrintWriter(shown))
                .setErr(stdio.errWriter())
                .setParameterExceptionHandler((e, rest) -> wrongUsage(stdio, e))
                .setExecutionExceptionHandler((e, command, parsed) -> failed(stdio, e));
        try {
            int code = line.execute(prompt ? withRun(words) : words);
            line.getOut().flush();
            if (!shown.toString().isEmpty()) {
                stdio.print(out -> out.write(shown.toString()));
            }
            return code;
        } catch (RuntimeException | Error e) {
            return failed(stdio, e);
        }
    }

    private static int helpWidth(Terminal terminal) {
        return Math.clamp(terminal.tableWidth(true).orElse(WIDEST_HELP), NARROWEST_HELP, WIDEST_HELP);
    }

    /// Help that shows `--option VALUE`, as most people write it; `--option=VALUE` is read as well.
    private static Help help(CommandSpec spec, Help.ColorScheme colours) {
        spec.parser().separator(" ");
        return new Help(spec, colours);
    }

    /// `lens` with one of its commands, all that a line which names one needs.
    private static CommandLine of(String name, SubCommand command) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(new Main()).name("lens");
        return new CommandLine(spec.addSubcommand(name, new CommandLine(command.spec())));
    }

    private static String commands() {
        return COMMANDS.keySet().stream().sorted().collect(Collectors.joining(", "));
    }

    /// `lens` with all of its commands, for its own help.
    static CommandLine ofAll(Stdio stdio) {
        Main main = new Main();
        CommandSpec spec = CommandSpec.wrapWithoutInspection(main).name("lens").mixinStandardHelpOptions(true)
                .versionProvider(new Version());
        main.spec = spec;
        spec.usageMessage().customSynopsis(SYNOPSIS).description("").footer(FOOTER);
        COMMANDS.forEach((name, command) -> spec.addSubcommand(name, new CommandLine(command.apply(stdio).spec())));
        CommandLine line = new CommandLine(spec);
        // `lens PROMPT` is `lens run PROMPT`: its help is the place to learn the options of both.
        CommandLine run = line.getSubcommands().get("run");
        Map<String, IHelpSectionRenderer> sections = line.getHelpSectionMap();
        sections.put(UsageMessageSpec.SECTION_KEY_PARAMETER_LIST, help -> run.getHelp().parameterList());
        sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, help -> run.getHelp().optionList());
        sections.remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST);
        sections.remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING);
        return line;
    }

    /// The command line with the option where `help` or `version` says the same.
    private static String[] withOptions(String[] args) {
        String first = args.length == 0 ? "" : args[0];
        if (first.equals("version")) {
            String[] all = args.clone();
            all[0] = "--version";
            return all;
        }
        if (first.equals("help") && args.length == 1) {
            return new String[] {"--help"};
        }
        return first.equals("help") && args.length == 2 && COMMANDS.containsKey(args[1])
                ? new String[] {args[1], "--help"}
                : args;
    }

    /// Whether it is a prompt and its options, without a command; nothing at all is a prompt that somebody pipes in.
    private static boolean isPrompt(String[] words, Stdio stdio) {
        return words.length == 0
                ? !stdio.typed().getAsBoolean()
                : !COMMANDS.containsKey(words[0]) && !OWN_OPTIONS.contains(words[0]);
    }

    private static String[] withRun(String[] words) {
        return Stream.concat(Stream.of("run"), Arrays.stream(words)).toArray(String[]::new);
    }

    /// `lens` without arguments.
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "expected a prompt, got nothing");
    }

    /// Of picocli's suggestions, the likeliest first, the one whose length is nearest: `--json` for `--jsn`, not `--jsonl`.
    private static String nearest(List<String> suggestions, String given) {
        return Collections.min(suggestions, Comparator.comparingInt(name -> Math.abs(name.length() - given.length())));
    }

    private static int wrongUsage(Stdio stdio, ParameterException e) {
        CommandLine command = e.getCommandLine();
        StringBuilder message = new StringBuilder(uncapitalized(e.getMessage()));
        List<String> likely = e instanceof UnmatchedArgumentException unmatched && unmatched.isUnknownOption()
                ? unmatched.getSuggestions()
                : List.of();
        if (!likely.isEmpty()) {
            message.append("; did you mean ").append(nearest(likely, ((UnmatchedArgumentException) e).getUnmatched().getFirst()))
                    .append('?');
        } else if (e instanceof UnmatchedArgumentException) {
            message.append("; a prompt that begins with '-' goes behind --");
        }
        report(stdio, message + " (see " + command.getCommandSpec().qualifiedName() + " --help)", e);
        return USAGE;
    }

    private static String uncapitalized(String message) {
        return message.isEmpty() ? message : Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    private static int failed(Stdio stdio, Throwable e) {
        switch (e) {
            case Stdio.OutputException output when output.readerGone() -> {
                return DONE;
            }
            // What the library or a command refuses says so in a sentence of its own.
            case CommandException _, Stdio.OutputException _, LensException _, IllegalArgumentException _,
                    IllegalStateException _ -> report(stdio, e.getMessage(), e);
            case ExceptionInInitializerError _ when e.getCause() != null && e.getCause().getMessage() != null ->
                report(stdio, e.getCause().getMessage(), e);
            case OutOfMemoryError _ -> report(stdio,
                    "not enough memory: " + e.getMessage() + " (LENS_JAVA_OPTS=-Xmx8g gives the lens more)", e);
            default -> report(stdio, "internal error, please report it: " + e
                    + (debug() ? "" : " (LENS_DEBUG=1 shows where)"), e);
        }
        return FAILED;
    }

    private static void report(Stdio stdio, String message) {
        stdio.err().println("lens: " + String.join(" ", Arrays.asList(message.strip().split("\\R\\s*"))));
    }

    private static void report(Stdio stdio, String message, Throwable e) {
        report(stdio, message);
        if (debug()) {
            e.printStackTrace(stdio.err());
        }
        stdio.err().flush();
    }

    private static boolean debug() {
        return !System.getenv().getOrDefault("LENS_DEBUG", "").isEmpty();
    }
}
