package io.github.logitlens.hook;

import static io.github.logitlens.hook.HookedModel.IDS;
import static io.github.logitlens.hook.HookedModel.SEQ_LEN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Trace;
import io.github.logitlens.internal.hook.HookAccess;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.KvCache;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// When hooks are called, with what, and what of it outlives the call.
class HookOrderTest {

    /// As TransformerLens fires them.
    private static final List<String> BLOCK = List.of("hook_resid_pre", "ln1.hook_scale", "ln1.hook_normalized",
            "attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_attn_scores", "attn.hook_pattern", "attn.hook_z", "attn.hook_result",
            "hook_attn_out", "hook_resid_mid", "ln2.hook_scale", "ln2.hook_normalized", "mlp.hook_pre", "mlp.hook_post",
            "hook_mlp_out", "hook_resid_post");

    private static Gpt2Model model;

    @BeforeAll
    static void open() {
        model = HookedModel.open();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void everyPointFiresOnceInTheOrderOfTheForwardPass() {
        List<String> expected = new ArrayList<>(List.of("hook_embed", "hook_pos_embed"));
        for (int layer = 0; layer < model.config().nLayers(); layer++) {
            String block = "blocks." + layer + ".";
            BLOCK.forEach(name -> expected.add(block + name));
        }
        expected.addAll(List.of("ln_final.hook_scale", "ln_final.hook_normalized"));
        List<String> fired = new ArrayList<>();
        model.run(IDS, Hooks.none().observe(point -> true, (point, activation) -> fired.add(point.toString())));
        assertEquals(expected, fired);
    }

    @Test
    void hooksRunOnTheCallersThread() {
        Thread caller = Thread.currentThread();
        model.run(IDS, Hooks.none().observe(point -> true,
                (point, activation) -> assertSame(caller, Thread.currentThread(), point.toString())));
    }

    @Test
    void shapesAreThoseOfOnePrompt() {
        Gpt2Config c = model.config();
        Trace trace = new Trace();
        model.run(IDS, trace.hooks());
        trace.activations().forEach((point, activation) -> assertArrayEquals(switch (point.site()) {
            case EMBED, POS_EMBED, RESID_PRE, RESID_MID, RESID_POST, LN1_NORMALIZED, LN2_NORMALIZED, LN_FINAL_NORMALIZED,
                    ATTN_OUT, MLP_OUT ->
                    new int[] {SEQ_LEN, c.dModel()};
            case LN1_SCALE, LN2_SCALE, LN_FINAL_SCALE -> new int[] {SEQ_LEN};
            case ATTN_Q, ATTN_K, ATTN_V, ATTN_Z -> new int[] {SEQ_LEN, c.nHeads(), c.dHead()};
            case ATTN_RESULT -> new int[] {SEQ_LEN, c.nHeads(), c.dModel()};
            case ATTN_SCORES, ATTN_PATTERN -> new int[] {c.nHeads(), SEQ_LEN, SEQ_LEN};
            case MLP_PRE, MLP_POST -> new int[] {SEQ_LEN, c.dMlp()};
        }, activation.shape(), point.toString()));
    }

    @Test
    void keysAfterTheQueryHaveNoScoreAndNoWeight() {
        Trace trace = new Trace();
        KvCache cache = model.newCache();
        int past = 4;
        model.run(Arrays.copyOf(IDS, past), cache, Hooks.none());
        model.run(Arrays.copyOfRange(IDS, past, SEQ_LEN), cache, trace.hooks());
        for (int layer = 0; layer < model.config().nLayers(); layer++) {
            Activation scores = trace.activations().get(HookSite.ATTN_SCORES.at(layer));
            Activation pattern = trace.activations().get(HookSite.ATTN_PATTERN.at(layer));
            assertArrayEquals(new int[] {model.config().nHeads(), SEQ_LEN - past, SEQ_LEN}, scores.shape());
            for (int head = 0; head < model.config().nHeads(); head++) {
                for (int query = 0; query < SEQ_LEN - past; query++) {
                    double sum = 0;
                    for (int key = 0; key < SEQ_LEN; key++) {
                        boolean after = key > past + query;
                        float score = scores.get(head, query, key);
                        assertTrue(after ? score == Float.NEGATIVE_INFINITY : Float.isFinite(score), "score " + score);
                        float weight = pattern.get(head, query, key);
                        assertTrue(after ? Bits.same(0f, weight) : weight > 0, "weight " + weight);
                        sum += weight;
                    }
                    assertEquals(1, sum, 1e-6);
                }
            }
        }
    }

    @Test
    void anObserverSeesAViewThatEndsWithTheCall() {
        List<Activation> kept = new ArrayList<>();
        List<Activation> copies = new ArrayList<>();
        model.run(IDS, Hooks.none().observe(HookSite.RESID_POST.at(0), (point, activation) -> {
            assertFalse(activation instanceof EditableActivation, "an observer must not write");
            activation.toArray()[0] = 1e9f;
            kept.add(activation);
            copies.add(activation.copy());
        }));
        Activation view = kept.getFirst();
        assertThrows(IllegalStateException.class, () -> view.get(0, 0));
        assertThrows(IllegalStateException.class, view::toArray);
        assertThrows(IllegalStateException.class, view::copy);
        assertThrows(IllegalStateException.class, () -> view.read(0, new float[1], 0, 1));
        Trace trace = new Trace();
        model.run(IDS, trace.hooks());
        Bits.assertSame(trace.at(HookSite.RESID_POST.at(0)), copies.getFirst().toArray(), () -> "a copy stays");
    }

    @Test
    void anEditorsViewEndsWithTheCall() {
        List<EditableActivation> kept = new ArrayList<>();
        model.run(IDS, Hooks.none().edit(HookSite.RESID_POST.at(2), (point, activation) -> kept.add(activation)));
        EditableActivation view = kept.getFirst();
        assertThrows(IllegalStateException.class, () -> view.set(1, 0, 0));
        assertThrows(IllegalStateException.class, () -> view.fill(1));
        assertThrows(IllegalStateException.class, () -> view.write(0, new float[1], 0, 1));
    }

    @Test
    void theFinalNormIsWhatTheUnembeddingReads() {
        Trace trace = new Trace();
        float[] residual = model.run(IDS, trace.hooks());
        int d = model.config().dModel();
        float[] normalized = trace.at(HookSite.LN_FINAL_NORMALIZED.at(0));
        for (int position = 0; position < SEQ_LEN; position++) {
            float[] row = Arrays.copyOfRange(residual, position * d, (position + 1) * d);
            float[] seen = Arrays.copyOfRange(normalized, position * d, (position + 1) * d);
            Bits.assertSame(model.unembedding().normalized(row), seen, () -> "LN_f of the residual");
            Bits.assertSame(model.unembedding().logits(row), model.unembedding().withoutNorm().logits(seen), () -> "its logits");
        }
    }

    @Test
    void theFinalNormIsObservedOnlyAndOnlyAtTheEnd() {
        for (HookSite site : List.of(HookSite.LN_FINAL_SCALE, HookSite.LN_FINAL_NORMALIZED)) {
            Hooks editor = Hooks.none().edit(site.at(0), (point, activation) -> activation.fill(1));
            String message = assertThrows(IllegalArgumentException.class, () -> model.run(IDS, editor)).getMessage();
            assertTrue(message.startsWith(site.hookName() + ": expected an observer, got an editor"), message);
        }
        List<HookPoint> fired = new ArrayList<>();
        model.run(IDS, model.config().nLayers() - 2, Hooks.none().observe(point -> !point.site().inBlock(),
                (point, activation) -> fired.add(point)));
        assertEquals(List.of(HookSite.EMBED.at(0), HookSite.POS_EMBED.at(0)), fired);
    }

    @Test
    void indicesOutsideTheShapeAreRefused() {
        model.run(IDS, Hooks.none().edit(HookSite.RESID_POST.at(0), (point, activation) -> {
            int d = model.config().dModel();
            assertThrows(IndexOutOfBoundsException.class, () -> activation.get(SEQ_LEN, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> activation.get(0, d));
            assertThrows(IndexOutOfBoundsException.class, () -> activation.get(-1, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> activation.get(0));
            assertThrows(IndexOutOfBoundsException.class, () -> activation.set(1, 0, 0, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> activation.read(SEQ_LEN * d, new float[1], 0, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> activation.write(SEQ_LEN * d - 1, new float[2], 0, 2));
        }));
    }

    @Test
    void atOnePointHooksAreCalledAsTheyWereAdded() {
        List<Float> seen = new ArrayList<>();
        HookPoint point = HookSite.MLP_OUT.at(1);
        ActivationObserver look = (p, activation) -> seen.add(activation.get(3, 3));
        model.run(IDS, Hooks.none().edit(point, (p, a) -> a.set(5, 3, 3)).observe(point, look)
                .edit(point, (p, a) -> a.set(a.get(3, 3) + 1, 3, 3)).observe(point, look));
        assertEquals(List.of(5f, 6f), seen);
    }

    @Test
    void hooksAreImmutable() {
        Hooks none = Hooks.none();
        HookPoint point = HookSite.RESID_POST.at(0);
        Hooks one = none.observe(point, (p, a) -> { });
        Hooks two = one.edit(HookSite.RESID_POST.at(1), (p, a) -> { });
        assertFalse(HookAccess.of(none).wants(point));
        assertTrue(HookAccess.of(one).wants(point));
        assertFalse(HookAccess.of(one).edits(point));
        assertFalse(HookAccess.of(one).wants(HookSite.RESID_POST.at(1)));
        assertTrue(HookAccess.of(two).edits(HookSite.RESID_POST.at(1)));
    }

    @Test
    void whatAHookThrowsReachesTheCallerAndHarmsNothing() {
        float[] expected = model.run(IDS, Hooks.none());
        RuntimeException thrown = new RuntimeException("from a hook");
        KvCache cache = model.newCache();
        for (HookSite site : HookSite.values()) {
            Hooks hooks = Hooks.none().observe(point -> point.site() == site, (point, activation) -> {
                throw thrown;
            });
            assertSame(thrown, assertThrows(RuntimeException.class, () -> model.run(IDS, hooks)), site.toString());
            assertSame(thrown, assertThrows(RuntimeException.class, () -> model.run(IDS, cache, hooks)), site.toString());
            assertEquals(0, cache.length(), "a failed run adds nothing to the cache");
        }
        Bits.assertSame(expected, model.run(IDS, cache, Hooks.none()), () -> "the cache after failed runs");
        Bits.assertSame(expected, model.run(IDS, Hooks.none()), () -> "the model after failed runs");
    }

    @Test
    void aHookMayRunTheModel() {
        float[] expected = model.run(IDS, Hooks.none());
        List<float[]> inner = new ArrayList<>();
        float[] outer = model.run(IDS, Hooks.none().observe(HookSite.ATTN_PATTERN.at(1),
                (point, activation) -> inner.add(model.run(IDS, Hooks.none()))));
        Bits.assertSame(expected, inner.getFirst(), () -> "run from within a hook");
        Bits.assertSame(expected, outer, () -> "run around it");
    }

    @Test
    void aCacheKeepsWhatItsPlanNames() {
        HookPoint pattern = HookSite.ATTN_PATTERN.at(1);
        HookPoint post = HookSite.RESID_POST.at(0);
        ActivationCache cache = ActivationCache.of(pattern, post);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> cache.get(post)).getMessage().contains("run the model"));
        assertEquals(List.of(), cache.points());
        Trace trace = new Trace();
        model.run(IDS, trace.hooks());
        model.run(Arrays.copyOf(IDS, 2), cache.hooks());
        model.run(IDS, cache.hooks());
        assertEquals(List.of(post, pattern), cache.points(), "in the order of the forward pass");
        Bits.assertSame(trace.at(pattern), cache.get(pattern).toArray(), () -> "the last run's pattern");
        Bits.assertSame(trace.at(post), cache.get(post).toArray(), () -> "the last run's residual");
        HookPoint other = HookSite.RESID_POST.at(1);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> cache.get(other)).getMessage()
                .contains(other.toString()));
    }

    @Test
    void aCacheKeepsThePositionsThatItWasAskedFor() {
        ActivationCache whole = ActivationCache.where(point -> true);
        ActivationCache some = ActivationCache.where(point -> true).at(-1, 2);
        model.run(IDS, some.after(whole.hooks()));
        assertEquals(whole.points(), some.points());
        for (HookPoint point : whole.points()) {
            boolean byHead = point.site() == HookSite.ATTN_SCORES || point.site() == HookSite.ATTN_PATTERN;
            int axis = byHead ? 1 : 0;
            int[] shape = whole.get(point).shape();
            shape[axis] = 2;
            assertArrayEquals(shape, some.get(point).shape(), point.toString());
            int[] index = new int[shape.length];
            int[] there = new int[shape.length];
            for (int row = 0; row < 2; row++) {
                index[axis] = row;
                there[axis] = row == 0 ? SEQ_LEN - 1 : 2;
                if (byHead) {
                    index[0] = 1;
                    there[0] = 1;
                }
                assertEquals(whole.get(point).get(there), some.get(point).get(index), point.toString());
            }
        }
        ActivationCache beyond = ActivationCache.of(HookSite.EMBED.at(0)).at(SEQ_LEN);
        assertThrows(IllegalArgumentException.class, () -> model.run(IDS, beyond.hooks()));
        assertThrows(IllegalArgumentException.class, () -> whole.at());
    }
}
