package io.github.logitlens.internal.vocabulary;

import io.github.logitlens.internal.kernel.Kernels;

/// The vocabulary in stretches that are reduced apart and merged in order: the same bits for any number of threads.
///
/// Panels that a kernel may take together stay in one stretch.
///
/// @param panels panels of the whole vocabulary
record Stretches(int panels) {

    /// Stretches of a vocabulary that has panels enough.
    static final int MOST = 16;

    private int sides() {
        return (panels + Kernels.ROW_PANELS - 1) / Kernels.ROW_PANELS;
    }

    int count() {
        return Math.min(MOST, sides());
    }

    /// The first panel of a stretch; of the stretch behind the last one, how many panels there are.
    int firstPanel(int stretch) {
        return Math.min(panels, stretch * sides() / count() * Kernels.ROW_PANELS);
    }

    /// The most columns that a stretch has.
    int columns() {
        return (sides() + count() - 1) / count() * Kernels.ROW_PANELS * Kernels.PANEL;
    }
}
