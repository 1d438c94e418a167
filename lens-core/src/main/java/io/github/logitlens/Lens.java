package io.github.logitlens;

import org.jspecify.annotations.Nullable;

/// The logit lens in one call.
///
/// ```java
/// LensResult result = Lens.run("The Eiffel Tower is in");
/// result.top(result.finalPoint(), -1).getFirst()    // " Paris": 0.9…
/// ```
///
/// The model is the bundled demonstration model, or the one that `-Dlens.model` or the environment's `LENS_MODEL` names. It
/// is opened with the first call and stays open until [#close]. To choose a model in code, use [LogitLens].
public final class Lens {

    private static @Nullable LogitLens lens;

    private Lens() {
    }

    /// The model that is used where none is named: `-Dlens.model`, else `LENS_MODEL`, else `demo`.
    ///
    /// @return a model name for [LogitLens#open(String)]
    public static String defaultModel() {
        String property = System.getProperty("lens.model", "");
        String variable = System.getenv().getOrDefault("LENS_MODEL", "");
        return !property.isBlank() ? property : !variable.isBlank() ? variable : "demo";
    }

    /// Reads a prompt at every layer and position, with the default options.
    ///
    /// @param prompt text of 1 to nCtx tokens
    /// @return the readings
    /// @throws IllegalArgumentException if the prompt is empty or too long
    public static LensResult run(String prompt) {
        return run(prompt, LensOptions.defaults());
    }

    /// Reads a prompt at every layer.
    ///
    /// @param prompt  text of 1 to nCtx tokens
    /// @param options what to read
    /// @return the readings
    /// @throws IllegalArgumentException if the prompt is empty or too long, or the options do not fit it
    public static LensResult run(String prompt, LensOptions options) {
        return lens().run(prompt, options);
    }

    private static synchronized LogitLens lens() {
        if (lens == null) {
            lens = LogitLens.open(defaultModel());
        }
        return lens;
    }

    /// Frees the model that [#run] opened, and ends its threads, so that nothing is left of this library but its classes. Waits
    /// for running runs; the next [#run] opens the model anew.
    public static synchronized void close() {
        if (lens != null) {
            lens.close();
            lens = null;
        }
    }
}
