package io.github.logitlens.tools.view.grid;

import io.github.logitlens.tools.view.draw.ColourMap;
import java.util.Locale;

/// What kind of number a quantity is, on which its colours and figures depend.
public enum Kind {
    /// Any other.
    NUMBER,
    /// Between 0 and 1, the ends of its colours.
    PROBABILITY,
    /// 1 is best, and brightest; the others are far apart.
    RANK,
    /// 0 is best, and brightest: how far from something, how undecided, how surprised.
    DISTANCE,
    /// One whose sign means something: 0 is the middle of the colours, and both sides reach equally far.
    SIGNED;

    /// The scale where none is asked for.
    ///
    /// @return the scale on which most can be told apart
    public Scale usualScale() {
        return this == RANK ? Scale.LOG : Scale.LINEAR;
    }

    /// The colours it is shown in.
    ///
    /// @return the diverging map for a number with a sign
    public ColourMap colours() {
        return this == SIGNED ? ColourMap.DIVERGING : ColourMap.SEQUENTIAL;
    }

    /// The name in the page's description.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
