package io.github.logitlens.tools;

import io.github.logitlens.model.Compute;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// What `lens --version` prints: all that a report of a fault should begin with.
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() throws IOException {
        return new String[] {
            "lens " + number() + ", commit " + commit(),
            "JDK " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            compute()
        };
    }

    /// What computes a run of some length: the automatic choice begins on the scalar kernels wherever it ends.
    private static String compute() {
        Compute compute = Compute.defaults();
        Compute vector = compute.kernels(Compute.Kernels.VECTOR);
        if (compute.equals(compute.kernels(Compute.Kernels.AUTO))) {
            try {
                return ComputeOptions.description(vector) + " (" + compute.reason() + ")";
            } catch (IllegalStateException e) {
                // There are no vector kernels here; the automatic choice says why.
            }
        }
        return compute.describe();
    }

    /// This program's version.
    static String number() throws IOException {
        return properties().getProperty("version");
    }

    /// The commit that it was built of, `-dirty` behind it where files had been changed; `unknown` where there was no checkout.
    static String commit() throws IOException {
        return properties().getProperty("commit");
    }

    private static Properties properties() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        }
        return properties;
    }
}
