package io.github.logitlens;

import java.util.Locale;

/// Which of two runs is patched with what.
public enum PatchDirection {
    /// The clean run's activations go into the corrupted run: what is enough to bring the clean answer back?
    DENOISE,
    /// The corrupted run's activations go into the clean run: what is needed for the clean answer?
    NOISE;

    /// Finds a direction by its name.
    ///
    /// @param name `denoise` or `noise`
    /// @return the direction
    /// @throws IllegalArgumentException if there is no such direction
    public static PatchDirection named(String name) {
        return switch (name) {
            case "denoise" -> DENOISE;
            case "noise" -> NOISE;
            default -> throw new IllegalArgumentException("direction: expected denoise or noise, got \"" + name + "\"");
        };
    }

    /// The name in JSON and on the command line.
    ///
    /// @return such as `denoise`
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
