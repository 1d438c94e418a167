/// Claims about what a lens reads, for tests in any framework: a claim that does not hold is an `AssertionError` that shows what
/// was read.
///
/// ```java
/// LensAssertions.assertThat(lens.run("The Eiffel Tower is in")).predicts(" Paris").decidesBy(7).ranks(" Paris", 4, 20);
/// ```
@NullMarked
package io.github.logitlens.assertions;

import org.jspecify.annotations.NullMarked;
