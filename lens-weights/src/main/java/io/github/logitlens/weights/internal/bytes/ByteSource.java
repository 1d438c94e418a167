package io.github.logitlens.weights.internal.bytes;

import java.lang.foreign.MemorySegment;

/// The bytes of one file, wherever they are. Reads are positional: any number of threads may read at once.
public interface ByteSource extends AutoCloseable {

    /// What messages call it: the path as it was given.
    String name();

    long size();

    /// Whether reading is copying from memory, to which it makes no difference where `dst` is.
    boolean isInMemory();

    /// Fills `dst` (native, or over a `byte[]`) with the bytes from `position` on, or throws; nothing is read beyond
    /// [#size()].
    void read(long position, MemorySegment dst);

    /// Throws if the bytes are no longer those that were there when the source was opened; called after reading.
    void checkUnchanged();

    /// The same bytes once more, whether or not this source is closed; the caller closes what it gets. Throws if
    /// they are there no longer, or no longer the same.
    ByteSource reopen();

    /// Idempotent; a read after it, or under way, is an `IllegalStateException`.
    @Override
    void close();
}
