package io.github.logitlens.bench.report;

import io.github.logitlens.bench.Benchmarks;
import io.github.logitlens.bench.harness.Work;
import java.util.List;
import java.util.Optional;

/// What came of a match.
///
/// @param flopRates operations per second at the peak of fused multiply-adds, measured in each round; empty where no limit
///                  applies
/// @param byteRates bytes per second at the best read bandwidth, measured in each round
/// @param sides     ours first
record Outcome(Match match, double[] flopRates, double[] byteRates, List<Side> sides) {

    /// The name of our own side.
    static final String OURS = "ours";

    /// One entrant.
    ///
    /// @param seconds   of one call in each round, zero where the match is about memory alone; empty if it could not be measured
    /// @param peakBytes memory that the match is about, at the most in each round; empty where it is about none
    /// @param steady    whether its times had stopped falling when the rounds began
    /// @param problem   why it was not measured, else empty
    /// @param wrong     whether the problem is a result that does not agree with ours
    record Side(String name, double[] seconds, double[] peakBytes, boolean steady, String problem, boolean wrong) {

        static Side missing(String name, String problem, boolean wrong) {
            return new Side(name, new double[0], new double[0], true, problem, wrong);
        }

        boolean measured() {
            return seconds.length > 0;
        }

        boolean knowsMemory() {
            return peakBytes.length > 0 && mostBytes() > 0;
        }

        double mostBytes() {
            return Spread.of(peakBytes).most();
        }
    }

    int threads() {
        return match.threads();
    }

    Side ours() {
        return sides.getFirst();
    }

    /// How many times longer another side takes than ours.
    Spread speedUp(Side other) {
        return Spread.ofRatios(other.seconds(), ours().seconds());
    }

    /// Whether it is about what each number of a reading costs, which has a table of its own.
    boolean isOfMetrics() {
        return match.ours().equals("FullLensMetrics");
    }

    /// What one call does; nothing for what is measured as a whole process.
    Optional<Work> work() {
        return match.ours().isEmpty()
                ? Optional.empty()
                : Optional.of(Benchmarks.work(match.ours(), match.parametersOfOurs()));
    }

    /// The part that the least possible time, by the limits of the same round, has in ours, in each round.
    Optional<double[]> partsOfLimit() {
        if (flopRates.length == 0 || !(work().orElse(null) instanceof Work.Limited limited)) {
            return Optional.empty();
        }
        double[] floors = new double[flopRates.length];
        for (int round = 0; round < floors.length; round++) {
            floors[round] = limited.floor(flopRates[round], byteRates[round]);
        }
        return Optional.of(Spread.ratios(floors, ours().seconds()));
    }

    /// The middle and the ends of [#partsOfLimit].
    Optional<Spread> ofLimit() {
        return partsOfLimit().map(Spread::of);
    }
}
