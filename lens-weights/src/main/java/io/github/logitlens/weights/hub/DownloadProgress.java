package io.github.logitlens.weights.hub;

/// Is told how a download gets on, by the thread that downloads: when a file begins and ends, and some ten times a
/// second in between. The library itself prints nothing.
///
/// ```java
/// ModelHub.standard()
///         .withProgress(at -> System.err.printf("%s %d of %d bytes%n", at.file(), at.bytes(), at.totalBytes()))
///         .resolve("gpt2");
/// ```
@FunctionalInterface
public interface DownloadProgress {

    /// Where a download stands.
    ///
    /// @param file           the file in transfer, such as `model.safetensors`
    /// @param fileBytes      bytes of it that have arrived
    /// @param fileTotal      bytes of it altogether
    /// @param bytes          bytes of all files that have arrived
    /// @param totalBytes     bytes of all files to transfer
    /// @param bytesPerSecond the speed of the last seconds, 0 until there is one
    record At(String file, long fileBytes, long fileTotal, long bytes, long totalBytes, double bytesPerSecond) {
    }

    /// Takes notice.
    ///
    /// @param at where the download stands
    void update(At at);
}
