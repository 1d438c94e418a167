package io.github.logitlens.tools;

import io.github.logitlens.weights.hub.DownloadProgress;
import io.github.logitlens.weights.hub.ModelHub;
import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/// Shows on standard error how a download gets on: one line that changes on a terminal, one line for each file elsewhere.
final class DownloadBar implements DownloadProgress, AutoCloseable {

    private static final int BAR = 24;
    private static final long WORTH_A_BAR = 1_000_000;

    private final PrintStream err;
    private final boolean terminal;
    private int shown;
    private String file = "";

    DownloadBar(PrintStream err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /// For this process's standard error.
    static DownloadBar on(Stdio stdio) {
        Console console = System.console();
        return new DownloadBar(stdio.err(), console != null && console.isTerminal());
    }

    /// The hub that reports here.
    ModelHub hub() {
        return ModelHub.standard().withProgress(this);
    }

    @Override
    public void update(At at) {
        if (terminal) {
            show(line(at));
        } else if (!at.file().equals(file)) {
            file = at.file();
            err.println("lens: downloading " + file + ", " + size(at.fileTotal()));
        }
    }

    /// Overwrites the last line.
    private void show(String line) {
        err.print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
        err.flush();
        shown = line.length();
    }

    /// Such as `model.safetensors [=====>      ]  42% of 548.1 MB  12.3 MB/s  25 s left`.
    static String line(At at) {
        if (at.totalBytes() < WORTH_A_BAR) {
            return "downloading " + at.file();
        }
        double done = (double) at.bytes() / at.totalBytes();
        int filled = (int) (done * BAR);
        String bar = "=".repeat(Math.max(0, filled - 1)) + (filled == 0 ? "" : filled == BAR ? "=" : ">");
        String line = String.format(Locale.ROOT, "%s [%-" + BAR + "s] %3d%% of %s", at.file(), bar, (int) (100 * done),
                size(at.totalBytes()));
        if (at.bytesPerSecond() <= 0) {
            return line;
        }
        double left = (at.totalBytes() - at.bytes()) / at.bytesPerSecond();
        return line + "  " + size((long) at.bytesPerSecond()) + "/s  " + time(left) + " left";
    }

    /// A duration as people read it.
    static String time(double seconds) {
        long s = (long) Math.ceil(seconds);
        return s < 60 ? s + " s" : s < 3600 ? s / 60 + " min " + s % 60 + " s" : s / 3600 + " h " + s / 60 % 60 + " min";
    }

    /// A number of bytes as people read it, in powers of ten.
    static String size(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 999.95) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %cB", value, "kMGTPE".charAt(unit));
    }

    /// Takes the line away.
    @Override
    public void close() {
        if (shown > 0) {
            show("");
            err.print("\r");
            err.flush();
        }
    }
}
