package io.github.logitlens.bench.harness;

import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.Statistics;

/// One benchmark with one choice of parameters, measured.
///
/// @param params  what ran
/// @param subject what was measured: the class's name, without the peer it stands for
/// @param runner  who did it: the peer, or the method
/// @param work    what one call does
/// @param seconds median time of one call
/// @param spread  half the distance of the fastest and the slowest iteration, as a part of the median
public record Measured(BenchmarkParams params, String subject, String runner, Work work, double seconds, double spread) {

    /// Peers, which measure the subject that follows in their class's name.
    private static final String PEER = "^(Onnx|Torch|Jtokkit)(?=[A-Z])";

    /// @param work what one call does, by the subject and its parameters' values
    /// @return the result; of another mode than average time there is none
    public static Optional<Measured> of(RunResult result, BiFunction<String, UnaryOperator<String>, Work> work) {
        BenchmarkParams params = result.getParams();
        if (params.getMode() != Mode.AverageTime) {
            return Optional.empty();
        }
        String benchmark = params.getBenchmark();
        String type = typeOf(benchmark);
        String subject = subjectOf(benchmark);
        String runner = type.equals(subject)
                ? benchmark.substring(benchmark.lastIndexOf('.') + 1)
                : type.substring(0, type.length() - subject.length());
        Statistics statistics = result.getPrimaryResult().getStatistics();
        double unit = params.getTimeUnit().toNanos(1) / 1e9;
        double median = statistics.getPercentile(50);
        double spread = (statistics.getMax() - statistics.getMin()) / 2 / median;
        return Optional.of(new Measured(params, subject, runner, work.apply(subject, params::getParam), median * unit, spread));
    }

    /// The simple name of a benchmark's class.
    private static String typeOf(String benchmark) {
        String[] names = benchmark.split("\\.");
        return names[names.length - 2];
    }

    /// What a benchmark measures, whoever does it.
    ///
    /// @param benchmark full name of its method
    public static String subjectOf(String benchmark) {
        return typeOf(benchmark).replaceFirst(PEER, "");
    }

    /// Whether someone else's program did it.
    boolean isPeer() {
        return !typeOf(params.getBenchmark()).equals(subject);
    }

    /// Whether it is the same subject with the same value of each of the other's parameters; it may have more of them.
    boolean hasTheWorkOf(Measured other) {
        return subject.equals(other.subject)
                && other.params.getParamsKeys().stream().allMatch(key -> other.params.getParam(key).equals(params.getParam(key)));
    }

    /// Threads that work on one call.
    int threads() {
        String threads = params.getParam("threads");
        return threads == null ? 1 : Integer.parseInt(threads);
    }

    /// The parameters, such as `rows=64 shape=qkv threads=2`.
    String parameters() {
        return params.getParamsKeys().stream()
                .map(key -> key + "=" + params.getParam(key))
                .collect(Collectors.joining(" "));
    }
}
