package io.github.logitlens.tools;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How a result is written. The constant's name in lower case is what `--format` takes.
enum Format {
    /// For people.
    TABLE(".txt"),
    /// Layers × positions, in a terminal's colours.
    GRID(),
    /// Rows for a spreadsheet or a data frame.
    CSV(".csv"),
    /// A picture, layers × positions.
    SVG(".svg"),
    /// The same picture in pixels.
    PNG(".png"),
    /// The explorer's grid in one file.
    HTML(".html"),
    /// What LogitLensKit's widgets show.
    LOGITLENSKIT(),
    /// One JSON document.
    JSON(".json"),
    /// One JSON value a line.
    JSONL(".jsonl");

    private final Optional<String> ending;

    Format() {
        this.ending = Optional.empty();
    }

    Format(String ending) {
        this.ending = Optional.of(ending);
    }

    /// The file names that mean this format.
    ///
    /// @return such as `.json`; empty if none do
    Optional<String> ending() {
        return ending;
    }

    static Optional<Format> named(String name) {
        return Arrays.stream(values()).filter(format -> format.toString().equals(name.toLowerCase(Locale.ROOT))).findFirst();
    }

    static Optional<Format> ofFile(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(format -> format.ending.filter(lower::endsWith).isPresent()).findFirst();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
