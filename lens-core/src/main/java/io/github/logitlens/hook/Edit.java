package io.github.logitlens.hook;

import io.github.logitlens.weights.Gpt2Config;

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

    /// Whether this changes what stands at a point.
    ///
    /// @param point a point of the model
    /// @return true where [#edit] is to be called
    boolean touches(HookPoint point);

    /// Changes an activation.
    ///
    /// @param point      one that this [#touches]
    /// @param activation the values, valid during this call only
    void edit(HookPoint point, EditableActivation activation);

    /// The written form, from which [io.github.logitlens.edit.Edits#parse] makes an equal edit of the library's own.
    @Override
    String toString();
}
