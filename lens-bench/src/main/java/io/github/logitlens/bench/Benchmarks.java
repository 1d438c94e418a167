package io.github.logitlens.bench;

import static java.util.Map.entry;

import io.github.logitlens.bench.harness.Benchmarked;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.kernel.Attention;
import io.github.logitlens.bench.kernel.FmaPeak;
import io.github.logitlens.bench.kernel.Gelu;
import io.github.logitlens.bench.kernel.Interleave;
import io.github.logitlens.bench.kernel.LayerNorm;
import io.github.logitlens.bench.kernel.MatrixVector;
import io.github.logitlens.bench.kernel.Product;
import io.github.logitlens.bench.kernel.ReadBandwidth;
import io.github.logitlens.bench.kernel.Softmax;
import io.github.logitlens.bench.peer.PeerMissingException;
import io.github.logitlens.bench.task.Batch;
import io.github.logitlens.bench.task.Corpus;
import io.github.logitlens.bench.task.Decode;
import io.github.logitlens.bench.task.FullLens;
import io.github.logitlens.bench.task.FullLensMetrics;
import io.github.logitlens.bench.task.Generate;
import io.github.logitlens.bench.task.FusedLens;
import io.github.logitlens.bench.task.LastPositionLens;
import io.github.logitlens.bench.task.Open;
import io.github.logitlens.bench.task.Patching;
import io.github.logitlens.bench.task.Prefill;
import io.github.logitlens.bench.task.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The benchmarks by their names, and what one call of each does.
///
/// A name is that of a class, such as `FullLens`, or of one of its methods, such as `Open.file`.
public final class Benchmarks {

    /// Those of the machine's limits.
    static final List<Class<?>> LIMITS = List.of(FmaPeak.class, ReadBandwidth.class);

    /// What one call does, given the values of the benchmark's parameters.
    private static final Map<Class<?>, Function<UnaryOperator<String>, Work>> WORK = Map.ofEntries(
            entry(FmaPeak.class, FmaPeak::work),
            entry(ReadBandwidth.class, ReadBandwidth::work),
            entry(Product.class, Product::work),
            entry(MatrixVector.class, MatrixVector::work),
            entry(Attention.class, Attention::work),
            entry(LayerNorm.class, LayerNorm::work),
            entry(Softmax.class, Softmax::work),
            entry(Gelu.class, Gelu::work),
            entry(Interleave.class, Interleave::work),
            entry(FusedLens.class, FusedLens::work),
            entry(Prefill.class, Prefill::work),
            entry(FullLens.class, FullLens::work),
            entry(FullLensMetrics.class, FullLensMetrics::work),
            entry(Batch.class, Batch::work),
            entry(Corpus.class, Corpus::work),
            entry(Generate.class, Generate::work),
            entry(LastPositionLens.class, LastPositionLens::work),
            entry(Decode.class, Decode::work),
            entry(Patching.class, Patching::work),
            entry(Open.class, Open::work),
            entry(Tokenizer.class, Tokenizer::work));

    private Benchmarks() {
    }

    /// Sets a benchmark of ours or of a peer's up, which checks that its results agree with what they must agree with.
    ///
    /// @param parameters values of its parameters by name; names that it does not have are ignored, and a parameter without
    ///                   a value takes its first default
    /// @throws PeerMissingException  if it stands for a program that is not on this machine
    /// @throws IllegalStateException if the results do not agree
    public static Benchmarked setUp(String name, Map<String, String> parameters) {
        String method = name.contains(".") ? name.substring(name.indexOf('.') + 1) : "";
        return Benchmarked.setUp(ours(name).orElseGet(() -> peer(name)), method, parameters);
    }

    /// What one call of a benchmark of ours does.
    ///
    /// @param parameters as in [#setUp]
    public static Work work(String name, Map<String, String> parameters) {
        return work(name, parameter -> parameters.containsKey(parameter)
                ? parameters.get(parameter) : Benchmarked.firstDefault(ours(name).orElseThrow(), parameter));
    }

    /// What one call of a benchmark of ours does, given a value of each of its parameters.
    static Work work(String name, UnaryOperator<String> parameters) {
        return WORK.get(ours(name).orElseThrow()).apply(parameters);
    }

    private static Optional<Class<?>> ours(String name) {
        return WORK.keySet().stream().filter(type -> type.getSimpleName().equals(className(name))).findFirst();
    }

    /// Only a build with the profile `peers` has them.
    private static Class<?> peer(String name) {
        try {
            return Class.forName(PeerMissingException.class.getPackageName() + "." + className(name));
        } catch (ClassNotFoundException e) {
            throw new PeerMissingException("built without it (the profile 'peers' of lens-bench has it)");
        }
    }

    private static String className(String name) {
        return name.replaceFirst("\\..*", "");
    }
}
