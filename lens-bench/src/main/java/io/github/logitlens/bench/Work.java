package io.github.logitlens.bench;

import io.github.logitlens.weights.Gpt2Config;
import java.util.List;

/// What one call of a benchmark does.
public sealed interface Work {

    /// Arithmetic and memory traffic that the machine limits.
    ///
    /// @param phases one after the other
    record Limited(List<Phase> phases) implements Work {

        static Limited of(Phase... phases) {
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

        private Phase plus(Phase other) {
            return new Phase(flops + other.flops, bytes + other.bytes);
        }

        private Phase times(int count) {
            return new Phase(flops * count, bytes * count);
        }
    }

    /// The blocks of a model over new positions, embeddings and element-wise work not counted.
    ///
    /// @param past positions before them
    static Phase blocks(Gpt2Config config, int positions, int past) {
        return heads(config, positions, past).plus(afterHeads(config, positions)).times(config.nLayers());
    }

    /// What follows the heads of one block.
    private static Phase afterHeads(Gpt2Config config, int positions) {
        return Shape.ATTN_OUT.product(config, positions).plus(Shape.MLP_IN.product(config, positions))
                .plus(Shape.MLP_OUT.product(config, positions));
    }

    /// One attention layer without its last projection; of the scores the causal half.
    static Phase heads(Gpt2Config config, int positions, int past) {
        double pairs = (double) positions * past + positions * (positions + 1.0) / 2;
        return Shape.QKV.product(config, positions).plus(attention(config, pairs, past));
    }

    /// Scores and sums of values.
    ///
    /// @param pairs of a query and a key
    /// @param past  positions whose keys and values come from memory
    private static Phase attention(Gpt2Config config, double pairs, int past) {
        return new Phase(4 * pairs * config.dModel(), 8.0 * past * config.dModel());
    }

    /// A prompt's next token: of the last block only what the last position needs, and all keys and values.
    static Limited nextToken(Gpt2Config config, int positions) {
        Phase lastBlock = Shape.QKV.product(config, positions).plus(attention(config, positions, 0)).plus(afterHeads(config, 1));
        Phase others = heads(config, positions, 0).plus(afterHeads(config, positions)).times(config.nLayers() - 1);
        return Limited.of(others.plus(lastBlock), Shape.UNEMBED.product(config, 1));
    }

    /// A forward pass and the logits of `rows` residuals.
    static Limited run(Gpt2Config config, int positions, int past, int rows) {
        return Limited.of(blocks(config, positions, past), Shape.UNEMBED.product(config, rows));
    }
}
