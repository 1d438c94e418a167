package io.github.logitlens.bench.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitlens.bench.harness.Work.Limited;
import io.github.logitlens.bench.harness.Work.Phase;
import io.github.logitlens.weights.Gpt2Config;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The arithmetic that the table's limits rest on, counted again here product by product, as the definition has it.
class ModelWorkTest {

    private static final Gpt2Config CONFIG = ModelSize.SMALL.config();
    private static final int D_MODEL = 768;
    private static final int D_MLP = 3072;
    private static final int N_LAYERS = 12;
    private static final int VOCAB_SIZE = 50257;

    /// A matrix `[depth, columns]` that `rows` rows are multiplied with: a multiplication and an addition for each of its
    /// elements and each row; each element comes from memory once.
    private static Phase product(int rows, int depth, int columns) {
        return new Phase(2.0 * rows * depth * columns, 4.0 * depth * columns);
    }

    /// Each query with each key up to its own, head by head: a product of dHead elements for the score, and as many for the
    /// weighted sum of values. Keys and values of the past come from memory.
    private static Phase attention(int firstQuery, int positions, int past) {
        long products = 0;
        int nHeads = 12;
        int dHead = 64;
        for (int query = firstQuery; query < positions; query++) {
            for (int key = 0; key <= past + query; key++) {
                products += nHeads * (dHead + dHead);
            }
        }
        return new Phase(2.0 * products, 2 * 4.0 * past * D_MODEL);
    }

    private static Phase sum(Phase... phases) {
        return new Phase(List.of(phases).stream().mapToDouble(Phase::flops).sum(),
                List.of(phases).stream().mapToDouble(Phase::bytes).sum());
    }

    private static Phase afterHeads(int rows) {
        return sum(product(rows, D_MODEL, D_MODEL), product(rows, D_MODEL, D_MLP), product(rows, D_MLP, D_MODEL));
    }

    private static Phase times(int count, Phase phase) {
        return new Phase(count * phase.flops(), count * phase.bytes());
    }

    @Test
    void headsAreTheirProjectionAndTheCausalHalfOfTheScores() {
        assertEquals(sum(product(64, D_MODEL, 3 * D_MODEL), attention(0, 64, 0)), ModelWork.heads(CONFIG, 64, 0));
        assertEquals(sum(product(5, D_MODEL, 3 * D_MODEL), attention(0, 5, 100)), ModelWork.heads(CONFIG, 5, 100));
    }

    @Test
    void aRunIsItsBlocksAndThenTheLogitsThatAreWanted() {
        Phase block = sum(product(9, D_MODEL, 3 * D_MODEL), attention(0, 9, 31), afterHeads(9));
        assertEquals(Limited.of(times(N_LAYERS, block), product(13, D_MODEL, VOCAB_SIZE)), ModelWork.run(CONFIG, 9, 31, 13));
    }

    /// Of the last block, the last position alone; but every position's keys and values.
    @Test
    void theNextTokenTakesNoMoreOfTheLastBlockThanItNeeds() {
        Phase whole = sum(product(64, D_MODEL, 3 * D_MODEL), attention(0, 64, 0), afterHeads(64));
        Phase last = sum(product(64, D_MODEL, 3 * D_MODEL), attention(63, 64, 0), afterHeads(1));
        assertEquals(Limited.of(sum(times(N_LAYERS - 1, whole), last), product(1, D_MODEL, VOCAB_SIZE)),
                ModelWork.nextToken(CONFIG, 64));
    }

    /// Three positions: patched at 0, 1 and 2, a layer's runs have 3 + 2 + 1 rows; patched heads 12 times all 3.
    @Test
    void aSweepComputesWhatItsPatchesReach() {
        double qkv = product(1, D_MODEL, 3 * D_MODEL).flops();
        double after = afterHeads(1).flops();
        double unpatched = 2 * 3 * N_LAYERS * (qkv + after);
        double residual = 0;
        double heads = 0;
        for (int layer = 0; layer < N_LAYERS; layer++) {
            for (int block = layer; block < N_LAYERS; block++) {
                boolean last = block == N_LAYERS - 1;
                residual += 6 * qkv + (last ? 3 : 6) * after;
                heads += (block == layer ? 0 : 36 * qkv) + (last ? 12 : 36) * after;
            }
        }
        assertEquals(unpatched + residual, ModelWork.sweep(CONFIG, 3, false, false).flops(), 1);
        assertEquals(unpatched + heads, ModelWork.sweep(CONFIG, 3, true, false).flops(), 1);
        assertEquals(unpatched / 2 * (1 + 3 * N_LAYERS), ModelWork.sweep(CONFIG, 3, false, true).flops(), 1);
        assertEquals(unpatched / 2 * (1 + 12 * N_LAYERS), ModelWork.sweep(CONFIG, 3, true, true).flops(), 1);
    }
}
