package io.github.logitlens.spark;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.sql.Row;

/// Rows of readings, of texts that are taken as they are needed and end in their order.
abstract class Readings implements Iterator<Row>, AutoCloseable {

    private final Iterator<Row> texts;
    /// Taken, and not at their end.
    private final Deque<Row> taken = new ArrayDeque<>();
    private Row next;

    Readings(Iterator<Row> texts) {
        this.texts = texts;
    }

    /// The texts, for who reads them.
    final Iterator<Row> take() {
        return new Iterator<>() {

            @Override
            public boolean hasNext() {
                return texts.hasNext();
            }

            @Override
            public Row next() {
                Row text = texts.next();
                taken.add(text);
                return text;
            }
        };
    }

    /// The text whose rows come.
    final Row current() {
        return taken.getFirst();
    }

    /// The text whose last row this was.
    final Row ended() {
        return taken.removeFirst();
    }

    /// The next row; none if a text has only ended.
    abstract Optional<Row> read();

    /// Whether there is anything more to [#read].
    abstract boolean isMore();

    /// Why a text cannot run.
    static String message(Row text, String message) {
        return text.isNullAt(TextReader.TEXT) ? "text: expected one, got null" : message;
    }

    @Override
    public final boolean hasNext() {
        while (next == null && isMore()) {
            next = read().orElse(null);
        }
        return next != null;
    }

    @Override
    public final Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Row row = next;
        next = null;
        return row;
    }

    @Override
    public abstract void close();
}
