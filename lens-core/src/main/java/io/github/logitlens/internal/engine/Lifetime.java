package io.github.logitlens.internal.engine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/// Counts the uses of something, so that closing it refuses new ones, waits for running ones and frees once.
///
/// A use may contain others on the same thread; only the outermost one can be refused.
public final class Lifetime {

    private final String name;
    private final Runnable free;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile boolean closed;
    private boolean freed;

    /// @param name what is used, for messages
    /// @param free called once, after the last use has ended
    public Lifetime(String name, Runnable free) {
        this.name = name;
        this.free = free;
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
            if (closed && !inside) {
                freeIfUnused();
            }
        }
    }

    private IllegalStateException refused() {
        return new IllegalStateException(name + " is closed");
    }

    /// What a [#closeWithin] that gave up waiting for left to do.
    private void freeIfUnused() {
        if (lock.writeLock().tryLock()) {
            freeAndUnlock();
        }
    }

    private void freeAndUnlock() {
        try {
            if (!freed) {
                freed = true;
                free.run();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Refuses new uses, waits for the running ones, frees. A second call waits for the first and does nothing more.
    ///
    /// @throws IllegalStateException if called inside a use, which would wait for itself
    public void close() {
        refuse();
        lock.writeLock().lock();
        freeAndUnlock();
    }

    /// Refuses new uses, waits a while for the running ones, and frees. Where they take longer, the last of them frees.
    ///
    /// @param limit how long to wait; an interrupt ends the waiting, and is kept
    /// @return whether it is freed
    /// @throws IllegalStateException if called inside a use
    public boolean closeWithin(Duration limit) {
        refuse();
        try {
            if (!lock.writeLock().tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        freeAndUnlock();
        return true;
    }

    private void refuse() {
        if (lock.getReadHoldCount() > 0) {
            throw new IllegalStateException(name + ": close() inside one of its own runs would never end");
        }
        closed = true;
    }
}
