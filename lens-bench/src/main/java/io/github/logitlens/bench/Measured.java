package io.github.logitlens.bench;

import java.util.Optional;
import java.util.function.Function;
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
/// @param seconds median time of one call
/// @param spread  half the distance of the fastest and the slowest iteration, as a part of the median
record Measured(BenchmarkParams params, String subject, String runner, double seconds, double spread) {

    /// Peers, which measure the subject that follows in their class's name.
    private static final String PEER = "^(Onnx|Torch|Jtokkit)(?=[A-Z])";

    /// @return the result; of another mode than average time there is none
    static Optional<Measured> of(RunResult result) {
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
        return Optional.of(new Measured(params, subject, runner, median * unit, spread));
    }

    /// The simple name of a benchmark's class.
    private static String typeOf(String benchmark) {
        String[] names = benchmark.split("\\.");
        return names[names.length - 2];
    }

    /// What a benchmark measures, whoever does it.
    ///
    /// @param benchmark full name of its method
    static String subjectOf(String benchmark) {
        return typeOf(benchmark).replaceFirst(PEER, "");
    }

    /// Whether someone else's program did it.
    boolean isPeer() {
        return !typeOf(params.getBenchmark()).equals(subject);
    }

    /// Threads that work on one call.
    int threads() {
        String threads = params.getParam("threads");
        return threads == null ? 1 : Integer.parseInt(threads);
    }

    /// What one call does.
    Work work() {
        return workOf(subject).apply(params::getParam);
    }

    /// What one call of a subject's benchmark does, given its parameters.
    static Function<UnaryOperator<String>, Work> workOf(String subject) {
        return switch (subject) {
            case "FmaPeak" -> FmaPeak::work;
            case "ReadBandwidth" -> ReadBandwidth::work;
            case "Product" -> Product::work;
            case "MatrixVector" -> MatrixVector::work;
            case "Attention" -> Attention::work;
            case "LayerNorm" -> LayerNorm::work;
            case "Softmax" -> Softmax::work;
            case "Interleave" -> Interleave::work;
            case "Gelu" -> Gelu::work;
            case "FusedLens" -> FusedLens::work;
            case "Prefill" -> Prefill::work;
            case "FullLens" -> FullLens::work;
            case "FullLensMetrics" -> FullLensMetrics::work;
            case "LastPositionLens" -> LastPositionLens::work;
            case "Decode" -> Decode::work;
            case "Open" -> Open::work;
            case "Tokenizer" -> Tokenizer::work;
            default -> throw new AssertionError("no work() is known of the benchmark " + subject);
        };
    }

    /// The parameters, such as `rows=64 shape=qkv threads=2`.
    String parameters() {
        return params.getParamsKeys().stream()
                .map(key -> key + "=" + params.getParam(key))
                .collect(Collectors.joining(" "));
    }
}
