package io.github.logitlens;

import java.util.Objects;
import java.util.function.BooleanSupplier;

/// How many prompts of a [LensBatch] go together: as many as fit into budgets of rows and memory. No result depends on them, not by
/// a bit. Immutable: each method returns a changed copy.
///
/// ```java
/// BatchOptions.defaults().rows(128).memory(16L << 20)
/// ```
public final class BatchOptions {

    private static final BatchOptions DEFAULTS = new BatchOptions(512, 64L << 20, () -> true);

    private final int rows;
    private final long memory;
    private final BooleanSupplier ready;

    private BatchOptions(int rows, long memory, BooleanSupplier ready) {
        this.rows = rows;
        this.memory = memory;
        this.ready = ready;
    }

    /// 512 rows, 64 MiB.
    ///
    /// @return the default budgets
    public static BatchOptions defaults() {
        return DEFAULTS;
    }

    /// Changes how many tokens go through the layers in one pass. A longer prompt goes alone.
    ///
    /// @param rows at least 1
    /// @return changed options
    /// @throws IllegalArgumentException if it is below 1
    public BatchOptions rows(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("rows: expected at least 1, got " + rows);
        }
        return new BatchOptions(rows, memory, ready);
    }

    /// Changes how much memory residuals and activations may take before they are read. A prompt that needs more goes alone.
    ///
    /// @param bytes at least 1
    /// @return changed options
    /// @throws IllegalArgumentException if it is below 1
    public BatchOptions memory(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("memory: expected at least 1 byte, got " + bytes);
        }
        return new BatchOptions(rows, bytes, ready);
    }

    /// Changes whether prompts are waited for. By default a batch takes prompts until its budgets are full, which is right for a file
    /// and wrong for somebody who sends a prompt and waits for its result before sending the next.
    ///
    /// @param ready asked before each prompt but the first of a batch: false lets those that are there go without more
    /// @return changed options
    public BatchOptions whileReady(BooleanSupplier ready) {
        return new BatchOptions(rows, memory, Objects.requireNonNull(ready, "ready"));
    }

    /// How many tokens go through the layers in one pass.
    ///
    /// @return at least 1
    public int rows() {
        return rows;
    }

    /// How much memory residuals and activations may take.
    ///
    /// @return bytes, at least 1
    public long memory() {
        return memory;
    }

    boolean ready() {
        return ready.getAsBoolean();
    }
}
