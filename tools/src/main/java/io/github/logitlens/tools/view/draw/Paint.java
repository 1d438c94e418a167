package io.github.logitlens.tools.view.draw;

/// What a shape is painted with: a colour of its own, or one of the theme's.
public sealed interface Paint permits Rgb, Ink {
}
