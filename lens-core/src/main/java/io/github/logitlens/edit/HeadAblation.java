package io.github.logitlens.edit;

import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.EditableActivation;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.weights.Gpt2Config;

/// Sets what one head reads to 0.
record HeadAblation(int layer, int head) implements Edit {

    HeadAblation {
        if (layer < 0 || head < 0) {
            throw new IllegalArgumentException("edit zero: expected a layer and a head of 0 or more, got layer " + layer
                    + " and head " + head);
        }
    }

    @Override
    public void check(Gpt2Config config) {
        if (layer >= config.nLayers() || head >= config.nHeads()) {
            throw new IllegalArgumentException("edit " + this + ": expected a head from L0H0 to L" + (config.nLayers() - 1) + "H"
                    + (config.nHeads() - 1) + ", got L" + layer + "H" + head);
        }
    }

    @Override
    public boolean touches(HookPoint point) {
        return point.site() == HookSite.ATTN_Z && point.layer() == layer;
    }

    @Override
    public void edit(HookPoint point, EditableActivation z) {
        int[] shape = z.shape();
        float[] nothing = new float[shape[2]];
        for (int position = 0; position < shape[0]; position++) {
            z.write((position * shape[1] + head) * shape[2], nothing, 0, nothing.length);
        }
    }

    @Override
    public String toString() {
        return "zero:L" + layer + "H" + head;
    }
}
