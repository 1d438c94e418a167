package io.github.logitlens.internal.view;

import io.github.logitlens.LensResult;
import java.io.IOException;
import java.io.Writer;

/// A result in one format.
@FunctionalInterface
public interface RunView {

    /// Writes all of a result.
    ///
    /// @param result the result
    /// @param out    where to; neither flushed nor closed
    /// @throws IOException if `out` fails
    void write(LensResult result, Writer out) throws IOException;
}
