package io.github.logitlens.weights;

/// What a `config.json` says.
///
/// @param config          whether the head is really tied, the weights will tell
/// @param namesActivation whether the activation function stands there, and is not the one that is taken otherwise
record StoredConfig(Gpt2Config config, boolean namesActivation) {
}
