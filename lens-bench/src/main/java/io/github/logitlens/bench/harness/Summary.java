package io.github.logitlens.bench.harness;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The table after a run: every result beside the limit that binds it, and peers beside ours.
public final class Summary {

    private static final String ROW = "%-16s %-11s %-70s %11s %5s %15s %8s  %-11s %6s";

    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    private final List<Measured> results;
    private final Limits limits;

    /// @param results of one run
    /// @param limits  of that run
    public Summary(List<Measured> results, Limits limits) {
        this.results = new ArrayList<>(results);
        this.results.sort(Comparator.comparing(Measured::subject).thenComparing(Summary::sortKey));
        this.limits = limits;
    }

    /// Numbers in the order of their values: all padded to six digits.
    private static String sortKey(Measured result) {
        return NUMBER.matcher(result.parameters())
                .replaceAll(number -> format("%06d", Long.parseLong(number.group())));
    }

    public void print(PrintStream out) {
        print(out, "subject", "by", "parameters", "median", "+-", "rate", "of limit", "bound by", "ours x");
        for (Measured result : results) {
            double seconds = result.seconds();
            String time = seconds < 1e-3 ? format("%.2f us", 1e6 * seconds) : format("%.3f ms", 1e3 * seconds);
            String spread = format("%.0f %%", 100 * result.spread());
            String ofLimit = "";
            String boundBy = "";
            String rate = switch (result.work()) {
                case Work.Counted work -> format("%.2f %s/s", work.amount() / seconds, work.unit());
                case Work.Limited work -> format("%.1f GFLOP/s", work.flops() / seconds / 1e9);
            };
            if (result.work() instanceof Work.Limited work && limits.cover(result.threads())) {
                double memory = limits.memoryBound(work, result.threads());
                ofLimit = format("%.1f %%", 100 * limits.floor(work, result.threads()) / seconds);
                boundBy = memory == 0 ? "arithmetic" : memory == 1 ? "memory" : format("%.0f %% memory", 100 * memory);
                rate = memory > 0.5 ? format("%.1f GB/s", work.bytes() / seconds / 1e9) : rate;
            }
            print(out, result.subject(), result.runner(), result.parameters(), time, spread, rate, ofLimit, boundBy,
                    againstOurs(result));
        }
    }

    private static void print(PrintStream out, Object... cells) {
        out.println(format(ROW, cells).stripTrailing());
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /// Of a peer: how often ours fits into its time.
    private String againstOurs(Measured peer) {
        return results.stream()
                .filter(ours -> peer.isPeer() && !ours.isPeer() && peer.hasTheWorkOf(ours))
                .map(ours -> format("%.2f", peer.seconds() / ours.seconds()))
                .findFirst().orElse("");
    }
}
