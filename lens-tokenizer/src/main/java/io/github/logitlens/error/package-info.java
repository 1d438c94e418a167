/// What all refusals of the library have in common: what a model, a file, a tokenizer or the hub can be refused by is a
/// [io.github.logitlens.error.LensException], unchecked, with one sentence and a constant. The caller's own mistakes are
/// `IllegalArgumentException`.
///
/// ```java
/// try {
///     LogitLens.open(Path.of("no-such-model"));
/// } catch (LensException e) {
///     e.reason();       // NOT_A_DIRECTORY
///     e.getMessage();   // no-such-model: expected a directory, got nothing of that name
/// }
/// ```
@NullMarked
package io.github.logitlens.error;

import org.jspecify.annotations.NullMarked;
