package io.github.logitlens.weights.internal.bytes;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The SHA-256 of files, one after the other.
public final class ContentDigest {

    private static final int CHUNK = 1 << 20;

    private final MessageDigest digest;

    public ContentDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /// Adds a whole file; one that was changed since it was opened is refused.
    public void add(ByteSource source) {
        byte[] chunk = new byte[CHUNK];
        for (long done = 0; done < source.size(); ) {
            int length = (int) Math.min(chunk.length, source.size() - done);
            source.read(done, MemorySegment.ofArray(chunk).asSlice(0, length));
            digest.update(chunk, 0, length);
            done += length;
        }
        source.checkUnchanged();
    }

    /// 64 lower-case hexadecimal digits; called once.
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
