package io.github.logitlens.bench.harness;

import java.util.List;

/// What one call of a benchmark does.
public sealed interface Work {

    /// Arithmetic and memory traffic that the machine limits.
    ///
    /// @param phases one after the other
    record Limited(List<Phase> phases) implements Work {

        public static Limited of(Phase... phases) {
            return new Limited(List.of(phases));
        }

        public double flops() {
            return phases.stream().mapToDouble(Phase::flops).sum();
        }

        public double bytes() {
            return phases.stream().mapToDouble(Phase::bytes).sum();
        }

        /// The least time it can take, in seconds: in each phase the limit that binds.
        ///
        /// @param flopRate   floating-point operations per second at the peak
        /// @param byteRate   bytes per second at the best bandwidth
        public double floor(double flopRate, double byteRate) {
            return phases.stream().mapToDouble(p -> Math.max(p.flops() / flopRate, p.bytes() / byteRate)).sum();
        }
    }

    /// Something counted, whose limit is not measured.
    ///
    /// @param amount in `unit`, per call
    /// @param unit   such as `MB`
    record Counted(double amount, String unit) implements Work {
    }

    /// A stretch of work that is bound by one limit.
    ///
    /// @param flops floating-point operations, a fused multiply-add being two
    /// @param bytes weights that come from memory, once
    record Phase(double flops, double bytes) {

        public Phase plus(Phase other) {
            return new Phase(flops + other.flops, bytes + other.bytes);
        }

        public Phase times(int count) {
            return new Phase(flops * count, bytes * count);
        }
    }
}
