package io.github.logitlens.weights.hub;

import java.nio.file.Path;

/// A GPT-2 on this machine, in the Hugging Face cache: what [ModelHub#models()] finds.
///
/// @param name      the name under which it was downloaded, such as `openai-community/gpt2`
/// @param revision  its commit, 40 hexadecimal digits; the name of its folder, such as `main`, where a hub names no
///                  commits or somebody filled the cache by hand
/// @param directory its files, in Hugging Face's layout
/// @param bytes     what its configuration, weights and tokenizer take on the disk
public record CachedModel(String name, String revision, Path directory, long bytes) {
}
