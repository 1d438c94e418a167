package io.github.logitlens.tools.view.grid;

import java.util.Arrays;
import java.util.List;

/// The colour map of every picture: dark violet over teal to bright yellow. Equal steps look equally large, lightness only
/// grows, and it reads the same to people with red-green or blue-yellow colour blindness and in print without colour.
///
/// Viridis is by Nathaniel Smith and Stéfan van der Walt (mpl-colormaps, <https://bids.github.io/colormap/>), given to the
/// public domain under CC0. Here is every fifth of its 256 colours; between them runs a straight line, at most 1/255 off.
final class Viridis {

    /// At equal steps from the darkest to the brightest.
    static final List<Rgb> KNOTS = Arrays.stream("""
            440154 46085c 471063 481769 481d6f 482475 472a7a 46307e 453781 433d84 414287 3f4889 3d4e8a
            3a538b 38598c 355e8d 33638d 31688e 2e6d8e 2c718e 2a768e 297b8e 27808e 25848e 23898e 218e8d
            20928c 1f978b 1e9c89 1fa188 21a585 24aa83 28ae80 2eb37c 35b779 3dbc74 46c06f 50c46a 5ac864
            65cb5e 70cf57 7cd250 89d548 95d840 a2da37 b0dd2f bddf26 cae11f d8e219 e5e419 f1e51d fde725
            """.strip().split("\\s+")).map(Rgb::parse).toList();

    private Viridis() {
    }

    /// The colour at a place on the map.
    ///
    /// @param place 0, darkest, to 1, brightest
    static Rgb at(double place) {
        double knot = place * (KNOTS.size() - 1);
        int below = Math.min((int) knot, KNOTS.size() - 2);
        return KNOTS.get(below).mixed(KNOTS.get(below + 1), knot - below);
    }
}
