/// Benchmarks of what a user does: a prompt to logits or to a lens, one more token, a model opened, a text split.
package io.github.logitlens.bench.task;
