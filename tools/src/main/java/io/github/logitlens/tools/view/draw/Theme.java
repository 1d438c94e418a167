package io.github.logitlens.tools.view.draw;

import java.util.Locale;

/// The ground that a picture is drawn for.
public enum Theme {
    /// The reader's own: SVG follows it, and PNG, which cannot, is light.
    AUTO,
    /// Dark on white, as in print.
    LIGHT,
    /// Light on near black.
    DARK;

    /// The name on the command line.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
