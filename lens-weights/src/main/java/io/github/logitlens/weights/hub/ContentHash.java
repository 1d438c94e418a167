package io.github.logitlens.weights.hub;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a file's bytes have to hash to: SHA-256 for large files; for small ones SHA-1, as Git hashes a blob, which is
/// what the hub does, or of the bytes alone, as some mirrors do. Forty digits do not tell which of the two.
///
/// @param algorithm as the platform calls it
/// @param prefixes  hashed before the file's bytes, each *not modified*: one of them has to lead to what is expected
/// @param expected  lower-case hexadecimal
record ContentHash(String algorithm, List<byte[]> prefixes, String expected) {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
    private static final byte[] NOTHING = {};

    static ContentHash sha256(String expected) {
        return new ContentHash("SHA-256", List.of(NOTHING), expected);
    }

    static boolean isSha256(String text) {
        return SHA256.matcher(text).matches();
    }

    /// Whether an entity tag is a hash, so that one file has it only.
    static boolean isHash(String etag) {
        return isSha256(etag) || SHA1.matcher(etag).matches();
    }

    /// The hash that an entity tag is; other servers' tags are none. Git's needs the size.
    static Optional<ContentHash> ofEtag(String etag, long bytes) {
        if (isSha256(etag)) {
            return Optional.of(sha256(etag));
        }
        if (SHA1.matcher(etag).matches() && bytes >= 0) {
            byte[] git = ("blob " + bytes + "\0").getBytes(StandardCharsets.US_ASCII);
            return Optional.of(new ContentHash("SHA-1", List.of(git, NOTHING), etag));
        }
        return Optional.empty();
    }

    /// A computation in progress.
    final class Running {

        private final List<MessageDigest> digests = new ArrayList<>();

        private Running() {
            for (int i = 0; i < prefixes.size(); i++) {
                try {
                    digests.add(MessageDigest.getInstance(algorithm));
                } catch (NoSuchAlgorithmException e) {
                    throw new AssertionError("every Java platform has " + algorithm, e);
                }
            }
            restart();
        }

        void restart() {
            for (int i = 0; i < digests.size(); i++) {
                digests.get(i).reset();
                digests.get(i).update(prefixes.get(i));
            }
        }

        /// `bytes` is *not modified*, nor its position.
        void add(ByteBuffer bytes) {
            for (MessageDigest digest : digests) {
                digest.update(bytes.duplicate());
            }
        }

        /// The hash of what was added: the expected one if any is it, else the first.
        String finish() {
            List<String> actual = digests.stream().map(digest -> HexFormat.of().formatHex(digest.digest())).toList();
            return actual.contains(expected) ? expected : actual.getFirst();
        }
    }

    Running start() {
        return new Running();
    }
}
