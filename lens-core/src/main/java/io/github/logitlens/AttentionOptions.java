package io.github.logitlens;

import io.github.logitlens.tokenizer.SpecialTokens;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Which attention patterns are read. Immutable: each method with an argument returns a changed copy.
///
/// ```java
/// AttentionOptions.defaults().layers(Layers.of(3)).heads(0, 2)
/// ```
public final class AttentionOptions {

    private Layers layers = Layers.all();
    private List<Integer> heads = List.of();
    private Bos bos = Bos.NONE;
    private SpecialTokens specialTokens = SpecialTokens.TEXT;

    private AttentionOptions() {
    }

    private AttentionOptions copy() {
        AttentionOptions copy = new AttentionOptions();
        copy.layers = layers;
        copy.heads = heads;
        copy.bos = bos;
        copy.specialTokens = specialTokens;
        return copy;
    }

    /// Every head of every layer, no BOS, special tokens' texts as text.
    ///
    /// @return the default options
    public static AttentionOptions defaults() {
        return new AttentionOptions();
    }

    /// The blocks whose attention is read; what comes after the last of them is not computed.
    ///
    /// @return all by default
    public Layers layers() {
        return layers;
    }

    /// Changes the blocks whose attention is read.
    ///
    /// @param layers the blocks
    /// @return changed options
    public AttentionOptions layers(Layers layers) {
        AttentionOptions copy = copy();
        copy.layers = Objects.requireNonNull(layers, "layers");
        return copy;
    }

    /// The heads read in each of these blocks.
    ///
    /// @return immutable; empty for all of them
    public List<Integer> heads() {
        return heads;
    }

    /// Changes the heads read in each of the blocks.
    ///
    /// @param heads from 0; negative ones count from the end; none for all of them
    /// @return changed options
    public AttentionOptions heads(int... heads) {
        AttentionOptions copy = copy();
        copy.heads = Arrays.stream(heads).boxed().toList();
        return copy;
    }

    /// Whether the model's BOS is put before the prompt.
    ///
    /// @return none by default
    public Bos bos() {
        return bos;
    }

    /// Changes the BOS policy.
    ///
    /// @param bos whether the model's BOS goes before the prompt
    /// @return changed options
    public AttentionOptions bos(Bos bos) {
        AttentionOptions copy = copy();
        copy.bos = Objects.requireNonNull(bos, "bos");
        return copy;
    }

    /// What the text of a special token means in a prompt.
    ///
    /// @return plain text by default
    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /// Changes what the text of a special token, such as `<|endoftext|>`, means where it stands in a prompt.
    ///
    /// @param specialTokens text, or the token
    /// @return changed options
    public AttentionOptions specialTokens(SpecialTokens specialTokens) {
        AttentionOptions copy = copy();
        copy.specialTokens = Objects.requireNonNull(specialTokens, "special tokens");
        return copy;
    }

    /// The heads that are meant in a model, ascending.
    int[] resolvedHeads(int nHeads) {
        IndexChoice choice = heads.isEmpty() ? IndexChoice.all() : IndexChoice.of(heads.stream().mapToInt(head -> head).toArray());
        return choice.resolve(nHeads, new IndexChoice.Counted("head", "each layer", "head"));
    }

    private List<Object> values() {
        return List.of(layers, heads, bos, specialTokens);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AttentionOptions options && values().equals(options.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /// Every option, in one line.
    @Override
    public String toString() {
        return "AttentionOptions[layers=" + layers + ", heads=" + (heads.isEmpty() ? "all" : heads.toString()) + ", bos=" + bos
                + ", specialTokens=" + specialTokens + "]";
    }
}
