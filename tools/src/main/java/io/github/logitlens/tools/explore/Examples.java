package io.github.logitlens.tools.explore;

import java.util.List;

/// The prompts that the page offers as buttons: each shows another side of the lens on the bundled model.
final class Examples {

    static final List<String> PROMPTS = List.of(
            "The Eiffel Tower is in",
            "Barack Obama was the",
            "The capital of France is",
            "import numpy as",
            "def fibonacci(n):",
            "Once upon a time",
            "The quick brown fox");

    private Examples() {
    }
}
