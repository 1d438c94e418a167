package io.github.logitlens.weights;

import io.github.logitlens.weights.CheckpointException.Reason;
import io.github.logitlens.weights.internal.bytes.ByteSource;
import io.github.logitlens.weights.internal.bytes.FileSource;
import io.github.logitlens.weights.internal.layout.ModelFiles;
import io.github.logitlens.weights.safetensors.SafeTensors;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Arrays;

/// The demo model among the library's resources: `config.json`, and the weights as a [PackedSource].
final class BundledModel {

    static final String ID = "demo";

    private BundledModel() {
    }

    static Checkpoint open() {
        StoredConfig config = ConfigReader.parse(content(ModelFiles.CONFIG), "demo/config.json");
        return Checkpoint.of(ID, config, WeightFiles.of(SafeTensors.open(weights())));
    }

    static ByteSource weights() {
        return new PackedSource("demo/" + ModelFiles.WEIGHTS, content("model.packed.safetensors"));
    }

    private static URL resource(String name) {
        URL url = BundledModel.class.getResource("demo/" + name);
        if (url == null) {
            throw new CheckpointException(Reason.DEMO_MISSING,
                    "bundled model: expected the resource demo/" + name
                    + " beside the classes of this library, got none");
        }
        return url;
    }

    private static byte[] content(String name) {
        try (InputStream in = resource(name).openStream()) {
            // A stream out of a jar says how much it will yield: one array of the right size, no copies.
            byte[] content = new byte[Math.max(in.available(), 1 << 10)];
            int length = in.readNBytes(content, 0, content.length);
            byte[] rest = in.readAllBytes();
            int total = length + rest.length;
            byte[] whole = total == content.length ? content : Arrays.copyOf(content, total);
            System.arraycopy(rest, 0, whole, length, rest.length);
            return whole;
        } catch (IOException e) {
            throw new CheckpointException(Reason.DEMO_MISSING,
                    "bundled model: resource demo/" + name + " cannot be read: " + FileSource.describe(e), e);
        }
    }
}
