package io.github.logitlens.bench.task;

import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.Engines;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.RandomModel;
import io.github.logitlens.internal.engine.Engine;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;

/// From a checkpoint on disk, which the system has in its cache, to a model in memory; and beside it the least that
/// this could take: reading the file once into fresh memory with the same threads.
public class Open extends WholeTask {

    private static final int CHUNK_BYTES = 8 << 20;

    private Path directory;
    private Engine engine;

    public static Work work(UnaryOperator<String> params) {
        return new Work.Counted(4.0 * ModelSize.of(params.apply("model")).config().parameterCount() / 1e9, "GB");
    }

    @Setup(Level.Trial)
    public void setUp() {
        engine = Engines.of("vector", threads);
        directory = RandomModel.directory(size());
        Agreement.requireEqual("parameters", size().config().parameterCount(), model());
        Agreement.requireEqual("reads the header too", true, file() > 4 * model());
    }

    @Benchmark
    public long model() {
        try (Checkpoint checkpoint = Checkpoint.open(directory); Gpt2Model opened = Gpt2Model.load(checkpoint, Engines.compute("vector", threads))) {
            return opened.config().parameterCount();
        }
    }

    @Benchmark
    public long file() {
        try (FileChannel channel = FileChannel.open(directory.resolve("model.safetensors"));
                Arena arena = Arena.ofShared()) {
            long size = channel.size();
            int chunks = (int) ((size + CHUNK_BYTES - 1) / CHUNK_BYTES);
            engine.workers().run(chunks, chunk -> read(channel, arena, (long) chunk * CHUNK_BYTES, size));
            return size;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(FileChannel channel, Arena arena, long position, long size) {
        MemorySegment fresh = arena.allocate(Math.min(CHUNK_BYTES, size - position), 64);
        ByteBuffer buffer = fresh.asByteBuffer();
        try {
            while (buffer.hasRemaining()) {
                channel.read(buffer, position + buffer.position());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
