/// Other people's programs on the work of [io.github.logitlens.bench.task]; the benchmarks themselves are built by the profile
/// `peers` alone.
package io.github.logitlens.bench.peer;
