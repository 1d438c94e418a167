/// Models by name: the Hugging Face cache on this machine, and the hub that fills it.
///
/// ```java
/// ModelHub hub = ModelHub.of(Map.of("HF_HUB_CACHE", "no-cache-here", "HF_HUB_OFFLINE", "1"));
/// hub.models();                        // []
/// hub.find("gpt2").isPresent();        // false
/// try {
///     hub.resolve("gpt2");
/// } catch (HubException e) {
///     e.reason();                      // OFFLINE
/// }
/// ```
///
/// [io.github.logitlens.weights.hub.ModelHub] is the way in; `ModelHub.standard()` is that of this process's environment, and `resolve`
/// gives a model's directory, downloaded where that is allowed. Nothing here reads a weight: a model is a set of files.
@NullMarked
package io.github.logitlens.weights.hub;

import org.jspecify.annotations.NullMarked;
