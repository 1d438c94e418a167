package io.github.logitlens.internal.layer;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Counts the runs that use something, so that closing it refuses new ones, waits for running ones and frees once.
public final class Lifetime {

    private final String name;
    private final Runnable free;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private int users;
    private boolean closed;
    private boolean freed;

    /// @param name what is used, for messages
    /// @param free called once, after the last user is gone
    public Lifetime(String name, Runnable free) {
        this.name = name;
        this.free = free;
    }

    /// Runs a use.
    ///
    /// @return what the use returns
    /// @throws IllegalStateException if already closed
    public <T> T during(Supplier<T> use) {
        begin();
        try {
            return use.get();
        } finally {
            end();
        }
    }

    private void begin() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException(name + " is closed");
            }
            users++;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            if (--users == 0) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Refuses new uses, waits for the running ones, frees. A second call waits for the first and does nothing more.
    public void close() {
        lock.lock();
        try {
            closed = true;
            while (users > 0) {
                idle.awaitUninterruptibly();
            }
            if (!freed) {
                freed = true;
                free.run();
            }
        } finally {
            lock.unlock();
        }
    }
}
