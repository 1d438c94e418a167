/// GPT-2 and the logit lens: what the model predicts at each of its layers.
///
/// [io.github.logitlens.Lens] is one call; [io.github.logitlens.LogitLens] opens a model of your own, runs prompts
/// ([io.github.logitlens.LensOptions] says what to read) and takes logits apart. A [io.github.logitlens.LensResult] has readings by
/// [io.github.logitlens.LensPoint] and position, and carries its [io.github.logitlens.Provenance]. Activations are seen and changed
/// by the hooks of [io.github.logitlens.hook], changes as values are in [io.github.logitlens.edit], and the model alone, from ids to
/// residuals and logits, is in [io.github.logitlens.model]. Tests say what they expect of a result with
/// [io.github.logitlens.assertions].
///
/// ```java
/// LensResult r = Lens.run("The Eiffel Tower is in");
/// r.top(r.finalPoint(), -1).getFirst()    // " Paris": 0.965
/// r.decisionLayer(-1)                     // Layer 7
/// ```
@NullMarked
package io.github.logitlens;

import org.jspecify.annotations.NullMarked;
