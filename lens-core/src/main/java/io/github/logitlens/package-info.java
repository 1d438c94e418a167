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
/// try (LogitLens lens = LogitLens.open("demo")) {                            // or gpt2, or a directory
///     LensResult r = lens.run("The Eiffel Tower is in", LensOptions.defaults().track(" Paris"));
///     r.top(r.finalPoint(), -1).getFirst();                                  // " Paris": 0.965
///     r.decisionLayer(-1);                                                   // Layer 7
///     r.tracked(" Paris", r.layer(5), -1).rank();                            // 2
///     r.reading(r.layer(5), -1).klToFinal();                                 // 1.922   nats
///     Attribution a = lens.attribute("The Eiffel Tower is in", AttributionOptions.of(" Paris").versus(" London"));
///     a.strongest().getFirst().label();                                      // Layer 7 MLP
///     LensComparison effect = lens.compare("The Eiffel Tower is in", LensOptions.defaults(), Edits.zeroHead(6, 0));
///     effect.difference(effect.before().finalPoint(), -1).after().top().getFirst();   // " Paris": 0.906
/// }
/// ```
@NullMarked
package io.github.logitlens;

import org.jspecify.annotations.NullMarked;
