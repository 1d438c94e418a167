package io.github.logitlens.tools.explore;

import io.github.logitlens.weights.Gpt2Config;

/// A model that the page may ask for.
///
/// @param name   what [io.github.logitlens.LogitLens#open(String)] takes
/// @param config its sizes
record ModelChoice(String name, Gpt2Config config) {
}
