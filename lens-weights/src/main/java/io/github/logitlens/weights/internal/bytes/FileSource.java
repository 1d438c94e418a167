package io.github.logitlens.weights.internal.bytes;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Optional;

/// A regular file, read through a channel and never mapped: a mapping whose file is cut short kills the JVM.
///
/// [#checkUnchanged()] looks at the file again. One that was changed in place since it was opened is refused; one that
/// was replaced or deleted by name is read on, since the channel holds the old file.
public final class FileSource implements ByteSource {

    /// Long enough for full speed, short enough for a heap buffer's temporary native twin.
    private static final long MAX_READ = 4 << 20;

    /// What can be wrong with a file.
    public enum Fault { NOT_FOUND, NOT_A_REGULAR_FILE, NO_PERMISSION, READ_FAILED, CHANGED, INTERRUPTED }

    /// Makes the exceptions: what a fault means is known to whoever opens the file.
    @FunctionalInterface
    public interface Failures {
        RuntimeException of(Fault fault, String message, Optional<IOException> cause);
    }

    private final Path path;
    private final Failures failures;
    /// Closed by the interrupt of a thread that reads; the next read opens it again. Written under `this`.
    private volatile FileChannel channel;
    private volatile boolean closed;
    private final long size;
    private final FileTime modified;
    private final Object fileKey;

    private FileSource(Path path, Failures failures, FileChannel channel, BasicFileAttributes attributes)
            throws IOException {
        this.path = path;
        this.failures = failures;
        this.channel = channel;
        this.size = channel.size();
        this.modified = attributes.lastModifiedTime();
        this.fileKey = attributes.fileKey();
    }

    /// Opens a regular file; a pipe or a device is refused before it is opened, because opening could block.
    public static FileSource open(Path path, Failures failures) {
        if (path.toString().isEmpty()) {
            throw failures.of(Fault.NOT_A_REGULAR_FILE, "path: expected a file, got the empty path", Optional.empty());
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                String got = attributes.isDirectory() ? "a directory" : "a pipe or device";
                throw failures.of(Fault.NOT_A_REGULAR_FILE, path + ": expected a file, got " + got, Optional.empty());
            }
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return new FileSource(path, failures, channel, attributes);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            boolean danglingLink = Files.isSymbolicLink(path);
            throw failures.of(Fault.NOT_FOUND,
                    path + (danglingLink ? ": a symbolic link to a file that is not there" : ": no such file"),
                    Optional.of(e));
        } catch (AccessDeniedException e) {
            throw failures.of(Fault.NO_PERMISSION, path + ": no permission to read", Optional.of(e));
        } catch (ClosedByInterruptException e) {
            throw failures.of(Fault.INTERRUPTED, path + ": interrupted while it was opened", Optional.of(e));
        } catch (IOException e) {
            throw failures.of(Fault.READ_FAILED, path + ": cannot be opened: " + describe(e), Optional.of(e));
        }
    }

    /// The whole content of a small regular file; one of more than `maxBytes` is a fault of reading.
    public static byte[] content(Path path, long maxBytes, Failures failures) {
        try (FileSource source = open(path, failures)) {
            if (source.size > maxBytes) {
                throw failures.of(Fault.READ_FAILED,
                        path + ": expected at most " + maxBytes + " bytes, got " + source.size, Optional.empty());
            }
            byte[] content = new byte[(int) source.size];
            source.read(0, MemorySegment.ofArray(content));
            source.checkUnchanged();
            return content;
        }
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isInMemory() {
        return false;
    }

    @Override
    public void read(long position, MemorySegment dst) {
        Objects.checkFromIndexSize(position, dst.byteSize(), size);
        try {
            for (long done = 0; done < dst.byteSize(); ) {
                long length = Math.min(MAX_READ, dst.byteSize() - done);
                ByteBuffer buffer = dst.asSlice(done, length).asByteBuffer();
                while (buffer.hasRemaining()) {
                    read(position + done, buffer);
                }
                done += length;
            }
        } catch (ClosedByInterruptException e) {
            throw failures.of(Fault.INTERRUPTED, path + ": interrupted while reading", Optional.of(e));
        } catch (IOException e) {
            throw failures.of(Fault.READ_FAILED, path + ": cannot be read: " + describe(e), Optional.of(e));
        }
    }

    /// Reads some bytes. Java closes a channel whose reader is interrupted, for all its readers; those that were not interrupted
    /// read on through a new one.
    ///
    /// @param start where the buffer's first byte stands in the file
    private void read(long start, ByteBuffer buffer) throws IOException {
        FileChannel now = channel;
        try {
            if (now.read(buffer, start + buffer.position()) < 0) {
                throw changed("expected " + size + " bytes, got " + now.size());
            }
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (ClosedChannelException e) {
            openAgain(now, e);
        }
    }

    private synchronized void openAgain(FileChannel old, ClosedChannelException cause) {
        if (closed) {
            throw new IllegalStateException("closed: " + path, cause);
        }
        if (channel == old) {
            channel = reopen().channel;
        }
    }

    @Override
    public void checkUnchanged() {
        try {
            long sizeNow = sizeNow();
            if (sizeNow != size) {
                throw changed("expected " + size + " bytes, got " + sizeNow);
            }
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            boolean sameFile = fileKey != null && fileKey.equals(now.fileKey());
            if (sameFile && !now.lastModifiedTime().equals(modified)) {
                throw changed("expected modification time " + modified + ", got " + now.lastModifiedTime());
            }
        } catch (NoSuchFileException e) {
            return; // deleted by name: the open channel still reads the whole old file
        } catch (IOException e) {
            throw failures.of(Fault.READ_FAILED, path + ": cannot be read: " + describe(e), Optional.of(e));
        }
    }

    private long sizeNow() throws IOException {
        while (true) {
            FileChannel now = channel;
            try {
                return now.size();
            } catch (ClosedChannelException e) {
                openAgain(now, e);
            }
        }
    }

    @Override
    public FileSource reopen() {
        FileSource again = open(path, failures);
        if (again.size != size || !again.modified.equals(modified) || !Objects.equals(again.fileKey, fileKey)) {
            again.close();
            throw failures.of(Fault.CHANGED, path + ": expected the file that was opened before, of " + size
                    + " bytes, modified " + modified + ", got one of " + again.size + " bytes, modified "
                    + again.modified, Optional.empty());
        }
        return again;
    }

    private RuntimeException changed(String how) {
        return failures.of(Fault.CHANGED, path + ": changed while it was open: " + how, Optional.empty());
    }

    /// The system's own words; where a `FileSystemException` has only the path for a message, what its type says.
    public static String describe(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "no permission";
            case NoSuchFileException _ -> "no such file or directory";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw failures.of(Fault.READ_FAILED, path + ": cannot be closed: " + describe(e), Optional.of(e));
        }
    }
}
