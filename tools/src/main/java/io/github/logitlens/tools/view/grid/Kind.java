package io.github.logitlens.tools.view.grid;

import java.util.Locale;

/// What kind of number a quantity is, on which its colours and figures depend.
public enum Kind {
    /// Any other.
    NUMBER,
    /// Between 0 and 1, the ends of its colours.
    PROBABILITY,
    /// 1 is best, and brightest; the others are far apart.
    RANK;

    /// The scale where none is asked for.
    ///
    /// @return the scale on which most can be told apart
    public Scale usualScale() {
        return this == RANK ? Scale.LOG : Scale.LINEAR;
    }

    /// The name in the page's description.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
