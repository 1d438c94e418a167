package io.github.logitlens.bench.peer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import io.github.logitlens.bench.harness.Agreement;
import io.github.logitlens.bench.harness.Jvm;
import io.github.logitlens.bench.task.Texts;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import java.util.concurrent.TimeUnit;
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

/// [io.github.logitlens.bench.task.Tokenizer] in jtokkit, whose r50k_base is GPT-2's vocabulary.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = {Jvm.VECTOR_MODULE, Jvm.VECTOR_KERNELS})
public class JtokkitTokenizer {

    @Param({"english", "mixed"})
    String text;

    private Encoding encoding;
    private String input;

    @Setup(Level.Trial)
    public void setUp() {
        encoding = Encodings.newDefaultEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
        input = Texts.of(text);
        int[] ours = Gpt2Tokenizer.gpt2().encode(input);
        int[] theirs = encode().toArray();
        Agreement.requireEqual("tokens", ours.length, theirs.length);
        for (int i = 0; i < ours.length; i++) {
            Agreement.requireEqual("token " + i, ours[i], theirs[i]);
        }
    }

    @Benchmark
    public IntArrayList encode() {
        return encoding.encodeOrdinary(input);
    }
}
