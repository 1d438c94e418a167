package io.github.logitlens.tools.corpus;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/// A file that grows for hours: under another name until it is complete, with a note beside it of how far it is, so that a run that
/// was killed can be gone on with.
///
/// At any moment the note tells of rows that are on the disk; what stands behind them is cut off by the run that goes on.
final class CorpusOutput implements AutoCloseable {

    /// The note is written when fifty times as much time has passed as the last one took, but between these.
    private static final long SHARE = 50;
    private static final long INTERVAL_NANOS = 200_000_000;
    private static final long LONGEST_NANOS = 10_000_000_000L;

    private final Path file;
    private final Path part;
    private final Path note;
    private final FileChannel channel;
    private final Writer writer;
    private long due;

    private CorpusOutput(Path file, long keep) throws IOException {
        this.file = file;
        part = part(file);
        note = note(file);
        channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(keep);
        channel.position(keep);
        OutputStream bytes = Channels.newOutputStream(channel);
        writer = new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), 1 << 16);
        due = System.nanoTime() + INTERVAL_NANOS;
    }

    private static Path part(Path file) {
        return file.resolveSibling(file.getFileName() + ".part");
    }

    private static Path note(Path file) {
        return file.resolveSibling(file.getFileName() + ".part.json");
    }

    /// Begins the file anew.
    static CorpusOutput begin(Path file) throws IOException {
        Files.deleteIfExists(note(file));
        return new CorpusOutput(file, 0);
    }

    /// What an earlier run left, if it did not come to its end.
    ///
    /// @return empty where nothing can be gone on with
    /// @throws IllegalArgumentException if it belongs to a run over other files or with other options
    static Optional<CorpusState> left(Path file, List<String> run) throws IOException {
        if (!Files.exists(note(file)) || !Files.exists(part(file))) {
            return Optional.empty();
        }
        CorpusState state = CorpusState.read(note(file));
        for (int i = 0; i < Math.max(run.size(), state.run().size()); i++) {
            String now = i < run.size() ? run.get(i) : "nothing";
            String then = i < state.run().size() ? state.run().get(i) : "nothing";
            if (!now.equals(then)) {
                throw new IllegalArgumentException(note(file) + ": expected the run that it began with, " + then + ", got " + now);
            }
        }
        return Optional.of(state);
    }

    /// Whether an earlier run has finished the file; it may have been killed before it took its note away.
    static boolean isFinished(Path file) throws IOException {
        boolean finished = Files.exists(file) && !Files.exists(part(file));
        if (finished) {
            Files.deleteIfExists(note(file));
        }
        return finished;
    }

    /// Goes on with what is left.
    static CorpusOutput resume(Path file, CorpusState state) throws IOException {
        return new CorpusOutput(file, state.written());
    }

    Writer writer() {
        return writer;
    }

    /// Whether it is time for a note.
    boolean isDue() {
        return System.nanoTime() - due > 0;
    }

    /// How many bytes are written, all of them on the disk.
    long flush() throws IOException {
        writer.flush();
        channel.force(false);
        return channel.position();
    }

    /// Writes the note.
    void note(CorpusState state, long began) throws IOException {
        state.write(note);
        long now = System.nanoTime();
        due = now + Math.clamp(SHARE * (now - began), INTERVAL_NANOS, LONGEST_NANOS);
    }

    /// Gives the complete file its name, and takes the note away.
    void finish() throws IOException {
        flush();
        channel.close();
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(note);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
