package io.github.logitlens.tools;

import io.github.logitlens.tools.corpus.CorpusInput;
import io.github.logitlens.tools.corpus.CorpusRun;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/// Shows on standard error how a corpus gets on: a bar with the time left on a terminal, a line now and then elsewhere.
final class CorpusProgress implements CorpusRun.Progress, AutoCloseable {

    private static final long SECOND = 1_000_000_000;
    private static final long LINE_NANOS = 30 * SECOND;
    private static final long MEGABYTE = 1_000_000;

    private final PrintStream err;
    private final boolean terminal;
    private final int width;
    private final long start = System.nanoTime();
    private long lineDue = start + LINE_NANOS;
    private long firstRead = -1;
    /// Null until there is something to show.
    private ProgressBar bar;

    CorpusProgress(PrintStream err, boolean terminal, int width) {
        this.err = err;
        this.terminal = terminal;
        this.width = width;
    }

    /// The last line of a terminal, written over again and again.
    private final class Line implements ProgressBarConsumer {

        private int shown;

        @Override
        public int getMaxRenderedLength() {
            return width - 1;
        }

        @Override
        public void accept(String line) {
            err.print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
            err.flush();
            shown = line.length();
        }

        @Override
        public void close() {
            accept("");
            err.print("\r");
            err.flush();
        }
    }

    @Override
    public void at(CorpusInput input, long tokens) {
        long now = System.nanoTime();
        if (firstRead < 0) {
            firstRead = input.read();
        }
        double perSecond = tokens * (double) SECOND / Math.max(1, now - start);
        String done = String.format(Locale.ROOT, "%,d tokens, %,.0f a second", tokens, perSecond);
        if (terminal) {
            show(input, done);
        } else if (now - lineDue > 0) {
            lineDue = now + LINE_NANOS;
            err.println("lens: " + done + ", " + DownloadBar.size(input.read()) + (input.total().isEmpty() ? ""
                    : " of " + DownloadBar.size(input.total().getAsLong()) + left(input, now)));
        }
    }

    private String left(CorpusInput input, long now) {
        long read = input.read() - firstRead;
        double rest = input.total().getAsLong() - input.read();
        return read == 0 ? "" : ", " + DownloadBar.time(rest / read * (now - start) / SECOND) + " left";
    }

    private void show(CorpusInput input, String done) {
        if (bar == null) {
            bar = new ProgressBarBuilder().setTaskName("corpus").setUnit(" MB", MEGABYTE).setStyle(ProgressBarStyle.ASCII)
                    .setInitialMax(input.total().orElse(-1)).startsFrom(firstRead, Duration.ZERO).setUpdateIntervalMillis(200)
                    .setConsumer(new Line()).build();
        }
        bar.stepTo(input.read());
        bar.setExtraMessage(" " + done);
    }

    /// Takes the bar away.
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
