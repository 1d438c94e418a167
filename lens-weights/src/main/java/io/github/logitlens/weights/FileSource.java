package io.github.logitlens.weights;

import io.github.logitlens.weights.SafeTensorsException.Reason;
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

/// A regular file, read through a channel and never mapped: a mapping whose file is cut short kills the JVM.
///
/// [#checkUnchanged()] looks at the file again. One that was changed in place since it was opened is refused; one that
/// was replaced or deleted by name is read on, since the channel holds the old file.
final class FileSource implements ByteSource {

    /// Long enough for full speed, short enough for a heap buffer's temporary native twin.
    private static final long MAX_READ = 4 << 20;

    private final Path path;
    private final FileChannel channel;
    private final long size;
    private final FileTime modified;
    private final Object fileKey;

    private FileSource(Path path, FileChannel channel, BasicFileAttributes attributes) throws IOException {
        this.path = path;
        this.channel = channel;
        this.size = channel.size();
        this.modified = attributes.lastModifiedTime();
        this.fileKey = attributes.fileKey();
    }

    /// Opens a regular file; a pipe or a device is refused before it is opened, because opening could block.
    static FileSource open(Path path) {
        if (path.toString().isEmpty()) {
            throw new SafeTensorsException(Reason.NOT_A_REGULAR_FILE, "path: expected a file, got the empty path");
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                String got = attributes.isDirectory() ? "a directory" : "a pipe or device";
                throw new SafeTensorsException(Reason.NOT_A_REGULAR_FILE, path + ": expected a file, got " + got);
            }
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return new FileSource(path, channel, attributes);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            boolean danglingLink = Files.isSymbolicLink(path);
            throw new SafeTensorsException(Reason.NOT_FOUND,
                    path + (danglingLink ? ": a symbolic link to a file that is not there" : ": no such file"), e);
        } catch (AccessDeniedException e) {
            throw new SafeTensorsException(Reason.NO_PERMISSION, path + ": no permission to read", e);
        } catch (IOException e) {
            throw new SafeTensorsException(Reason.READ_FAILED, path + ": cannot be opened: " + describe(e), e);
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
                    if (channel.read(buffer, position + done + buffer.position()) < 0) {
                        throw changed("expected " + size + " bytes, got " + channel.size());
                    }
                }
                done += length;
            }
        } catch (ClosedByInterruptException e) {
            throw new SafeTensorsException(Reason.INTERRUPTED, path + ": interrupted while reading", e);
        } catch (ClosedChannelException e) {
            throw new IllegalStateException("closed: " + path, e);
        } catch (IOException e) {
            throw new SafeTensorsException(Reason.READ_FAILED, path + ": cannot be read: " + describe(e), e);
        }
    }

    @Override
    public void checkUnchanged() {
        try {
            long sizeNow = channel.size();
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
        } catch (ClosedChannelException e) {
            throw new IllegalStateException("closed: " + path, e);
        } catch (IOException e) {
            throw new SafeTensorsException(Reason.READ_FAILED, path + ": cannot be read: " + describe(e), e);
        }
    }

    @Override
    public ByteSource reopen() {
        FileSource again = open(path);
        if (again.size != size || !again.modified.equals(modified) || !Objects.equals(again.fileKey, fileKey)) {
            again.close();
            throw new SafeTensorsException(Reason.FILE_CHANGED, path + ": expected the file that was opened before, of " + size
                    + " bytes, modified " + modified + ", got one of " + again.size + " bytes, modified " + again.modified);
        }
        return again;
    }

    private SafeTensorsException changed(String how) {
        return new SafeTensorsException(Reason.FILE_CHANGED, path + ": changed while it was open: " + how);
    }

    /// The system's own words; where a `FileSystemException` has only the path for a message, what its type says.
    static String describe(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "no permission";
            case NoSuchFileException _ -> "no such file or directory";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new SafeTensorsException(Reason.READ_FAILED, path + ": cannot be closed: " + describe(e), e);
        }
    }
}
