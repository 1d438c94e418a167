package io.github.logitlens.edit;

import io.github.logitlens.Positions;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.EditableActivation;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.weights.Gpt2Config;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Queries of some heads no longer see some keys. The row keeps what is left of it, or is made to sum to 1 again by taking the keys
/// out before the softmax.
record Cut(Place heads, Positions queries, Positions keys, boolean renormalized) implements Edit {

    Cut {
        if (heads.site() != HookSite.ATTN_Z && heads.site() != HookSite.ATTN_PATTERN) {
            throw new IllegalArgumentException("edit cut: expected heads such as L3H2 or L3H0-11, or all of a layer, L3.attn.pattern, got "
                    + heads);
        }
    }

    @Override
    public void check(Gpt2Config config) {
        heads.check(config, toString());
    }

    @Override
    public boolean touches(HookPoint point) {
        return point.site() == (renormalized ? HookSite.ATTN_SCORES : HookSite.ATTN_PATTERN)
                && heads.contains(heads.site().at(point.layer()));
    }

    @Override
    public Edit forPrompt(int seqLen) {
        int[] from = resolved(queries, seqLen);
        int[] to = resolved(keys, seqLen);
        if (to[0] > from[from.length - 1]) {
            throw new IllegalArgumentException("edit " + this + ": expected a key that the query sees, at or before it, got key " + to[0]
                    + " and query " + from[from.length - 1]);
        }
        Settled settled = new Settled(this, queries.equals(Positions.all()) ? new int[0] : from, to);
        if (renormalized) {
            IntStream.of(from).filter(query -> IntStream.rangeClosed(0, query).allMatch(settled::isCut)).findFirst()
                    .ifPresent(query -> {
                        throw new IllegalArgumentException("edit " + this + ": expected a key to be left for query " + query
                                + ", got none; without renorm it sees nothing");
                    });
        }
        return settled;
    }

    private int[] resolved(Positions positions, int seqLen) {
        try {
            return positions.resolveWhole(seqLen);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("edit " + this + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void edit(HookPoint point, EditableActivation activation) {
        forPrompt(activation.firstPosition() + activation.shape()[1]).edit(point, activation);
    }

    /// Of one prompt.
    ///
    /// @param from queries, ascending; none for all there will be
    /// @param to   keys, ascending
    private record Settled(Cut cut, int[] from, int[] to) implements Edit {

        boolean isCut(int key) {
            return Arrays.binarySearch(to, key) >= 0;
        }

        @Override
        public void check(Gpt2Config config) {
            cut.check(config);
        }

        @Override
        public boolean touches(HookPoint point) {
            return cut.touches(point);
        }

        @Override
        public boolean touches(HookPoint point, int position) {
            return touches(point) && position >= to[0] && (from.length == 0 || Arrays.binarySearch(from, position) >= 0);
        }

        @Override
        public void edit(HookPoint point, EditableActivation activation) {
            int[] shape = activation.shape();
            int first = activation.firstPosition();
            for (int head = 0; head < shape[0]; head++) {
                for (int row = 0; cut.heads.hasHead(head) && row < shape[1]; row++) {
                    if (touches(point, first + row)) {
                        cutRow(activation, head, row, first + row);
                    }
                }
            }
        }

        private void cutRow(EditableActivation activation, int head, int row, int query) {
            for (int key : to) {
                if (key <= query) {
                    activation.set(cut.renormalized ? Float.NEGATIVE_INFINITY : 0, head, row, key);
                }
            }
            if (cut.renormalized && IntStream.rangeClosed(0, query)
                    .allMatch(key -> activation.get(head, row, key) == Float.NEGATIVE_INFINITY)) {
                throw new IllegalArgumentException("edit " + cut + ": expected a key to be left for query " + query + ", got none");
            }
        }

        @Override
        public String toString() {
            return cut.toString();
        }
    }

    @Override
    public String toString() {
        return "cut:" + heads + "@" + PlacedEdit.written(queries) + "/" + PlacedEdit.written(keys) + (renormalized ? ",renorm" : "");
    }
}
