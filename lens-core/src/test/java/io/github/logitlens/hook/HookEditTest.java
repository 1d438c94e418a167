package io.github.logitlens.hook;

import static io.github.logitlens.hook.HookedModel.IDS;
import static io.github.logitlens.hook.HookedModel.SEQ_LEN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Trace;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.WeightRole;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What an editor writes is what the model goes on with.
class HookEditTest {

    private static final int LAYER = 1;

    private static Gpt2Model model;
    private static Trace plain;

    @BeforeAll
    static void open() {
        model = HookedModel.open();
        plain = new Trace();
        model.run(IDS, plain.hooks());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Trace edited(HookSite site, ActivationEditor editor) {
        return HookedModel.edited(model, site.inBlock() ? site.at(LAYER) : site.at(0), editor);
    }

    /// The bias of a product whose input is all zeros, once per position.
    private static float[] biasRows(WeightRole bias) {
        float[] row = HookedModel.weight(bias, LAYER);
        float[] rows = new float[SEQ_LEN * row.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = row[i % row.length];
        }
        return rows;
    }

    /// Those of the final LayerNorm are for observers: [HookOrderTest] has the refusal of editors there.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "LN_FINAL_.*")
    void writingWhatWasThereChangesNoBit(HookSite site) {
        Trace same = edited(site, (point, a) -> a.write(0, a.toArray(), 0, a.size()));
        plain.assertSame(same, () -> "rewritten at " + site);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "LN_FINAL_.*")
    void everySiteMatters(HookSite site) {
        Trace changed = edited(site, (point, a) -> {
            int[] last = Arrays.stream(a.shape()).map(extent -> extent - 1).toArray();
            if (site == HookSite.ATTN_K || site == HookSite.ATTN_Q) {
                last[0] = 1;
            }
            a.set(a.get(last) * 3 + 1, last);
        });
        HookPoint end = HookSite.RESID_POST.at(2);
        assertFalse(Arrays.equals(plain.at(end), changed.at(end)), "an edit at " + site + " did not reach the end");
    }

    @ParameterizedTest
    @EnumSource(names = {"EMBED", "RESID_PRE", "RESID_MID", "RESID_POST"})
    void aResidualFromAnotherRunBringsThatRunsFuture(HookSite site) {
        int[] other = IDS.clone();
        other[0] = 77;
        other[SEQ_LEN - 1] = 78;
        Trace donor = new Trace();
        model.run(other, donor.hooks());
        HookPoint at = site.inBlock() ? site.at(LAYER) : site.at(0);
        float[] patch = donor.at(at);
        Trace patched = HookedModel.edited(model, at, (point, a) -> a.write(0, patch, 0, patch.length));
        HookPoint end = HookSite.RESID_POST.at(2);
        Bits.assertSame(donor.at(end), patched.at(end), () -> "patched at " + at);
    }

    @Test
    void aBlockWhoseWritesAreZeroLeavesTheResidualAsItIs() {
        Trace attention = edited(HookSite.ATTN_OUT, (point, a) -> a.fill(-0f));
        Bits.assertSame(plain.at(HookSite.RESID_PRE.at(LAYER)), attention.at(HookSite.RESID_MID.at(LAYER)), () -> "attention");
        Trace mlp = edited(HookSite.MLP_OUT, (point, a) -> a.fill(-0f));
        Bits.assertSame(plain.at(HookSite.RESID_MID.at(LAYER)), mlp.at(HookSite.RESID_POST.at(LAYER)), () -> "MLP");
    }

    @Test
    void zeroZLeavesTheBiasOfTheOutput() {
        Trace trace = edited(HookSite.ATTN_Z, (point, a) -> a.fill(0));
        assertArrayEquals(biasRows(WeightRole.ATTN_OUT_BIAS), trace.at(HookSite.ATTN_OUT.at(LAYER)));
    }

    @Test
    void zeroNeuronsLeaveTheBiasOfTheOutput() {
        Trace post = edited(HookSite.MLP_POST, (point, a) -> a.fill(0));
        assertArrayEquals(biasRows(WeightRole.MLP_OUT_BIAS), post.at(HookSite.MLP_OUT.at(LAYER)));
        Trace pre = edited(HookSite.MLP_PRE, (point, a) -> a.fill(0));
        assertArrayEquals(biasRows(WeightRole.MLP_OUT_BIAS), pre.at(HookSite.MLP_OUT.at(LAYER)));
    }

    @Test
    void zeroNormalizedInputsLeaveTheBiasesOfTheProducts() {
        Trace ln2 = edited(HookSite.LN2_NORMALIZED, (point, a) -> a.fill(0));
        assertArrayEquals(biasRows(WeightRole.MLP_IN_BIAS), ln2.at(HookSite.MLP_PRE.at(LAYER)));
        Trace ln1 = edited(HookSite.LN1_NORMALIZED, (point, a) -> a.fill(0));
        int d = model.config().dModel();
        float[] bias = HookedModel.weight(WeightRole.QKV_BIAS, LAYER);
        HookSite[] sites = {HookSite.ATTN_Q, HookSite.ATTN_K, HookSite.ATTN_V};
        for (int i = 0; i < 3; i++) {
            float[] row = Arrays.copyOf(ln1.at(sites[i].at(LAYER)), d);
            assertArrayEquals(Arrays.copyOfRange(bias, i * d, (i + 1) * d), row, sites[i].toString());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ATTN_Q", "ATTN_K"})
    void withoutQueriesOrKeysAttentionIsEven(HookSite site) {
        Trace trace = edited(site, (point, a) -> a.fill(0));
        Activation pattern = trace.activations().get(HookSite.ATTN_PATTERN.at(LAYER));
        for (int query = 0; query < SEQ_LEN; query++) {
            for (int key = 0; key <= query; key++) {
                assertEquals(1f / (query + 1), pattern.get(2, query, key), 1e-7f);
            }
        }
    }

    @Test
    void zeroValuesGiveZeroZ() {
        Trace trace = edited(HookSite.ATTN_V, (point, a) -> a.fill(0));
        float[] z = trace.at(HookSite.ATTN_Z.at(LAYER));
        assertArrayEquals(new float[z.length], z);
    }

    @Test
    void aPatternOfEachToItselfCopiesTheValues() {
        Trace trace = edited(HookSite.ATTN_PATTERN, (point, a) -> {
            a.fill(0);
            for (int head = 0; head < a.shape()[0]; head++) {
                for (int query = 0; query < SEQ_LEN; query++) {
                    a.set(1, head, query, query);
                }
            }
        });
        assertArrayEquals(trace.at(HookSite.ATTN_V.at(LAYER)), trace.at(HookSite.ATTN_Z.at(LAYER)));
    }

    @Test
    void scoresOfOneKeyPutAllWeightOnIt() {
        Trace trace = edited(HookSite.ATTN_SCORES, (point, a) -> {
            a.fill(Float.NEGATIVE_INFINITY);
            for (int query = 0; query < SEQ_LEN; query++) {
                a.set(3, 0, query, query / 2);
                a.set(-3, 1, query, 0);
                a.set(0, 2, query, query);
            }
        });
        Activation pattern = trace.activations().get(HookSite.ATTN_PATTERN.at(LAYER));
        for (int query = 0; query < SEQ_LEN; query++) {
            for (int key = 0; key < SEQ_LEN; key++) {
                assertEquals(key == query / 2 ? 1 : 0, pattern.get(0, query, key));
                assertEquals(key == 0 ? 1 : 0, pattern.get(1, query, key));
                assertEquals(key == query ? 1 : 0, pattern.get(2, query, key));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LN1_SCALE", "LN2_SCALE"})
    void twiceTheScaleIsHalfTheDeviation(HookSite site) {
        int position = 5;
        Trace trace = edited(site, (point, a) -> a.set(2 * a.get(position), position));
        boolean first = site == HookSite.LN1_SCALE;
        HookPoint normalized = (first ? HookSite.LN1_NORMALIZED : HookSite.LN2_NORMALIZED).at(LAYER);
        float[] bias = HookedModel.weight(first ? WeightRole.LN1_BIAS : WeightRole.LN2_BIAS, LAYER);
        Activation before = plain.activations().get(normalized);
        Activation after = trace.activations().get(normalized);
        for (int row = 0; row < SEQ_LEN; row++) {
            for (int i = 0; i < bias.length; i++) {
                float expected = row == position ? (before.get(row, i) - bias[i]) / 2 + bias[i] : before.get(row, i);
                assertEquals(expected, after.get(row, i), row == position ? 4e-7f : 0f);
            }
        }
    }
}
