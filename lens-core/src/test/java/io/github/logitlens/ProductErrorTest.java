package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.fixtures.Trace;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.internal.kernel.ScalarKernels;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.WeightRole;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Single products of whole models against float64, from the very float32 values that went into them.
///
/// A chain of n fused steps is off by at most `n · u · Σ|aᵢbᵢ|`, `u = 2⁻²⁴`, whatever the data. Rounding errors of either sign
/// leave far less, so that a dropped product could hide below that; hence also `c · √n · u · Σ|aᵢbᵢ|` with a measured c.
class ProductErrorTest {

    private static final double U = 0x1p-24;
    private static final double C = 2;

    /// As deep as GPT-2 small.
    private static final TinyModel DEEP = new TinyModel(1, 12, 768, 3072, 300, 16, 51);

    private double worstPart;
    private double worstC;

    @ParameterizedTest
    @ValueSource(strings = {"tiny-odd", "tiny-wide", "deep"})
    void everyProductKeepsItsBounds(String name, @TempDir Path temporary) {
        boolean deep = name.equals("deep");
        Path folder = deep ? DEEP.write(temporary) : Golden.folder(name);
        int[] ids = deep ? DEEP.ids(13) : Golden.read(name).ids();
        try (Checkpoint checkpoint = Checkpoint.open(folder); Gpt2Model model = Gpt2Model.load(checkpoint)) {
            Trace trace = new Trace();
            model.run(ids, trace.hooks());
            for (int layer = 0; layer < model.config().nLayers(); layer++) {
                block(checkpoint, trace, ids.length, layer);
            }
            float[] end = trace.at(HookSite.RESID_POST.at(model.config().nLayers() - 1));
            unembedding(checkpoint, model, Arrays.copyOf(end, model.config().dModel()));
        }
        System.out.printf(Locale.ROOT, "ProductErrorTest %s: %.4f of the bound n·u·Σ|ab|, %.3f of %.1f·√n·u·Σ|ab|%n",
                name, worstPart, worstC / C, C);
    }

    private void block(Checkpoint checkpoint, Trace trace, int seqLen, int layer) {
        Gpt2Config config = checkpoint.config();
        int d = config.dModel();
        float[] normalized = trace.at(HookSite.LN1_NORMALIZED.at(layer));
        HookSite[] slices = {HookSite.ATTN_Q, HookSite.ATTN_K, HookSite.ATTN_V};
        float[] qkv = checkpoint.weight(WeightRole.QKV_WEIGHT, layer).readAll();
        float[] qkvBias = checkpoint.weight(WeightRole.QKV_BIAS, layer).readAll();
        for (int slice = 0; slice < 3; slice++) {
            product(slices[slice], normalized, qkv, qkvBias, 3 * d, slice * d, d, trace.at(slices[slice].at(layer)), seqLen);
        }
        linear(checkpoint, WeightRole.ATTN_OUT_WEIGHT, WeightRole.ATTN_OUT_BIAS, trace, HookSite.ATTN_Z, HookSite.ATTN_OUT,
                seqLen, layer);
        linear(checkpoint, WeightRole.MLP_IN_WEIGHT, WeightRole.MLP_IN_BIAS, trace, HookSite.LN2_NORMALIZED,
                HookSite.MLP_PRE, seqLen, layer);
        linear(checkpoint, WeightRole.MLP_OUT_WEIGHT, WeightRole.MLP_OUT_BIAS, trace, HookSite.MLP_POST, HookSite.MLP_OUT,
                seqLen, layer);
        attention(config, trace, seqLen, layer);
    }

    private void linear(Checkpoint checkpoint, WeightRole weight, WeightRole bias, Trace trace, HookSite in, HookSite out,
            int seqLen, int layer) {
        float[] b = checkpoint.weight(bias, layer).readAll();
        product(out, trace.at(in.at(layer)), checkpoint.weight(weight, layer).readAll(), b, b.length, 0, b.length,
                trace.at(out.at(layer)), seqLen);
    }

    private void product(HookSite what, float[] in, float[] weight, float[] bias, int stride, int from, int columns,
            float[] out, int seqLen) {
        int depth = in.length / seqLen;
        for (int row = 0; row < seqLen; row++) {
            for (int column = 0; column < columns; column++) {
                double exact = bias[from + column];
                double size = Math.abs(exact);
                for (int k = 0; k < depth; k++) {
                    double term = (double) in[row * depth + k] * weight[k * stride + from + column];
                    exact += term;
                    size += Math.abs(term);
                }
                check(what + ", row " + row + ", column " + column, depth, exact, size, out[row * columns + column]);
            }
        }
    }

    private void attention(Gpt2Config config, Trace trace, int seqLen, int layer) {
        int d = config.dModel();
        int dHead = config.dHead();
        float scale = (float) (1 / Math.sqrt(dHead));
        float[] q = trace.at(HookSite.ATTN_Q.at(layer));
        float[] k = trace.at(HookSite.ATTN_K.at(layer));
        float[] v = trace.at(HookSite.ATTN_V.at(layer));
        float[] scores = trace.at(HookSite.ATTN_SCORES.at(layer));
        float[] pattern = trace.at(HookSite.ATTN_PATTERN.at(layer));
        float[] z = trace.at(HookSite.ATTN_Z.at(layer));
        for (int head = 0; head < config.nHeads(); head++) {
            for (int query = 0; query < seqLen; query++) {
                int at = (head * seqLen + query) * seqLen;
                for (int key = 0; key <= query; key++) {
                    double exact = 0;
                    double size = 0;
                    for (int i = head * dHead; i < (head + 1) * dHead; i++) {
                        double term = (double) q[query * d + i] * k[key * d + i] * scale;
                        exact += term;
                        size += Math.abs(term);
                    }
                    check("score", dHead + 1, exact, size, scores[at + key]);
                }
                for (int i = head * dHead; i < (head + 1) * dHead; i++) {
                    double exact = 0;
                    double size = 0;
                    for (int key = 0; key <= query; key++) {
                        double term = (double) pattern[at + key] * v[key * d + i];
                        exact += term;
                        size += Math.abs(term);
                    }
                    check("z", query + 1, exact, size, z[query * d + i]);
                }
            }
        }
    }

    private void unembedding(Checkpoint checkpoint, Gpt2Model model, float[] residual) {
        int d = residual.length;
        float[] normalized = new float[d];
        new ScalarKernels().rows().layerNorm(residual, 0, d, checkpoint.weight(WeightRole.FINAL_LN_GAIN).readAll(),
                checkpoint.weight(WeightRole.FINAL_LN_BIAS).readAll(), checkpoint.config().layerNormEpsilon(), normalized, 0);
        float[] wte = checkpoint.weight(WeightRole.TOKEN_EMBEDDING).readAll();
        float[] logits = model.unembedding().logits(residual);
        for (int id = 0; id < logits.length; id++) {
            double exact = 0;
            double size = 0;
            for (int i = 0; i < d; i++) {
                double term = (double) normalized[i] * wte[id * d + i];
                exact += term;
                size += Math.abs(term);
            }
            check("logit of " + id, d, exact, size, logits[id]);
        }
    }

    private void check(String what, int n, double exact, double size, float actual) {
        double error = Math.abs(actual - exact);
        double always = 1.001 * n * U * size;
        double measured = C * Math.sqrt(n) * U * size;
        assertTrue(error <= always && error <= measured, () -> what + ": expected " + exact + ", got " + actual + ", off by "
                + error + "; always below " + always + ", measured below " + measured);
        if (error > 0) {
            worstPart = Math.max(worstPart, error / always);
            worstC = Math.max(worstC, error / (Math.sqrt(n) * U * size));
        }
    }
}
