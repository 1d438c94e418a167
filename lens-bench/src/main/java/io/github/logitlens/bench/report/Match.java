package io.github.logitlens.bench.report;

import java.util.HashMap;
import java.util.Map;

/// One piece of work, and who does it: ours, and what stands beside it.
///
/// @param title      what is done, for people
/// @param ours       the benchmark of this project, as [io.github.logitlens.bench.Benchmarked#setUp] names it
/// @param parameters of all benchmarks
/// @param others     benchmarks of the same work by the name under which the report shows them
/// @param targets    how many times faster than each of them ours is meant to be, [Outcome#LIMIT] being one of them: there
///                   it is a fraction
record Match(String title, String ours, Map<String, String> parameters, Map<String, Map<String, String>> others,
        Map<String, Double> targets) {

    /// Where [#others] has the name of a benchmark.
    static final String BENCHMARK = "benchmark";

    /// The parameters of one of the others: those of all, and its own.
    Map<String, String> parametersOf(String other) {
        Map<String, String> all = new HashMap<>(parameters);
        all.putAll(others.get(other));
        all.remove(BENCHMARK);
        return all;
    }
}
