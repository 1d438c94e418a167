package io.github.logitlens.bench.harness;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The machine's limits as one run found them, per number of threads.
///
/// @param flopRates peak of fused multiply-adds, floating-point operations per second
/// @param byteRates best read bandwidth of any number of streams, bytes per second
public record Limits(Map<Integer, Double> flopRates, Map<Integer, Double> byteRates) {

    /// The best rates of benchmarks that do nothing but arithmetic or nothing but reading.
    public static Limits of(List<Measured> limits) {
        Map<Integer, Double> flopRates = new HashMap<>();
        Map<Integer, Double> byteRates = new HashMap<>();
        for (Measured limit : limits) {
            if (limit.work() instanceof Work.Limited work) {
                if (work.flops() > 0) {
                    flopRates.merge(limit.threads(), work.flops() / limit.seconds(), Math::max);
                } else {
                    byteRates.merge(limit.threads(), work.bytes() / limit.seconds(), Math::max);
                }
            }
        }
        return new Limits(flopRates, byteRates);
    }

    /// Whether both limits are known for a number of threads.
    boolean cover(int threads) {
        return flopRates.containsKey(threads) && byteRates.containsKey(threads);
    }

    /// The least time some work can take, in seconds.
    double floor(Work.Limited work, int threads) {
        return work.floor(flopRates.get(threads), byteRates.get(threads));
    }

    /// The part of that time in which memory is what binds.
    double memoryBound(Work.Limited work, int threads) {
        double bound = 0;
        for (Work.Phase phase : work.phases()) {
            double memory = phase.bytes() / byteRates.get(threads);
            bound += memory > phase.flops() / flopRates.get(threads) ? memory : 0;
        }
        return bound / floor(work, threads);
    }
}
