/// Benchmarks of the kernels, of whole tasks and of the machine's limits.
///
/// Each benchmark checks in its set-up that what it is going to time agrees with the scalar kernels, and says in a
/// static method `work` what one call does. [io.github.logitlens.bench.BenchMain] runs the limits beside them and
/// prints each result as a fraction of the limit that binds it.
package io.github.logitlens.bench;
