/// Models by name: the Hugging Face cache on this machine, and the hub that fills it.
///
/// ```java
/// Path directory = ModelHub.standard().resolve("gpt2");   // from the cache, or downloaded
/// ```
///
/// [io.github.logitlens.weights.hub.ModelHub] is the way in. Nothing here reads a weight: a model is a set of files.
@NullMarked
package io.github.logitlens.weights.hub;

import org.jspecify.annotations.NullMarked;
