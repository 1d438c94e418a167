package io.github.logitlens.hook;

/// Sees an activation as the forward pass reaches it, and may change it.
///
/// Called on the thread that called the model, in the order of the forward pass, once per point and run, with the whole
/// activation. What it writes is what the model goes on with.
@FunctionalInterface
public interface ActivationEditor {

    /// Sees and may change one activation.
    ///
    /// @param point      where it was read
    /// @param activation the values, valid during this call only
    void edit(HookPoint point, EditableActivation activation);
}
