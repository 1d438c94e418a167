package io.github.logitlens.bench.task;

import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Jvm;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A text to token ids, on one thread.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class Tokenizer {

    /// `english`, `mixed`, or the path of a UTF-8 file.
    @Param({"english", "mixed"})
    String text;

    private Gpt2Tokenizer tokenizer;
    private String input;

    public static Work work(UnaryOperator<String> params) {
        return new Work.Counted(Texts.utf8Bytes(Texts.of(params.apply("text"))) / 1e6, "MB");
    }

    @Setup(Level.Trial)
    public void setUp() {
        tokenizer = Gpt2Tokenizer.gpt2();
        input = Texts.of(text);
        Agreement.requireEqual("text decoded again", input, tokenizer.decode(encode()));
    }

    @Benchmark
    public int[] encode() {
        return tokenizer.encode(input);
    }
}
