package io.github.logitlens.hook;

import io.github.logitlens.Prompt;
import io.github.logitlens.weights.Gpt2Config;
import java.util.List;

/// A change of a run as a value: immutable, and written as text. Results and their provenance carry the edits of their run.
///
/// ```java
/// Hooks hooks = Hooks.of(Edits.parse("zero:L7H3"));
/// lens.run(prompt, options, hooks).edits()    // [zero:L7H3]
/// ```
///
/// Those of the library are made by [io.github.logitlens.edit.Edits]; a class of your own may be one too.
public interface Edit {

    /// Refuses a model in which there is no such place, before anything runs.
    ///
    /// @param config the model's sizes
    /// @throws IllegalArgumentException if the model has no such layer, head or neuron
    void check(Gpt2Config config);

    /// The prompts from whose runs this takes something.
    ///
    /// @return immutable; empty for an edit that needs no other run
    default List<Prompt> sources() {
        return List.of();
    }

    /// This edit for a prompt of a known length: positions that count from its end, and such that it lacks, are settled before
    /// anything runs. Asked once for each prompt; a text that is generated behind it keeps what is returned.
    ///
    /// @param seqLen positions of the prompt, at least 1
    /// @return the edit to make there, with the same written form
    /// @throws IllegalArgumentException if the prompt has no such position
    default Edit forPrompt(int seqLen) {
        return this;
    }

    /// Whether this changes what stands at a point.
    ///
    /// @param point a point of the model
    /// @return true where [#edit] is to be called
    boolean touches(HookPoint point);

    /// Whether this may change what stands at a position of a point; of scores and patterns, what that query sees. What no edit
    /// touches, and nothing that was touched leads to, has the same bits as without it.
    ///
    /// @param point    a point of the model
    /// @param position of the prompt that this was made [ready for][#forPrompt]
    /// @return true where it may
    default boolean touches(HookPoint point, int position) {
        return touches(point);
    }

    /// Changes an activation.
    ///
    /// @param point      one that this [#touches]
    /// @param activation the values, valid during this call only; its rows begin at [Activation#firstPosition]
    void edit(HookPoint point, EditableActivation activation);

    /// The written form, from which [io.github.logitlens.edit.Edits#parse] makes an equal edit of the library's own.
    @Override
    String toString();
}
