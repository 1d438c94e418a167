package io.github.logitlens.weights.internal.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/// Bytes that are in memory already.
public final class MemorySource implements ByteSource {

    private final String name;
    private volatile MemorySegment bytes;
    private final long size;

    /// `bytes` is *owned from here on*.
    public MemorySource(String name, byte[] bytes) {
        this(name, MemorySegment.ofArray(bytes).asReadOnly());
    }

    /// `bytes` are read-only, and nobody else writes them.
    public MemorySource(String name, MemorySegment bytes) {
        this.name = name;
        this.bytes = bytes;
        this.size = bytes.byteSize();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isInMemory() {
        return true;
    }

    @Override
    public void read(long position, MemorySegment dst) {
        MemorySegment open = bytes;
        if (open == MemorySegment.NULL) {
            throw new IllegalStateException("closed: " + name);
        }
        Objects.checkFromIndexSize(position, dst.byteSize(), size);
        MemorySegment.copy(open, position, dst, 0, dst.byteSize());
    }

    @Override
    public void checkUnchanged() {
        // nobody else has the array
    }

    @Override
    public ByteSource reopen() {
        MemorySegment open = bytes;
        if (open == MemorySegment.NULL) {
            throw new IllegalStateException("closed: " + name);
        }
        return new MemorySource(name, open.toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public void close() {
        bytes = MemorySegment.NULL;
    }
}
