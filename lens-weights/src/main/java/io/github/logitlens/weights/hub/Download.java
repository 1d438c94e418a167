package io.github.logitlens.weights.hub;

import io.github.logitlens.weights.hub.HubClient.Content;
import io.github.logitlens.weights.hub.HubClient.PassingException;
import io.github.logitlens.weights.hub.HubClient.Retries;
import io.github.logitlens.weights.hub.HubException.Reason;
import io.github.logitlens.weights.internal.bytes.FileSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/// One file on its way from the hub into a temporary file, and checked there. A connection that breaks is taken up where it
/// broke; a file that is wrong is not.
final class Download {

    /// So much has to arrive within the time limit for stalls, and so much more between two failures makes them forgiven.
    private static final int SLOWEST = 16 << 10;
    private static final int PROGRESS = 1 << 20;

    private final HubClient client;
    private final RepoId repo;
    private final RemoteFile file;
    private final Optional<ContentHash> expected;
    private final LongConsumer arrived;

    /// @param arrived is told how much of the file is there, each time more is
    Download(HubClient client, RepoId repo, RemoteFile file, Optional<ContentHash> expected, LongConsumer arrived) {
        this.client = client;
        this.repo = repo;
        this.file = file;
        this.expected = expected;
        this.arrived = arrived;
    }

    private String what() {
        return HubClient.what(repo, file.name());
    }

    /// Transfers the file. When this returns, it is complete, has the right hash and is on the disk.
    ///
    /// @param temporary an empty file
    /// @throws HubException if that is not possible; the file may then hold anything
    void into(Path temporary) {
        Optional<ContentHash.Running> hash = expected.map(ContentHash::start);
        try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            Retries retries = client.retries(what());
            long forgiven = 0;
            while (true) {
                try {
                    transfer(out, hash);
                    break;
                } catch (PassingException | IOException e) {
                    if (out.position() - forgiven >= PROGRESS) {
                        retries.restart();
                        forgiven = out.position();
                    }
                    retries.failed(e);
                }
            }
            out.force(true);
        } catch (IOException e) {
            throw diskFailure(temporary, e);
        } catch (InterruptedException e) {
            throw HubClient.interrupted(what(), e);
        }
        hash.ifPresent(running -> check(running.finish()));
    }

    /// One attempt, from where the last one ended.
    private void transfer(FileChannel out, Optional<ContentHash.Running> hash)
            throws PassingException, IOException, InterruptedException {
        long have = out.position();
        if (have > 0 && have == file.bytes()) {
            return;
        }
        Content content;
        try {
            content = client.get(repo, file, have);
        } catch (PassingException e) {
            if (e.outcome().reason() == Reason.BAD_RESPONSE) {
                restart(out, hash);
            }
            throw e;
        }
        try (HttpBody body = content.body()) {
            if (content.start() != have) {
                restart(out, hash);
            }
            receive(body, out, hash);
        }
        if (file.bytes() >= 0 && out.position() < file.bytes()) {
            throw new IOException("the connection ended after " + out.position() + " of " + file.bytes() + " bytes");
        }
    }

    private void restart(FileChannel out, Optional<ContentHash.Running> hash) {
        try {
            out.truncate(0);
            out.position(0);
        } catch (IOException e) {
            throw diskFailure(Path.of(file.name()), e);
        }
        hash.ifPresent(ContentHash.Running::restart);
        arrived.accept(0);
    }

    private void receive(HttpBody body, FileChannel out, Optional<ContentHash.Running> hash)
            throws IOException, InterruptedException {
        Duration limit = client.timing().stall();
        long deadline = System.nanoTime() + limit.toNanos();
        long sinceDeadline = 0;
        for (List<ByteBuffer> piece = body.next(limit); !piece.isEmpty(); ) {
            for (ByteBuffer bytes : piece) {
                sinceDeadline += bytes.remaining();
                if (file.bytes() >= 0 && bytes.remaining() > file.bytes() - out.position()) {
                    throw new HubException(Reason.WRONG_SIZE,
                            what() + ": expected " + file.bytes() + " bytes, got more");
                }
                hash.ifPresent(running -> running.add(bytes));
                write(bytes, out);
            }
            arrived.accept(out.position());
            if (sinceDeadline >= SLOWEST) {
                deadline = System.nanoTime() + limit.toNanos();
                sinceDeadline = 0;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new HttpBody.StalledException(limit);
            }
            piece = body.next(Duration.ofNanos(left));
        }
    }

    private void write(ByteBuffer bytes, FileChannel out) {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw diskFailure(Path.of(file.name()), e);
        }
    }

    private HubException diskFailure(Path path, IOException e) {
        return new HubException(Reason.DISK_FULL, what() + ": expected a disk with room for it, got '"
                + FileSource.describe(e) + "' while writing " + path, e);
    }

    private void check(String actual) {
        String hash = expected.orElseThrow().expected();
        if (!actual.equals(hash)) {
            throw new HubException(Reason.WRONG_CONTENT, what() + ": expected a file of "
                    + expected.orElseThrow().algorithm() + " " + hash + ", got " + actual + "; nothing was kept");
        }
    }
}
