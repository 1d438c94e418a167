package io.github.logitlens.tools.explore;

import io.github.logitlens.LogitLens;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A model being opened by a thread of its own, which goes on when the page that asked for it has gone: it will be wanted.
final class Opening {

    static final int PER_CENT = 100;

    private final String name;
    private final CompletableFuture<LogitLens> lens = new CompletableFuture<>();
    private volatile int perCent;

    private Opening(String name) {
        this.name = name;
    }

    /// Begins to open a model.
    ///
    /// @param before what is freed first, so that its place in memory is there for this one
    static Opening start(String name, Optional<Opening> before) {
        Opening opening = new Opening(name);
        Thread.ofVirtual().name("lens-open").start(() -> {
            try {
                before.ifPresent(Opening::free);
                opening.lens.complete(LogitLens.open(name, opening::loaded));
            } catch (RuntimeException | Error e) {
                opening.lens.completeExceptionally(e);
            }
        });
        return opening;
    }

    private void loaded(double done) {
        perCent = Math.max(perCent, (int) (PER_CENT * done));
    }

    String name() {
        return name;
    }

    /// How much of it is loaded.
    int perCent() {
        return perCent;
    }

    boolean isOpen() {
        return lens.isDone() && !lens.isCompletedExceptionally();
    }

    boolean hasFailed() {
        return lens.isCompletedExceptionally();
    }

    /// Waits for the end, but not for long.
    ///
    /// @return whether it has come
    boolean await(long millis) {
        try {
            lens.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the explorer is closed", e);
        }
    }

    /// The model, once it is there; what its opening threw is thrown here.
    LogitLens lens() {
        try {
            return lens.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw e;
            }
        }
    }

    /// Waits for the end and frees the model.
    void free() {
        while (!await(Long.MAX_VALUE)) {
            Thread.onSpinWait();
        }
        if (isOpen()) {
            lens.join().close();
        }
    }
}
