/// Claims about what a lens reads, for tests in any framework: a claim that does not hold is an `AssertionError` that shows what was
/// read.
///
/// ```java
/// LensResult result = Lens.run("The Eiffel Tower is in", LensOptions.defaults().track(" Paris"));
/// LensAssertions.assertThat(result).predicts(" Paris").decidesBy(7).ranks(" Paris", 4, 20);
/// try {
///     LensAssertions.assertThat(result).predicts(" London");
/// } catch (AssertionError e) {
///     e.getMessage().lines().findFirst().get();   // position 6, Layer 7: expected the first choice " London", got " Paris"
/// }
/// ```
@NullMarked
package io.github.logitlens.assertions;

import org.jspecify.annotations.NullMarked;
