package io.github.logitlens.spark;

import io.github.logitlens.LogitLens;
import io.github.logitlens.OpenOptions;
import io.github.logitlens.error.LensException;
import io.github.logitlens.model.Compute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkFiles;

/// The models that this JVM has open for its tasks: one, unless tasks of several jobs run at once. A model stays open between tasks and
/// jobs, until another one is wanted or the JVM ends.
final class SharedModel {

    /// A kill that is not asked for twice is waited for no longer.
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);

    private static final Map<Key, SharedModel> OPEN = new HashMap<>();
    private static boolean closesAtEnd;

    private final LogitLens lens;
    private int users;

    /// Which model, for how many threads a task.
    private record Key(String model, int threads) {
    }

    private SharedModel(LogitLens lens) {
        this.lens = lens;
    }

    /// A task's hold on a model.
    static final class Lease implements AutoCloseable {

        private final SharedModel model;
        private boolean closed;

        private Lease(SharedModel model) {
            this.model = model;
        }

        LogitLens lens() {
            return model.lens;
        }

        /// Lets go of it; it stays open.
        @Override
        public void close() {
            synchronized (SharedModel.class) {
                model.users -= closed ? 0 : 1;
                closed = true;
            }
        }
    }

    /// Takes hold of a model, and opens it if nobody has; the other tasks of this JVM wait meanwhile.
    ///
    /// @param threads that a task may take, the task's own included
    /// @throws ModelRefusedException if it cannot be opened
    static synchronized Lease lease(String model, int threads) {
        SharedModel shared = OPEN.get(new Key(model, threads));
        if (shared == null) {
            close(OPEN.entrySet().stream().filter(open -> open.getValue().users == 0).map(Map.Entry::getKey).toList());
            shared = new SharedModel(open(model, threads));
            OPEN.put(new Key(model, threads), shared);
            if (!closesAtEnd) {
                Runtime.getRuntime().addShutdownHook(new Thread(SharedModel::closeAll, "lens-close"));
                closesAtEnd = true;
            }
        }
        shared.users++;
        return new Lease(shared);
    }

    private static LogitLens open(String model, int threads) {
        try {
            return LogitLens.open(place(model), OpenOptions.defaults().compute(Compute.defaults().threads(threads)));
        } catch (LensException | IllegalStateException | IllegalArgumentException e) {
            throw new ModelRefusedException(e);
        }
    }

    /// Where a model is on this machine: what Spark has brought along under that name, else what the name says.
    static String place(String model) {
        if (Files.isDirectory(Path.of(model)) || Path.of(model).isAbsolute()) {
            return model;
        }
        Path brought = Path.of(SparkFiles.getRootDirectory()).resolve(model);
        return Files.isDirectory(brought) ? brought.toString() : model;
    }

    /// Frees all of them.
    static synchronized void closeAll() {
        close(List.copyOf(OPEN.keySet()));
    }

    private static void close(Collection<Key> keys) {
        keys.forEach(key -> OPEN.remove(key).lens.closeWithin(LAST_WAIT));
    }

    /// How many are open.
    static synchronized int count() {
        return OPEN.size();
    }
}
