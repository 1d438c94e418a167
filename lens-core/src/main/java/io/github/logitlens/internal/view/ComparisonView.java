package io.github.logitlens.internal.view;

import io.github.logitlens.LensComparison;
import java.io.IOException;
import java.io.Writer;

/// A comparison in one format.
@FunctionalInterface
public interface ComparisonView {

    /// Writes all of a comparison.
    ///
    /// @param comparison the comparison
    /// @param out        where to; neither flushed nor closed
    /// @throws IOException if `out` fails
    void write(LensComparison comparison, Writer out) throws IOException;
}
