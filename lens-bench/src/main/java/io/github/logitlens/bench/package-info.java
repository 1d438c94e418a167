/// Benchmarks of the kernels, of whole tasks and of the machine's limits.
///
/// [io.github.logitlens.bench.Benchmarks] knows them by the names that users type, and what one call of each does.
/// [io.github.logitlens.bench.BenchMain] has JMH run the limits, then what was asked for, and prints each result as a fraction
/// of the limit that binds it.
package io.github.logitlens.bench;
