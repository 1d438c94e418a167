package io.github.logitlens.tools.view.grid;

/// Characters that draw a number between 0 and 1.
final class Blocks {

    private static final String HEIGHTS = "▁▂▃▄▅▆▇█";
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private Blocks() {
    }

    /// One block whose height grows with the number.
    ///
    /// @param place 0 to 1; NaN is a space
    static char height(double place) {
        return Double.isNaN(place) ? ' ' : HEIGHTS.charAt((int) Math.min(place * HEIGHTS.length(), HEIGHTS.length() - 1));
    }

    /// One block for each number.
    static String heights(double... places) {
        StringBuilder blocks = new StringBuilder();
        for (double place : places) {
            blocks.append(height(place));
        }
        return blocks.toString();
    }

    /// A bar from the left in exactly `width` columns, drawn to an eighth of a column.
    ///
    /// @param share 0 to 1, how much of the width it takes
    static String bar(double share, int width) {
        int eighths = (int) Math.round(share * width * 8);
        String bar = "█".repeat(eighths / 8) + (eighths % 8 == 0 ? "" : EIGHTHS.charAt(eighths % 8));
        return bar + " ".repeat(width - bar.length());
    }
}
