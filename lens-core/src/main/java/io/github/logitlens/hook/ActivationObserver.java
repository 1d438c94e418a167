package io.github.logitlens.hook;

/// Sees an activation as the forward pass reaches it.
///
/// Called on the thread that called the model, in the order of the forward pass, once per point and run, with the whole
/// activation. Observing changes no bit of the run.
@FunctionalInterface
public interface ActivationObserver {

    /// Sees one activation.
    ///
    /// @param point      where it was read
    /// @param activation a read-only view, valid during this call only
    void observe(HookPoint point, Activation activation);
}
