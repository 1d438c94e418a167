package io.github.logitlens;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.internal.hook.HookCalls;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/// What a change of a run can reach: the positions at each point where anything may be other than without it.
///
/// Rows are followed through the forward pass. A row takes part of itself from the row before it in the same position, and its
/// attention from the keys and values of that position and those before: what reaches a key or a value reaches every later query.
final class CausalCone {

    private static final List<HookSite> UP_TO_KEYS =
            List.of(HookSite.RESID_PRE, HookSite.LN1_SCALE, HookSite.LN1_NORMALIZED);
    private static final List<HookSite> FROM_Z = List.of(HookSite.ATTN_Z, HookSite.ATTN_RESULT, HookSite.ATTN_OUT);
    private static final List<HookSite> IN_MLP = List.of(HookSite.LN2_SCALE, HookSite.LN2_NORMALIZED, HookSite.MLP_PRE,
            HookSite.MLP_POST, HookSite.MLP_OUT);

    private final List<HookCalls> changes;
    private final int seqLen;
    private final List<Map<HookSite, BitSet>> layers = new ArrayList<>();

    /// @param changes hooks ready for the prompt
    /// @param differs positions whose token is another
    CausalCone(Gpt2Config config, int seqLen, List<HookCalls> changes, IntPredicate differs) {
        this.changes = changes;
        this.seqLen = seqLen;
        BitSet embedded = new BitSet();
        for (int position = 0; position < seqLen; position++) {
            if (differs.test(position)) {
                embedded.set(position);
            }
        }
        BitSet x = edited(embedded, new HookPoint(HookSite.EMBED, 0), new HookPoint(HookSite.POS_EMBED, 0));
        for (int layer = 0; layer < config.nLayers(); layer++) {
            layers.add(layer(layer, x));
        }
    }

    /// Adds what is changed at some points.
    private BitSet edited(BitSet before, HookPoint... points) {
        BitSet after = (BitSet) before.clone();
        for (HookPoint point : points) {
            for (int position = after.nextClearBit(0); position < seqLen; position = after.nextClearBit(position + 1)) {
                int at = position;
                if (changes.stream().anyMatch(calls -> calls.edits(point, at))) {
                    after.set(position);
                }
            }
        }
        return after;
    }

    /// @param x positions reached in the residual stream before the block; *written*: those behind it
    private Map<HookSite, BitSet> layer(int layer, BitSet x) {
        Map<HookSite, BitSet> reached = new EnumMap<>(HookSite.class);
        BitSet row = chain(x, UP_TO_KEYS, layer, reached);
        x.or(reached.get(HookSite.RESID_PRE));
        BitSet queries = chain(row, List.of(HookSite.ATTN_Q), layer, reached);
        BitSet keys = chain(row, List.of(HookSite.ATTN_K), layer, reached);
        BitSet values = chain(row, List.of(HookSite.ATTN_V), layer, reached);
        BitSet scores = chain(union(queries, from(keys)), List.of(HookSite.ATTN_SCORES, HookSite.ATTN_PATTERN), layer, reached);
        x.or(chain(union(scores, from(values)), FROM_Z, layer, reached));
        x.or(chain(x, List.of(HookSite.RESID_MID), layer, reached));
        x.or(chain(x, IN_MLP, layer, reached));
        x.or(chain(x, List.of(HookSite.RESID_POST), layer, reached));
        return reached;
    }

    /// Follows rows through sites of a block, each of which adds what is changed there.
    private BitSet chain(BitSet before, List<HookSite> sites, int layer, Map<HookSite, BitSet> reached) {
        BitSet now = before;
        for (HookSite site : sites) {
            now = edited(now, site.at(layer));
            reached.put(site, now);
        }
        return now;
    }

    private static BitSet union(BitSet one, BitSet other) {
        BitSet both = (BitSet) one.clone();
        both.or(other);
        return both;
    }

    /// The first of some positions, and all behind it.
    private BitSet from(BitSet positions) {
        BitSet later = new BitSet();
        if (!positions.isEmpty()) {
            later.set(positions.nextSetBit(0), seqLen);
        }
        return later;
    }

    /// Whether anything may be other at a place.
    boolean reaches(HookPoint point, int position) {
        return layers.get(point.layer()).get(point.site()).get(position);
    }
}
