package io.github.logitlens.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/// GPT-2's own tokenizer among the library's resources.
final class BundledFiles {
    /// The merges as pairs of ids, all that `vocab.json` and `merges.txt` say in a form that is quick to read; made of them
    /// by `src/main/scripts/merge_pairs.py`.
    private static final String MERGE_PAIRS = "merges.pairs";

    private BundledFiles() {
    }

    static ModelBuilder.Model read() {
        try (InputStream in = Objects.requireNonNull(BundledFiles.class.getResourceAsStream(MERGE_PAIRS))) {
            return ModelBuilder.ofPairs(ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
