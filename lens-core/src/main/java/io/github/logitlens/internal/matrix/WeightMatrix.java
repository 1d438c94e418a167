package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.kernel.Kernels;
import io.github.logitlens.internal.kernel.Panels;
import io.github.logitlens.internal.kernel.Products;

/// A matrix `[depth, columns]` that products take in panels of 64 columns, in memory or still in its file.
public sealed interface WeightMatrix permits BlockWeight, VocabularyWeight {

    int depth();

    int columns();

    default int panels() {
        return (columns() + Kernels.PANEL - 1) / Kernels.PANEL;
    }

    /// Columns of a panel that are not padding.
    default int columnsOf(int panel) {
        return Math.min(Kernels.PANEL, columns() - panel * Kernels.PANEL);
    }

    /// A panel that is in memory without being used, for products that read ahead; else null.
    Panels ahead(int panel);

    /// How many neighbouring panels a task should take of a product: as many as its kernels take at once, unless that leaves threads
    /// without work at the end.
    ///
    /// @param most what [Products#panelsAtOnce] says
    /// @return 1, 2 or 4; panels that follow a multiple of it, and are as many, stand in one segment
    default int panelsSideBySide(int most, int threads) {
        int side = most;
        while (side > 1 && 20L * roundUp(panels(), side * threads) > 21L * roundUp(panels(), threads)) {
            side /= 2;
        }
        return side;
    }

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }
}
