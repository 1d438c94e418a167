package io.github.logitlens.bench.harness;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/// What is slow to open, shared by the benchmarks of one JVM: when the last of them gives it back, it stays open for the next,
/// until something else is asked for.
///
/// @param <K> says what to open
/// @param <V> what is opened
public final class Kept<K, V extends AutoCloseable> {

    private final Function<K, V> open;
    private final Map<K, Entry> entries = new HashMap<>();

    private final class Entry {
        final V value;
        int users;

        Entry(V value) {
            this.value = value;
        }
    }

    /// A share of an open thing.
    ///
    /// @param value    the thing
    /// @param giveBack what the end of this share does
    public record Share<V>(V value, Runnable giveBack) implements AutoCloseable {

        /// Gives it back.
        @Override
        public void close() {
            giveBack.run();
        }
    }

    /// @param open opens what a key says
    public Kept(Function<K, V> open) {
        this.open = open;
    }

    /// A share of what a key says, opened if it is not.
    public synchronized Share<V> take(K key) {
        if (!entries.containsKey(key)) {
            closeUnused();
            entries.put(key, new Entry(open.apply(key)));
        }
        Entry entry = entries.get(key);
        entry.users++;
        return new Share<>(entry.value, () -> giveBack(entry));
    }

    private synchronized void giveBack(Entry entry) {
        entry.users--;
    }

    private void closeUnused() {
        entries.values().removeIf(entry -> {
            if (entry.users == 0) {
                close(entry.value);
            }
            return entry.users == 0;
        });
    }

    private static void close(AutoCloseable value) {
        try {
            value.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("cannot close " + value, e);
        }
    }
}
