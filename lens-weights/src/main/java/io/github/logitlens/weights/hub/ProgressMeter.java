package io.github.logitlens.weights.hub;

import io.github.logitlens.weights.hub.DownloadProgress.At;
import java.util.Optional;

/// Adds up what arrives and tells somebody, not too often.
final class ProgressMeter {

    private static final long INTERVAL = 100_000_000;
    private static final double SPEED_OVER_SECONDS = 3;

    private final long total;
    private final DownloadProgress listener;
    private RemoteFile file = new RemoteFile("", "", "", Optional.empty(), 0);
    private long before;
    private long now;
    private long lastBytes;
    private long lastTime;
    private double speed;

    /// `total` is the size of all files.
    ProgressMeter(long total, DownloadProgress listener) {
        this.total = total;
        this.listener = listener;
    }

    void begin(RemoteFile next) {
        file = next;
        now = 0;
        lastBytes = 0;
        lastTime = System.nanoTime();
        tell();
    }

    /// So much of the file is there; less than before, if it had to be begun again.
    void arrived(long bytes) {
        now = bytes;
        long elapsed = System.nanoTime() - lastTime;
        if (elapsed >= INTERVAL) {
            double seconds = elapsed / 1e9;
            double current = Math.max(0, now - lastBytes) / seconds;
            double weight = speed == 0 ? 1 : 1 - Math.exp(-seconds / SPEED_OVER_SECONDS);
            speed += weight * (current - speed);
            lastBytes = now;
            lastTime += elapsed;
            tell();
        }
    }

    void end() {
        tell();
        before += now;
        now = 0;
    }

    private void tell() {
        listener.update(new At(file.name(), now, Math.max(now, file.bytes()), before + now,
                Math.max(before + now, total), speed));
    }
}
