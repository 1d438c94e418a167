package io.github.logitlens.bench.report;

import io.github.logitlens.bench.Benchmarked;
import io.github.logitlens.bench.Work;
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
record MeasuredLimits(Benchmarked peak, Work.Limited peakWork, Benchmarked bandwidth, Work.Limited bandwidthWork) {

    /// Seconds of a turn.
    private static final double TURN = 0.04;
    /// Seconds after which a loop of vector code has long been compiled, and calls that then tell one from another.
    private static final double WARM_UP = 0.6;
    private static final int CALLS = 8;

    static MeasuredLimits find(int threads) {
        Map<String, String> parameters = Map.of("threads", Integer.toString(threads));
        Benchmarked peak = Benchmarked.setUp("FmaPeak", parameters);
        fastest(peak);
        Map<String, String> streams = Stream.of("1", "4", "8")
                .map(number -> Map.of("threads", parameters.get("threads"), "streams", number))
                .min(Comparator.comparingDouble(number -> {
                    try (Benchmarked reading = Benchmarked.setUp("ReadBandwidth", number)) {
                        return fastest(reading);
                    }
                })).orElseThrow();
        return new MeasuredLimits(peak, (Work.Limited) Benchmarked.work("FmaPeak", parameters),
                Benchmarked.setUp("ReadBandwidth", streams), (Work.Limited) Benchmarked.work("ReadBandwidth", streams));
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
                .map(limit -> new Entrant(limit, TURN, OptionalDouble.empty(), Integer.MAX_VALUE)).toList();
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
