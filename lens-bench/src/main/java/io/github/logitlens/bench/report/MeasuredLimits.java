package io.github.logitlens.bench.report;

import io.github.logitlens.bench.Benchmarks;
import io.github.logitlens.bench.harness.Benchmarked;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.report.Rounds.Entrant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// The benchmarks of the machine's limits on some threads, warmed up to be measured in every round.
///
/// @param peak          of fused multiply-adds
/// @param peakWork      of one call
/// @param bandwidth     of reads, by as many streams as read fastest on this machine
/// @param bandwidthWork of one call
/// @param peakSeconds      of its fastest call so far
/// @param bandwidthSeconds of its fastest call so far
record MeasuredLimits(Benchmarked peak, Work.Limited peakWork, double peakSeconds, Benchmarked bandwidth,
        Work.Limited bandwidthWork, double bandwidthSeconds) {

    /// Seconds of a turn.
    private static final double TURN = 0.04;
    /// Seconds after which a loop of vector code has long been compiled, and calls that then tell one from another.
    private static final double WARM_UP = 0.3;
    private static final int CALLS = 8;

    static MeasuredLimits find(int threads) {
        Map<String, String> parameters = Map.of("threads", Integer.toString(threads));
        Benchmarked peak = Benchmarks.setUp("FmaPeak", parameters);
        double peakSeconds = fastest(peak);
        Map<String, String> streams = Stream.of("1", "4", "8")
                .map(number -> Map.of("threads", parameters.get("threads"), "streams", number))
                .min(Comparator.comparingDouble(number -> {
                    try (Benchmarked reading = Benchmarks.setUp("ReadBandwidth", number)) {
                        return fastest(reading);
                    }
                })).orElseThrow();
        Benchmarked bandwidth = Benchmarks.setUp("ReadBandwidth", streams);
        return new MeasuredLimits(peak, (Work.Limited) Benchmarks.work("FmaPeak", parameters), peakSeconds,
                bandwidth, (Work.Limited) Benchmarks.work("ReadBandwidth", streams), fastest(bandwidth));
    }

    private static double fastest(Benchmarked benchmark) {
        long begin = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        for (int call = 0; call < CALLS || System.nanoTime() - begin < 1e9 * WARM_UP; call++) {
            long start = System.nanoTime();
            benchmark.call();
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        return best;
    }

    List<Entrant> entrants() {
        return Stream.of(peak, bandwidth)
                .map(limit -> new Entrant(limit, TURN, OptionalDouble.empty(), Double.POSITIVE_INFINITY, Integer.MAX_VALUE)).toList();
    }

    /// The least seconds that some work can take.
    double floor(Work.Limited work) {
        return work.floor(peakWork.flops() / peakSeconds, bandwidthWork.bytes() / bandwidthSeconds);
    }

    /// Operations per second in each round.
    double[] flopRates(double[] seconds) {
        return Arrays.stream(seconds).map(each -> peakWork.flops() / each).toArray();
    }

    /// Bytes per second in each round.
    double[] byteRates(double[] seconds) {
        return Arrays.stream(seconds).map(each -> bandwidthWork.bytes() / each).toArray();
    }
}
