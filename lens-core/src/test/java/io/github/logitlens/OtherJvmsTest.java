package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Golden;
import io.github.logitlens.fixtures.JavaProcess;
import io.github.logitlens.fixtures.JavaProcess.Result;
import io.github.logitlens.fixtures.ReadingsDigest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// JVMs that are started in other ways: they give this JVM's bits, or one clear line.
@Tag("forks")
class OtherJvmsTest {

    private static final String TINY = Golden.folder("tiny-odd").toString();
    private static final int SEQ_LEN = 17;

    private static Result run(String... options) {
        return JavaProcess.run(List.of(options), ReadingsDigest.class, TINY, Integer.toString(SEQ_LEN));
    }

    private static void assertSameBits(Result result) {
        assertEquals(0, result.exit(), result.err());
        assertEquals(ReadingsDigest.of(TINY, SEQ_LEN), result.out());
    }

    private static void assertOneLine(String expected, Result result) {
        List<String> lines = new ArrayList<>(result.err().lines().toList());
        lines.removeIf(line -> line.equals("WARNING: Using incubator modules: jdk.incubator.vector"));
        assertEquals(List.of(expected), lines);
        assertEquals(3, result.exit());
        assertEquals("", result.out());
    }

    @Test
    void withoutTheVectorModuleTheBitsAreTheSameAndItIsSaidOnce() {
        Result result = run();
        assertSameBits(result);
        List<String> warnings = result.err().lines().filter(line -> line.startsWith("WARNING")).toList();
        assertEquals(1, warnings.size(), result.err());
        assertTrue(warnings.getFirst().contains("run java with --add-modules jdk.incubator.vector"), result.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "scalar"})
    void withoutFusedMultiplyAddTheBitsAreTheSameAndItIsSaidOnce(String kernels) {
        Result result = run(JavaProcess.VECTOR, "-XX:-UseFMA", "-Dlens.kernels=" + kernels);
        assertSameBits(result);
        List<String> warnings = result.err().lines().filter(line -> line.startsWith("WARNING: scalar")).toList();
        assertEquals(List.of("WARNING: scalar (no FMA) kernels: this processor has no fused multiply-add (FMA), or the JVM makes no"
                + " use of it; the results are the same, twenty to forty times slower"), warnings, result.err());
    }

    @Test
    void vectorKernelsWithoutFusedMultiplyAddAreRefused() {
        assertOneLine("IllegalStateException: kernels vector: this processor has no fused multiply-add (FMA), or the JVM makes no"
                + " use of it", run(JavaProcess.VECTOR, "-XX:-UseFMA", "-Dlens.kernels=vector"));
    }

    @Test
    void scalarKernelsOnRequestAreNoReasonToWarn() {
        Result result = run("-Dlens.kernels=scalar");
        assertSameBits(result);
        assertEquals("", result.err());
    }

    @Test
    void vectorKernelsWithoutTheModuleAreRefused() {
        assertOneLine("IllegalStateException: vector kernels: the module jdk.incubator.vector is missing;"
                + " run java with --add-modules jdk.incubator.vector", run("-Dlens.kernels=vector"));
    }

    @Test
    void unknownKernelsAreRefused() {
        assertOneLine("IllegalStateException: -Dlens.kernels: expected auto, vector or scalar, got \"fast\"",
                run(JavaProcess.VECTOR, "-Dlens.kernels=fast"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "many"})
    void threadsThatAreNoNumberAreRefused(String threads) {
        assertOneLine("IllegalArgumentException: -Dlens.threads: expected 1 to 1024, got \"" + threads + "\"",
                run(JavaProcess.VECTOR, "-Dlens.threads=" + threads));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Dlens.threads=1", "-Dlens.threads=5", "-XX:TieredStopAtLevel=1"})
    void optionsChangeNoBit(String option) {
        assertSameBits(run(JavaProcess.VECTOR, option));
    }

    @Test
    void theUsersLanguageChangesNoBitAndNoText() {
        assertSameBits(run(JavaProcess.VECTOR, "-Duser.language=tr", "-Duser.country=TR", "-Dfile.encoding=ISO-8859-9"));
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"-Dlens.kernels=scalar", "-Dlens.kernels=vector"})
    void theInterpreterGivesTheSameBits(String kernels) {
        String tiniest = Golden.folder("tiny-a").toString();
        Result result = JavaProcess.run(List.of(JavaProcess.VECTOR, "-Xint", kernels), ReadingsDigest.class, tiniest, "3");
        assertEquals(0, result.exit(), result.err());
        assertEquals(ReadingsDigest.of(tiniest, 3), result.out());
    }

    @Tag("slow")
    @Test
    void theBundledModelRunsInASmallHeap() {
        Result result = JavaProcess.run(List.of(JavaProcess.VECTOR, "-Xmx64m"), ReadingsDigest.class, "demo", "2");
        assertEquals(0, result.exit(), result.err());
        assertEquals(ReadingsDigest.of("demo", 2), result.out());
    }

    @Test
    void theDefaultModelThatIsNotThereIsRefused() {
        Result result = JavaProcess.run(List.of("-Dlens.model=no-such-model"), DefaultModel.class);
        assertEquals("CheckpointException, CheckpointException", result.out(), result.err());
    }

    /// Says twice what `Lens.run` throws.
    static final class DefaultModel {

        public static void main(String[] args) {
            System.out.println(thrown() + ", " + thrown());
        }

        private static String thrown() {
            try {
                return Lens.run("a").toString();
            } catch (Throwable t) {
                return t.getClass().getSimpleName();
            }
        }
    }
}
