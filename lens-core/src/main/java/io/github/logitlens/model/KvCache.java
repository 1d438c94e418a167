package io.github.logitlens.model;

import io.github.logitlens.internal.layer.KeyValues;
import java.util.ArrayList;
import java.util.List;

/// The keys and values of the positions run so far: the only mutable state of generation, held by the caller.
///
/// ```java
/// KvCache cache = model.newCache();
/// model.logits(prompt, cache);                  // runs the prompt
/// model.logits(new int[] {next}, cache);        // runs one position more: the bits of a full run
/// ```
///
/// Off-heap memory grows with the positions and is freed with the cache. One thread at a time.
public final class KvCache {

    private final Gpt2Model model;
    final List<KeyValues> layers = new ArrayList<>();
    private int length;

    KvCache(Gpt2Model model) {
        this.model = model;
        for (int layer = 0; layer < model.config().nLayers(); layer++) {
            layers.add(new KeyValues(model.config().nHeads(), model.config().dHead()));
        }
    }

    /// How many positions the cache holds.
    ///
    /// @return 0 for a new cache, at most nCtx
    public int length() {
        return length;
    }

    /// Forgets every position from `length` on, so that a run can go on from there.
    ///
    /// @param length positions to keep, 0 to [#length()]
    public void truncate(int length) {
        if (length < 0 || length > this.length) {
            throw new IllegalArgumentException("cache length: expected 0 to " + this.length + ", got " + length);
        }
        this.length = length;
    }

    /// A cache with the same positions, to go on from them another way. What is written to one of the two does not change the other.
    ///
    /// ```java
    /// KvCache other = cache.fork();                                          // copies length() positions
    /// model.run(List.of(Sequence.of(first).after(cache), Sequence.of(second).after(other)));
    /// ```
    ///
    /// @return a copy
    public KvCache fork() {
        KvCache fork = new KvCache(model);
        for (int layer = 0; layer < layers.size(); layer++) {
            fork.layers.get(layer).copyFrom(layers.get(layer), length);
        }
        fork.length = length;
        return fork;
    }

    void checkModel(Gpt2Model model) {
        if (this.model != model) {
            throw new IllegalArgumentException("cache: expected one made by this model's newCache()");
        }
    }

    void advance(int positions) {
        length += positions;
    }
}
