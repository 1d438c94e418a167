package io.github.logitlens.internal.edit;

import io.github.logitlens.hook.Edit;
import java.util.Optional;
import java.util.function.Function;

/// The way from a public [Edit] to what it takes from a model.
public final class EditAccess {

    private static Function<Edit, Optional<Unresolved>> access = edit -> Optional.empty();

    private EditAccess() {
    }

    /// Called once, by the class of edits that may lack something.
    public static void open(Function<Edit, Optional<Unresolved>> access) {
        EditAccess.access = access;
    }

    /// What an edit lacks.
    ///
    /// @return empty for one that needs nothing but its run
    public static Optional<Unresolved> of(Edit edit) {
        return access.apply(edit);
    }
}
