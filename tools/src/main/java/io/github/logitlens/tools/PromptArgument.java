package io.github.logitlens.tools;

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
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/// The text that a command is about: written out, in a file, or on standard input.
final class PromptArgument implements OptionGroup {

    /// A prompt is held in memory several times over; no model reads a thousandth of this.
    private static final int MAX_BYTES = 64 << 20;
    private static final String STDIN = "standard input";

    private final Argument<List<String>> words = Argument.texts(PositionalParamSpec.builder().paramLabel("PROMPT").arity("0..*")
            .hideParamSyntax(true)
            .description("The text. '-' reads it from standard input, @FILE from a file, both as UTF-8, less one line end at its "
                    + "end. What follows -- is the text as it stands."));

    private final Argument<Boolean> stdin = Argument.flag("--stdin", "Read the text from standard input, as '-' does.");

    private CommandSpec spec;

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        words.addTo(command);
        stdin.addTo(command);
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

    /// The text if it is written out on the command line, and not behind `--`, where nothing is meant but itself.
    ///
    /// @throws ParameterException if there is not exactly one text
    Optional<String> literal() {
        return isLiteral() && !behindDashes() ? Optional.of(words.get().getFirst()) : Optional.empty();
    }

    /// The text, read from where it is.
    ///
    /// @param stdio for standard input
    /// @return the text, less one line end at its end if it was not written out on the command line
    /// @throws ParameterException if there is not exactly one text
    /// @throws CommandException   if it cannot be read
    String read(Stdio stdio) {
        if (isLiteral()) {
            return words.get().getFirst();
        }
        try (InputStream bytes = source(stdio).bytes()) {
            String name = name();
            byte[] all = bytes.readNBytes(MAX_BYTES + 1);
            if (all.length > MAX_BYTES) {
                throw new CommandException(name + ": expected at most " + MAX_BYTES + " bytes, got more");
            }
            int length = all.length;
            if (length > 0 && all[length - 1] == '\n') {
                length -= length > 1 && all[length - 2] == '\r' ? 2 : 1;
            }
            return Source.decode(ByteBuffer.wrap(all, 0, length), name);
        } catch (IOException e) {
            throw unreadable(name(), e);
        }
    }

    /// The bytes behind `-`, `--stdin` or `@FILE`.
    ///
    /// @param stdio for standard input
    /// @return the bytes
    /// @throws ParameterException if the text is written out on the command line, or there is not exactly one
    /// @throws CommandException   if the file cannot be opened
    Source source(Stdio stdio) {
        if (isLiteral()) {
            throw new ParameterException(spec.commandLine(), "expected '-' or @FILE, got a text");
        }
        if (isStdin()) {
            return new Source(name(), new BufferedInputStream(new KeptOpen(stdio.in())));
        }
        try {
            Path path = Path.of(name());
            if (name().isEmpty()) {
                throw new ParameterException(spec.commandLine(), "expected a file's name behind @, got none");
            }
            if (Files.isDirectory(path)) {
                throw new CommandException(name() + ": expected a file, got a directory");
            }
            return new Source(name(), new BufferedInputStream(new FileInputStream(path.toFile())));
        } catch (IOException | InvalidPathException e) {
            throw unreadable(name(), e);
        }
    }

    private static CommandException unreadable(String name, Exception e) {
        String message = String.valueOf(e.getMessage());
        return new CommandException((message.startsWith(name) ? message : name + ": " + message)
                + (name.equals(STDIN) ? "" : "; a prompt that begins with '@' goes behind --"), e);
    }

    private String name() {
        return isStdin() ? STDIN : words.get().getFirst().substring(1);
    }

    private boolean isStdin() {
        return stdin.get() || words.get().getFirst().equals("-");
    }

    /// Whether the one text is the argument itself.
    private boolean isLiteral() {
        int given = words.get().size() + (stdin.get() ? 1 : 0);
        if (given == 0) {
            throw new ParameterException(spec.commandLine(), "expected a text, got none; '-' reads standard input");
        }
        if (given > 1) {
            throw new ParameterException(spec.commandLine(), stdin.get()
                    ? "expected one text, got --stdin and \"" + words.get().getFirst() + "\""
                    : "expected one text, got " + given + " words; put it in quotes: \"" + String.join(" ", words.get()) + "\"");
        }
        if (stdin.get()) {
            return false;
        }
        String text = words.get().getFirst();
        return behindDashes() || !text.equals("-") && !text.startsWith("@");
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
