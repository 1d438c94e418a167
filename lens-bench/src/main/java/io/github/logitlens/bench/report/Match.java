package io.github.logitlens.bench.report;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One piece of work, and who does it: ours, and what stands beside it.
///
/// @param title      what is done, for people
/// @param ours       the benchmark of this project, as [io.github.logitlens.bench.Benchmarks#setUp] names it
/// @param threads    of ours, and of the others that say nothing else
/// @param parameters of all benchmarks
/// @param others     benchmarks of the same work by the name under which the report shows them
/// @param targets    what it is meant to come to
record Match(String title, String ours, int threads, Map<String, String> parameters, Map<String, Map<String, String>> others,
        List<Target> targets) {

    /// Where [#others] has the name of a benchmark.
    static final String BENCHMARK = "benchmark";
    private static final String THREADS = "threads";

    /// The parameters of ours.
    Map<String, String> parametersOfOurs() {
        Map<String, String> all = new HashMap<>(parameters);
        all.put(THREADS, Integer.toString(threads));
        return all;
    }

    /// The parameters of one of the others: those of ours, and its own.
    Map<String, String> parametersOf(String other) {
        Map<String, String> all = parametersOfOurs();
        all.putAll(others.get(other));
        all.remove(BENCHMARK);
        return all;
    }
}
