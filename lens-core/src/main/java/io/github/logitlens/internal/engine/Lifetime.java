package io.github.logitlens.internal.engine;

import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// Counts the uses of something, so that closing it refuses new ones, waits for running ones and frees once.
///
/// A use may contain others on the same thread; only the outermost one can be refused.
public final class Lifetime {

    private final String name;
    private final Arena memory;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile boolean closed;
    private boolean freed;

    /// @param name what is used, for messages
    /// @param memory closed once, after the last use has ended
    public Lifetime(String name, Arena memory) {
        this.name = name;
        this.memory = memory;
    }

    /// Runs a use.
    ///
    /// @return what the use returns
    /// @throws IllegalStateException if already closed
    public <T> T during(Supplier<T> use) {
        // tryLock, unlike lock, does not queue behind a close() that waits: it fails only once that has the lock
        boolean inside = lock.getReadHoldCount() > 0;
        if (closed && !inside || !lock.readLock().tryLock()) {
            throw refused();
        }
        try {
            if (closed && !inside) {
                throw refused();
            }
            return use.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    private IllegalStateException refused() {
        return new IllegalStateException(name + " is closed");
    }

    /// Refuses new uses, waits for the running ones, frees. A second call waits for the first and does nothing more.
    ///
    /// @throws IllegalStateException if called inside a use, which would wait for itself
    public void close() {
        if (lock.getReadHoldCount() > 0) {
            throw new IllegalStateException(name + ": close() inside one of its own runs would never end");
        }
        closed = true;
        lock.writeLock().lock();
        try {
            if (!freed) {
                freed = true;
                memory.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
