package io.github.logitlens.tools;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// How and where results are written.
final class OutputOptions implements OptionGroup {

    private final Format usual;

    private final Argument<String> format;

    private final Argument<Boolean> json = Argument.flag("--json", "Short for --format json.");

    private final Argument<String> output = Argument.text("--output", "FILE",
            "Write to FILE, all or nothing, instead of standard output.");

    private CommandSpec spec;

    /// For a command that writes a table or JSON.
    OutputOptions() {
        this(EnumSet.of(Format.TABLE, Format.JSON));
    }

    /// For a command that writes other formats.
    ///
    /// @param formats which, for the help
    OutputOptions(Set<Format> formats) {
        this(formats, Format.TABLE);
    }

    /// For a command that writes another format where none is asked for.
    ///
    /// @param formats which, for the help
    /// @param usual   that one
    OutputOptions(Set<Format> formats, Format usual) {
        this.usual = usual;
        format = Argument.text("--format", "FORMAT", names(formats) + ". Default: what the name of --output ends with, else " + usual + ".");
    }

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        for (Argument<?> option : List.of(format, json, output)) {
            option.addTo(command);
        }
    }

    /// The format asked for by option or by the file's ending.
    ///
    /// @param supported the formats of this command
    /// @param shortForm what a short form of this command's own, such as `--jsonl`, asks for
    /// @return one of them
    /// @throws ParameterException if there is no such format here, or two were asked for
    Format format(EnumSet<Format> supported, Optional<Format> shortForm) {
        Set<Format> asked = EnumSet.noneOf(Format.class);
        format.given().ifPresent(name -> asked.add(Format.named(name).filter(supported::contains)
                .orElseThrow(() -> wrong("--format: expected " + names(supported) + ", got \"" + name + "\""))));
        if (json.get()) {
            asked.add(Format.JSON);
        }
        shortForm.ifPresent(asked::add);
        if (asked.size() > 1) {
            throw wrong("expected one format, got " + asked.stream().map(Format::toString).collect(Collectors.joining(" and ")));
        }
        return asked.stream().findFirst()
                .or(() -> output.given().map(name -> Format.ofFile(name).filter(supported::contains).orElseThrow(() -> wrong(
                        "--output " + name + ": expected a name that ends with " + endings(supported) + ", or --format"))))
                .orElse(usual);
    }

    /// Table or JSON, for a command that writes nothing else.
    ///
    /// @return one of the two
    /// @throws ParameterException as by [#format]
    Format tableOrJson() {
        return format(EnumSet.of(Format.TABLE, Format.JSON), Optional.empty());
    }

    private static String names(Set<Format> formats) {
        return alternatives(formats.stream().map(Format::toString).toList());
    }

    private static String endings(Set<Format> formats) {
        return alternatives(formats.stream().map(Format::ending).flatMap(Optional::stream).toList());
    }

    private static String alternatives(List<String> names) {
        int last = names.size() - 1;
        return last == 0 ? names.getFirst() : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
    }

    /// Whether results go to standard output.
    ///
    /// @return whether no file was named
    boolean toStandardOutput() {
        return !output.isGiven();
    }

    /// The columns that a table has to fit into.
    ///
    /// @param stdio for what standard output is
    /// @return the terminal's width; empty where the result goes elsewhere
    OptionalInt tableWidth(Stdio stdio) {
        return stdio.terminal().tableWidth(toStandardOutput());
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /// Writes results to the file, or to standard output if none was named.
    ///
    /// The file appears complete or not at all: it is written under another name beside its own and then renamed. A link is
    /// followed; a device or a pipe is written to as it is.
    ///
    /// @param stdio for standard output
    /// @param body  the results
    /// @throws CommandException      if the file cannot be written
    /// @throws Stdio.OutputException if standard output cannot be written
    void write(Stdio stdio, Stdio.Body body) {
        writeBytes(stdio, Stdio.Bytes.of(body));
    }

    /// Writes results that are no text; see [#write(Stdio, Stdio.Body)].
    ///
    /// @param stdio for standard output
    /// @param body  the results
    void writeBytes(Stdio stdio, Stdio.Bytes body) {
        if (toStandardOutput()) {
            stdio.printBytes(body);
        } else {
            writeBytes(output.get(), body);
        }
    }

    /// The file's name.
    ///
    /// @return empty for standard output
    Optional<String> file() {
        return output.given();
    }

    /// Whether a format was asked for, by option.
    boolean isFormatGiven() {
        return format.isGiven() || json.get();
    }

    /// Writes a file, which appears complete or not at all; see [#write(Stdio, Stdio.Body)].
    ///
    /// @param name the file's
    /// @param body what is to be in it
    /// @throws CommandException if it cannot be written
    static void write(String name, Stdio.Body body) {
        writeBytes(name, Stdio.Bytes.of(body));
    }

    private static void writeBytes(String name, Stdio.Bytes body) {
        try {
            Path target = Path.of(name);
            target = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
            if (Files.isDirectory(target)) {
                throw new CommandException(name + ": expected a file, got a directory");
            }
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                try (OutputStream out = Files.newOutputStream(target, StandardOpenOption.WRITE)) {
                    body.write(out);
                }
            } else {
                replace(target, body);
            }
        } catch (IOException | InvalidPathException e) {
            throw unwritable(name, e);
        }
    }

    /// What to say of a file that cannot be written.
    static CommandException unwritable(String name, Exception e) {
        return new CommandException(
                name + ": cannot be written, " + (e instanceof FileSystemException file ? reason(file) : e.getMessage()), e);
    }

    /// Writes results in the one of two forms that was asked for; see [#write(Stdio, Stdio.Body)].
    ///
    /// @param stdio  for standard output
    /// @param format from [#tableOrJson]
    /// @param table  the results as a table
    /// @param json   the results as JSON
    void write(Stdio stdio, Format format, Stdio.Body table, Stdio.Body json) {
        write(stdio, format == Format.JSON ? json : table);
    }

    /// What is there already is replaced by what is on the disk, not by what is on its way there, and keeps its mode.
    private static void replace(Path target, Stdio.Bytes body) throws IOException {
        boolean exists = Files.exists(target);
        if (exists && !Files.isWritable(target)) {
            throw new AccessDeniedException(target.toString());
        }
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        // For the end by Ctrl-C, which no `finally` sees.
        temporary.toFile().deleteOnExit();
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
                body.write(out);
                out.flush();
                channel.force(true);
            }
            if (exists && Files.getFileStore(target).supportsFileAttributeView(PosixFileAttributeView.class)) {
                Files.setPosixFilePermissions(temporary, Files.getPosixFilePermissions(target));
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static String reason(FileSystemException e) {
        return e.getReason() != null
                ? e.getReason()
                : switch (e) {
                    case NoSuchFileException _ -> "there is no such directory";
                    case AccessDeniedException _ -> "permission denied";
                    default -> e.toString();
                };
    }
}
