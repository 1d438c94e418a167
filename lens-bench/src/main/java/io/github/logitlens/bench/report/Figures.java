package io.github.logitlens.bench.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// What is committed and published of one machine.
///
/// @param note    what a reader has to know of how the figures came here, else empty
/// @param machine it was measured on
/// @param date    such as `2026-11-23`; empty where it was not noted
/// @param options `bin/report` was asked for with, each after a space
/// @param took    the time of each group
/// @param limits  by the number of threads
/// @param gaps    what could not be measured and why
record Figures(String note, Machine machine, String date, String options, List<Report.Took> took, List<Limit> limits, List<Row> rows,
        List<String> gaps) {

    /// What the machine could do on some threads.
    ///
    /// @param flopRate fused multiply-adds' operations per second
    /// @param byteRate bytes per second read from memory
    record Limit(int threads, Spread flopRate, Spread byteRate) {
    }

    static Figures of(Report report) {
        List<Limit> limits = report.outcomes().stream().filter(outcome -> outcome.flopRates().length > 0).map(Outcome::threads)
                .distinct().sorted().map(threads -> new Limit(threads, all(report, threads, Outcome::flopRates),
                        all(report, threads, Outcome::byteRates))).toList();
        return new Figures("", report.machine(), report.date(), report.options(), report.took(), limits,
                Row.of(report.outcomes().stream().filter(outcome -> !outcome.isOfMetrics()).toList()), report.gaps());
    }

    private static Spread all(Report report, int threads, Function<Outcome, double[]> rates) {
        return Spread.of(report.outcomes().stream().filter(outcome -> outcome.threads() == threads)
                .flatMapToDouble(outcome -> Arrays.stream(rates.apply(outcome))).toArray());
    }

    /// The name of the files of this kind of machine.
    String kind() {
        return (machine.processor() + " " + machine.processors() + " processors").toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-");
    }
}
