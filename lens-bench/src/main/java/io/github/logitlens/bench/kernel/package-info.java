/// Benchmarks of single kernels and layers, each checked against the scalar kernels in its set-up, and of the machine's two
/// limits, arithmetic and memory.
package io.github.logitlens.bench.kernel;
