package io.github.logitlens.tools.view.draw;

import java.util.Arrays;
import java.util.List;

/// The colours that numbers become. Either map reads the same to people with red-green or blue-yellow colour blindness.
///
/// ```java
/// ColourMap.SEQUENTIAL.at(0)      // #440154, the darkest
/// ColourMap.DIVERGING.at(0.5)     // #f7f7f7, the middle
/// ```
public enum ColourMap {
    /// Viridis: dark violet over teal to bright yellow. Equal steps look equally large, lightness only grows, so that it can be
    /// printed without colour.
    ///
    /// It is by Nathaniel Smith and Stéfan van der Walt (mpl-colormaps, <https://bids.github.io/colormap/>), given to the
    /// public domain under CC0. Here is every fifth of its 256 colours; between them runs a straight line, at most 1/255 off.
    SEQUENTIAL("""
            440154 46085c 471063 481769 481d6f 482475 472a7a 46307e 453781 433d84 414287 3f4889 3d4e8a
            3a538b 38598c 355e8d 33638d 31688e 2e6d8e 2c718e 2a768e 297b8e 27808e 25848e 23898e 218e8d
            20928c 1f978b 1e9c89 1fa188 21a585 24aa83 28ae80 2eb37c 35b779 3dbc74 46c06f 50c46a 5ac864
            65cb5e 70cf57 7cd250 89d548 95d840 a2da37 b0dd2f bddf26 cae11f d8e219 e5e419 f1e51d fde725
            """),
    /// Blue over near white to orange, for numbers with a sign: both sides darken alike from the middle, which is 0.
    DIVERGING("08519c 2b7bba 6baed6 b5d4e9 f7f7f7 fdcfa0 f79a4b d9641a 9a3a05");

    private final List<Rgb> knots;

    ColourMap(String knots) {
        this.knots = Arrays.stream(knots.strip().split("\\s+")).map(Rgb::parse).toList();
    }

    /// The colours at equal steps from the first to the last; between them runs a straight line.
    ///
    /// @return immutable
    public List<Rgb> knots() {
        return knots;
    }

    /// The colour at a place on the map.
    ///
    /// @param place 0, the first colour, to 1, the last
    /// @return the colour
    public Rgb at(double place) {
        double knot = place * (knots.size() - 1);
        int below = Math.min((int) knot, knots.size() - 2);
        return knots.get(below).mixed(knots.get(below + 1), knot - below);
    }
}
