package io.github.logitlens;

import java.util.List;
import java.util.Optional;

/// One text that a model wrote, or what there is of it.
///
/// @param tokens in their order; immutable. A token at which the sample ended is the last of them
/// @param text   theirs, without what it ended at
/// @param ended  why it ended; empty while it goes on
public record GeneratedSample(List<GeneratedToken> tokens, String text, Optional<GenerationEnd> ended) {
}
