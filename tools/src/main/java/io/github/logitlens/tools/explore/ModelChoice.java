package io.github.logitlens.tools.explore;

import io.github.logitlens.weights.Gpt2Config;

/// A model that the page may ask for.
///
/// @param id     what the page calls it: its name, or the last part of a directory's, so that no shared address tells where things lie
/// @param name   what [io.github.logitlens.LogitLens#open(String)] takes
/// @param config its sizes
record ModelChoice(String id, String name, Gpt2Config config) {

    /// Whether it is the one that comes with the program.
    boolean demonstration() {
        return name.equals(Models.DEMO);
    }
}
