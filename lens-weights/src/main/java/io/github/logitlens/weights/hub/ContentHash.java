package io.github.logitlens.weights.hub;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a file's bytes have to hash to: SHA-256 for large files, Git's own hash of a blob for small ones.
///
/// @param algorithm as the platform calls it
/// @param prefix    hashed before the file's bytes, *not modified*
/// @param expected  lower-case hexadecimal
record ContentHash(String algorithm, byte[] prefix, String expected) {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");

    static ContentHash sha256(String expected) {
        return new ContentHash("SHA-256", new byte[0], expected);
    }

    static boolean isSha256(String text) {
        return SHA256.matcher(text).matches();
    }

    /// The hash that an entity tag of the hub is; other servers' tags are none. Git's needs the size.
    static Optional<ContentHash> ofEtag(String etag, long bytes) {
        if (isSha256(etag)) {
            return Optional.of(sha256(etag));
        }
        if (SHA1.matcher(etag).matches() && bytes >= 0) {
            return Optional.of(new ContentHash("SHA-1",
                    ("blob " + bytes + "\0").getBytes(StandardCharsets.US_ASCII), etag));
        }
        return Optional.empty();
    }

    /// A computation in progress.
    final class Running {

        private final MessageDigest digest;

        private Running() {
            try {
                digest = MessageDigest.getInstance(algorithm);
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every Java platform has " + algorithm, e);
            }
            restart();
        }

        void restart() {
            digest.reset();
            digest.update(prefix);
        }

        /// `bytes` is *not modified*, nor its position.
        void add(ByteBuffer bytes) {
            digest.update(bytes.duplicate());
        }

        String finish() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    Running start() {
        return new Running();
    }
}
