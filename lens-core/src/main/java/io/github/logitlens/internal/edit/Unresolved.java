package io.github.logitlens.internal.edit;

import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookPoint;

/// An edit that lacks something of a model.
public interface Unresolved {

    /// Whether it takes what stands at a point from its sources' runs.
    boolean reads(HookPoint point);

    /// Refuses a prompt that lacks a position that it names.
    ///
    /// @throws IllegalArgumentException if it does
    void check(int seqLen);

    /// The edit with all that it takes.
    ///
    /// @throws IllegalArgumentException if something is not there
    Edit resolved(EditModel model);
}
