package io.github.logitlens.hook;

import static io.github.logitlens.hook.HookedModel.IDS;
import static io.github.logitlens.hook.HookedModel.SEQ_LEN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
import org.junit.jupiter.params.provider.ValueSource;

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

    /// A query that is made to look at a later key only reads that key's value: what TransformerLens does with such a pattern.
    @Test
    void aWeightAboveTheDiagonalIsUsed() {
        int head = 1;
        int dHead = model.config().dHead();
        Trace trace = edited(HookSite.ATTN_PATTERN, (point, a) -> {
            for (int key = 0; key < SEQ_LEN; key++) {
                a.set(key == SEQ_LEN - 1 ? 1 : 0, head, 2, key);
            }
        });
        Activation values = trace.activations().get(HookSite.ATTN_V.at(LAYER));
        Activation z = trace.activations().get(HookSite.ATTN_Z.at(LAYER));
        for (int i = 0; i < dHead; i++) {
            assertEquals(values.get(SEQ_LEN - 1, head, i), z.get(2, head, i));
        }
    }

    @Test
    void aScoreAboveTheDiagonalIsPartOfTheSoftmax() {
        int head = 2;
        Trace trace = edited(HookSite.ATTN_SCORES, (point, a) -> {
            for (int key = 0; key < SEQ_LEN; key++) {
                a.set(key == 1 || key == 4 ? 3 : Float.NEGATIVE_INFINITY, head, 1, key);
            }
        });
        Activation pattern = trace.activations().get(HookSite.ATTN_PATTERN.at(LAYER));
        Activation values = trace.activations().get(HookSite.ATTN_V.at(LAYER));
        Activation z = trace.activations().get(HookSite.ATTN_Z.at(LAYER));
        for (int key = 0; key < SEQ_LEN; key++) {
            assertEquals(key == 1 || key == 4 ? 0.5f : 0, pattern.get(head, 1, key));
        }
        for (int i = 0; i < model.config().dHead(); i++) {
            assertEquals((values.get(1, head, i) + values.get(4, head, i)) / 2, z.get(1, head, i), 1e-6);
        }
    }

    @Test
    void withoutTheHeadsResultsTheBiasOfTheOutputIsLeft() {
        Trace trace = edited(HookSite.ATTN_RESULT, (point, a) -> a.fill(0));
        float[] bias = biasRows(WeightRole.ATTN_OUT_BIAS);
        float[] out = trace.at(HookSite.ATTN_OUT.at(LAYER));
        for (int i = 0; i < out.length; i++) {
            assertEquals(bias[i], out[i], 1e-5);
        }
    }

    /// What a head writes is linear in what it reads: to take away one or the other is the same, but for rounding.
    @Test
    void aHeadWithoutResultIsAHeadWithoutZ() {
        int head = 2;
        int d = model.config().dModel();
        int dHead = model.config().dHead();
        Trace result = edited(HookSite.ATTN_RESULT, (point, a) -> {
            for (int position = 0; position < SEQ_LEN; position++) {
                a.write((position * model.config().nHeads() + head) * d, new float[d], 0, d);
            }
        });
        Trace z = edited(HookSite.ATTN_Z, (point, a) -> {
            for (int position = 0; position < SEQ_LEN; position++) {
                a.write(position * d + head * dHead, new float[dHead], 0, dHead);
            }
        });
        assertArrayEquals(z.at(HookSite.ATTN_OUT.at(LAYER)), result.at(HookSite.ATTN_OUT.at(LAYER)), 1e-5f);
        assertArrayEquals(z.at(HookSite.RESID_POST.at(2)), result.at(HookSite.RESID_POST.at(2)), 1e-4f);
    }

    @Test
    void theHeadsResultsAndTheBiasAreWhatAttentionWrites() {
        float[] result = plain.at(HookSite.ATTN_RESULT.at(LAYER));
        float[] sum = biasRows(WeightRole.ATTN_OUT_BIAS);
        int d = model.config().dModel();
        int nHeads = model.config().nHeads();
        for (int i = 0; i < result.length; i++) {
            sum[i / (nHeads * d) * d + i % d] += result[i];
        }
        assertArrayEquals(plain.at(HookSite.ATTN_OUT.at(LAYER)), sum, 1e-5f);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHookThatWouldNeverBeCalledIsRefused(boolean edits) {
        Hooks late = edits ? Hooks.none().edit(HookSite.MLP_OUT.at(3), (point, a) -> a.fill(0))
                : Hooks.none().observe(HookSite.MLP_OUT.at(3), (point, a) -> { });
        assertEquals("hooks: expected a place that the run comes to, layers 0 to 2 (model 'tiny-odd', 3 layers), got "
                + (edits ? "custom edit" : "observer") + " at blocks.3.hook_mlp_out",
                assertThrows(IllegalArgumentException.class, () -> model.run(IDS, late)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> model.run(IDS, model.newCache(), late));
        Hooks nowhere = edits ? Hooks.none().edit(point -> false, (point, a) -> a.fill(0))
                : Hooks.none().observe(point -> false, (point, a) -> { });
        assertThrows(IllegalArgumentException.class, () -> model.run(IDS, nowhere));
        Hooks beyond = Hooks.none().observe(HookSite.MLP_OUT.at(2), (point, a) -> { });
        model.run(IDS, beyond);
        assertThrows(IllegalArgumentException.class, () -> model.run(IDS, 1, beyond));
    }
}
