package io.github.logitlens.tools.view.draw;

/// A colour of sRGB.
///
/// @param red   0 to 255
/// @param green 0 to 255
/// @param blue  0 to 255
public record Rgb(int red, int green, int blue) implements Paint {

    /// `#000000`.
    public static final Rgb BLACK = new Rgb(0, 0, 0);
    /// `#ffffff`.
    public static final Rgb WHITE = new Rgb(255, 255, 255);

    /// Reads six hexadecimal digits.
    ///
    /// @param hex such as `440154`
    /// @return the colour
    public static Rgb parse(String hex) {
        int value = Integer.parseInt(hex, 16);
        return new Rgb(value >> 16, value >> 8 & 0xff, value & 0xff);
    }

    /// The colour between this one and another.
    ///
    /// @param other the colour at the other end
    /// @param share how much of the other, 0 to 1
    /// @return a colour on the straight line between the two
    public Rgb mixed(Rgb other, double share) {
        return new Rgb(mixed(red, other.red, share), mixed(green, other.green, share), mixed(blue, other.blue, share));
    }

    private static int mixed(int from, int to, double share) {
        return (int) Math.round(from + (to - from) * share);
    }

    /// Relative luminance as WCAG 2 defines it.
    ///
    /// @return 0 for black to 1 for white
    public double luminance() {
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    }

    private static double linear(int channel) {
        double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }

    /// Contrast ratio as WCAG 2 defines it.
    ///
    /// @param other the other colour
    /// @return 1 to 21
    public double contrast(Rgb other) {
        double lighter = Math.max(luminance(), other.luminance());
        double darker = Math.min(luminance(), other.luminance());
        return (lighter + 0.05) / (darker + 0.05);
    }

    /// Black or white, whichever is read more easily on this colour.
    ///
    /// @return the one whose contrast is at least 4.5
    public Rgb ink() {
        return contrast(BLACK) >= contrast(WHITE) ? BLACK : WHITE;
    }

    /// How far apart two colours are as points.
    ///
    /// @param other the other colour
    /// @return the sum of the squared differences of the three channels
    public int squaredDistance(Rgb other) {
        int r = red - other.red;
        int g = green - other.green;
        int b = blue - other.blue;
        return r * r + g * g + b * b;
    }

    /// The form of HTML and SVG, such as `#440154`.
    @Override
    public String toString() {
        return String.format("#%02x%02x%02x", red, green, blue);
    }
}
