package io.github.logitlens.tools.view.draw;

import java.util.List;
import java.util.Locale;

/// The colours that a theme has: one on a light ground and one on a dark one, both legible there.
public enum Ink implements Paint {
    /// What everything stands on.
    GROUND("ffffff", "15151a"),
    /// Text, and what is as important.
    TEXT("1b1b22", "ececf1"),
    /// Text that stands back.
    QUIET("5c5c67", "a6a6b1"),
    /// A cell that has no number.
    EMPTY("e6e6ea", "2b2b33"),
    /// Lines that only lead the eye.
    RULE("d5d5dc", "393943"),
    /// For a token: what raises its logit, and the first of several lines.
    ORANGE("b9500b", "f79a4b"),
    /// Against it, and the second line.
    BLUE("1f6fb2", "6baed6"),
    /// The third line.
    GREEN("00805c", "3cc79b"),
    /// The fourth.
    PURPLE("a8467f", "e09cc4"),
    /// The fifth.
    BROWN("8a6a00", "d9b23c"),
    /// The sixth.
    GREY("6f6f7a", "b4b4bf");

    /// Those that tell lines apart, in this order.
    public static final List<Ink> LINES = List.of(ORANGE, BLUE, GREEN, PURPLE, BROWN, GREY);

    private final Rgb light;
    private final Rgb dark;

    Ink(String light, String dark) {
        this.light = Rgb.parse(light);
        this.dark = Rgb.parse(dark);
    }

    /// The colour in a theme.
    ///
    /// @param isDark whether the ground is dark
    /// @return the colour
    public Rgb in(boolean isDark) {
        return isDark ? dark : light;
    }

    /// The class of elements in SVG.
    String cssClass() {
        return name().toLowerCase(Locale.ROOT);
    }
}
