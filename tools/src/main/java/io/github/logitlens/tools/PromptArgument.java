package io.github.logitlens.tools;

import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.SpecialTokens;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/// What a command is about: a text, written out, in a file, or on standard input, or token ids.
final class PromptArgument implements OptionGroup {

    /// A prompt is held in memory several times over; no model reads a thousandth of this.
    private static final int MAX_BYTES = 64 << 20;
    private static final String STDIN = "standard input";

    private final Argument<List<String>> words = Argument.texts(PositionalParamSpec.builder().paramLabel("PROMPT").arity("0..*")
            .hideParamSyntax(true)
            .description("The text. '-' reads it from standard input, as does no text at all where something is piped in, @FILE from "
                    + "a file, both as UTF-8, less one line end at its end. What follows -- is the text as it stands."));

    private final Argument<Boolean> stdin = Argument.flag("--stdin", "Read the text from standard input, as '-' does.");

    private final Argument<String> ids = Argument.text("--ids", "ID,...", "Token ids instead of a text.");

    private final SpecialTokensOption special = new SpecialTokensOption();

    private CommandSpec spec;

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        for (OptionGroup argument : List.of(words, stdin, ids, special)) {
            argument.addTo(command);
        }
    }

    /// Bytes from outside, and what messages call them.
    ///
    /// @param name  a file's path, or `standard input`
    /// @param bytes closed by whoever asked for them
    record Source(String name, InputStream bytes) {

        /// The text of strict UTF-8.
        ///
        /// @param utf8 the bytes
        /// @param where what the message calls them
        /// @return the text
        /// @throws CommandException if the bytes are not UTF-8
        static String decode(ByteBuffer utf8, String where) {
            try {
                return StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(utf8).toString();
            } catch (CharacterCodingException e) {
                throw new CommandException(
                        where + ": expected UTF-8, got a byte that does not belong there at offset " + utf8.position(), e);
            }
        }
    }

    /// Where the text is.
    private enum Place { COMMAND_LINE, FILE, STDIN }

    /// The text if it is written out on the command line, and not behind `--`, where nothing is meant but itself.
    ///
    /// @param stdio for standard input
    /// @throws ParameterException if there is not exactly one text
    Optional<String> literal(Stdio stdio) {
        return !ids.isGiven() && place(stdio) == Place.COMMAND_LINE && !behindDashes()
                ? Optional.of(words.get().getFirst())
                : Optional.empty();
    }

    /// What a special token's text means.
    SpecialTokens specialTokens() {
        return special.get();
    }

    /// The text or ids, read from where they are.
    ///
    /// @param stdio for standard input
    /// @return a text less one line end at its end if it was not written out on the command line, or ids
    /// @throws ParameterException if there is not exactly one prompt
    /// @throws CommandException   if it cannot be read
    Prompt read(Stdio stdio) {
        return ids.isGiven() ? new Prompt.Ids(parsedIds()) : new Prompt.Text(text(stdio), specialTokens());
    }

    /// The text, read from where it is.
    ///
    /// @param stdio for standard input
    /// @return the text, less one line end at its end if it was not written out on the command line
    /// @throws ParameterException if there is not exactly one text
    /// @throws CommandException   if it cannot be read
    String text(Stdio stdio) {
        if (ids.isGiven()) {
            throw wrong("--ids: expected a text here");
        }
        if (place(stdio) == Place.COMMAND_LINE) {
            return words.get().getFirst();
        }
        String text = textOf(source(stdio));
        if (text.isEmpty() && given() == 0) {
            throw none();
        }
        return text;
    }

    /// All of a source, less one line end at its end.
    ///
    /// @param source read and closed
    /// @return the text
    /// @throws CommandException if it cannot be read
    static String textOf(Source source) {
        try (InputStream bytes = source.bytes()) {
            byte[] all = bytes.readNBytes(MAX_BYTES + 1);
            if (all.length > MAX_BYTES) {
                throw new CommandException(source.name() + ": expected at most " + MAX_BYTES + " bytes, got more");
            }
            int length = all.length;
            if (length > 0 && all[length - 1] == '\n') {
                length -= length > 1 && all[length - 2] == '\r' ? 2 : 1;
            }
            return Source.decode(ByteBuffer.wrap(all, 0, length), source.name());
        } catch (IOException e) {
            throw unreadable(source.name(), e);
        }
    }

    private int[] parsedIds() {
        if (given() > 0) {
            throw wrong("expected a text or --ids, got both");
        }
        if (special.isGiven()) {
            throw wrong("--special: expected a text with it, got --ids");
        }
        return parsedIds(ids.get(), spec);
    }

    /// Token ids as the command line has them.
    ///
    /// @param text such as `464,3139`
    /// @param spec the command, for messages
    /// @return owned by the caller
    /// @throws ParameterException if the text has another form
    static int[] parsedIds(String text, CommandSpec spec) {
        try {
            return Arrays.stream(text.split(",", -1)).mapToInt(id -> Integer.parseInt(id.strip())).toArray();
        } catch (NumberFormatException e) {
            throw new ParameterException(spec.commandLine(),
                    "--ids: expected token ids separated by commas, got \"" + text + "\"", e);
        }
    }

    /// Says on standard error what the prompt's writer may not expect.
    ///
    /// @param prompt    from [#read]
    /// @param tokenizer the model's
    /// @param stdio     where it is said
    static void note(Prompt prompt, Gpt2Tokenizer tokenizer, Stdio stdio) {
        prompt.note(tokenizer).ifPresent(note -> stdio.err().println("lens: " + note));
    }

    /// The bytes behind `-`, `--stdin`, a pipe or `@FILE`.
    ///
    /// @param stdio for standard input
    /// @return the bytes
    /// @throws ParameterException if the text is written out on the command line, or there is not exactly one
    /// @throws CommandException   if the file cannot be opened
    Source source(Stdio stdio) {
        if (ids.isGiven()) {
            throw wrong("--ids: expected '-' or @FILE here");
        }
        return switch (place(stdio)) {
            case COMMAND_LINE -> throw wrong("expected '-' or @FILE, got a text");
            case STDIN -> new Source(STDIN, new BufferedInputStream(new KeptOpen(stdio.in())));
            case FILE -> {
                if (words.get().getFirst().length() == 1) {
                    throw wrong("expected a file's name behind @, got none");
                }
                yield file(words.get().getFirst().substring(1));
            }
        };
    }

    /// The bytes of a file.
    ///
    /// @param name its path
    /// @return the bytes
    /// @throws CommandException if it cannot be opened
    static Source file(String name) {
        try {
            Path path = Path.of(name);
            if (Files.isDirectory(path)) {
                throw new CommandException(name + ": expected a file, got a directory");
            }
            return new Source(name, new BufferedInputStream(new FileInputStream(path.toFile())));
        } catch (IOException | InvalidPathException e) {
            throw unreadable(name, e);
        }
    }

    private static CommandException unreadable(String name, Exception e) {
        String message = String.valueOf(e.getMessage());
        return new CommandException((message.startsWith(name) ? message : name + ": " + message)
                + (name.equals(STDIN) ? "" : "; a prompt that begins with '@' goes behind --"), e);
    }

    private int given() {
        return words.get().size() + (stdin.get() ? 1 : 0);
    }

    /// Where the one text is.
    private Place place(Stdio stdio) {
        int given = given();
        if (given == 0 && stdio.typed().getAsBoolean()) {
            throw none();
        }
        if (given > 1) {
            throw wrong(stdin.get()
                    ? "expected one text, got --stdin and \"" + words.get().getFirst() + "\""
                    : "expected one text, got " + given + " words; put it in quotes: \"" + String.join(" ", words.get()) + "\"");
        }
        if (given == 0 || stdin.get()) {
            return Place.STDIN;
        }
        String text = words.get().getFirst();
        return behindDashes() ? Place.COMMAND_LINE
                : text.equals("-") ? Place.STDIN
                : text.startsWith("@") ? Place.FILE
                : Place.COMMAND_LINE;
    }

    private ParameterException none() {
        return wrong("expected a text, got none; '-' reads standard input");
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private boolean behindDashes() {
        List<String> args = spec.commandLine().getParseResult().originalArgs();
        return args.size() >= 2 && args.get(args.size() - 2).equals("--");
    }

    /// Standard input is not ours to close.
    private static final class KeptOpen extends FilterInputStream {

        KeptOpen(InputStream in) {
            super(in);
        }

        @Override
        public void close() {
            // left open for whoever owns it
        }
    }
}
