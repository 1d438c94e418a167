package io.github.logitlens.bench;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Sets every benchmark up at a small size, which runs its agreement checks, and calls it once.
class SetUpTest {

    private static final int THREADS = 2;

    @Test
    void fmaPeak() {
        FmaPeak peak = new FmaPeak();
        peak.threads = 2;
        peak.setUp();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8})
    void readBandwidth(int streams) {
        ReadBandwidth bandwidth = new ReadBandwidth();
        bandwidth.threads = 2;
        bandwidth.streams = streams;
        bandwidth.mebibytes = 4;
        bandwidth.setUp();
        bandwidth.tearDown();
    }

    @ParameterizedTest
    @ValueSource(strings = {"qkv", "attnOut", "mlpIn", "mlpOut", "unembed"})
    void product(String shape) {
        Product product = new Product();
        product.kernels = "vector";
        product.shape = shape;
        product.rows = 29;
        product.threads = 2;
        product.weights = "hot";
        product.model = "tiny";
        product.setUp();
        product.multiply();
        product.tearDown();
    }

    @Test
    void matrixVector() {
        MatrixVector vector = new MatrixVector();
        vector.kernels = "vector";
        vector.threads = 2;
        vector.model = "tiny";
        vector.setUp();
        vector.tearDown();
    }

    @Test
    void attention() {
        Attention attention = new Attention();
        attention.kernels = "vector";
        attention.tokens = 29;
        attention.threads = 2;
        attention.model = "tiny";
        attention.setUp();
        attention.tearDown();
    }

    @Test
    void elementWise() {
        LayerNorm norm = new LayerNorm();
        norm.kernels = "vector";
        norm.dModel = 50;
        norm.setUp();
        Softmax softmax = new Softmax();
        softmax.kernels = "vector";
        softmax.keys = 50;
        softmax.setUp();
        Interleave interleave = new Interleave();
        interleave.kernels = "vector";
        interleave.steps = 50;
        interleave.setUp();
        Gelu gelu = new Gelu();
        gelu.kernels = "vector";
        gelu.dMlp = 50;
        gelu.setUp();
    }

    @Test
    void lenses() {
        FusedLens fused = new FusedLens();
        fused.kernels = "vector";
        fused.positions = 7;
        fused.threads = THREADS;
        fused.model = "tiny";
        fused.setUp();
        fused.tearDown();
        FullLens full = new FullLens();
        full.tokens = 7;
        full.threads = THREADS;
        full.model = "tiny";
        full.setUp();
        full.tearDown();
        LastPositionLens last = new LastPositionLens();
        last.tokens = 5;
        last.threads = THREADS;
        last.model = "tiny";
        last.setUp();
        last.tearDown();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "klFromFinal", "track", "bottom", "jsd"})
    void fullLensMetrics(String more) {
        FullLensMetrics full = new FullLensMetrics();
        full.more = more;
        full.tokens = 9;
        full.threads = THREADS;
        full.model = "tiny";
        full.setUp();
        full.read();
        full.tearDown();
    }

    @Test
    void runs() {
        Prefill prefill = new Prefill();
        prefill.tokens = 7;
        prefill.threads = THREADS;
        prefill.model = "tiny";
        prefill.setUp();
        prefill.tearDown();
        Decode decode = new Decode();
        decode.past = 9;
        decode.threads = THREADS;
        decode.model = "tiny";
        decode.setUp();
        decode.logits();
        decode.tearDown();
        Open open = new Open();
        open.threads = THREADS;
        open.model = "tiny";
        open.setUp();
    }

    @ParameterizedTest
    @ValueSource(strings = {"english", "mixed"})
    void tokenizer(String text) {
        Tokenizer tokenizer = new Tokenizer();
        tokenizer.text = text;
        tokenizer.setUp();
    }

    @Test
    void theSummaryKnowsWhatEachBenchmarkDoes() {
        Set<BenchmarkListEntry> all = BenchmarkList.defaultList().find(
                OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of(".*"), List.of());
        assertFalse(all.isEmpty());
        for (BenchmarkListEntry benchmark : all) {
            assertNotNull(Measured.workOf(Measured.subjectOf(benchmark.getUsername())));
        }
    }

    @Test
    void disagreementStopsABenchmark() {
        assertThrows(IllegalStateException.class, () -> Agreement.requireSameBits(
                "zero", new float[] {0f, 0f}, new float[] {0f, -0f}));
        assertThrows(IllegalStateException.class, () -> Agreement.requireClose("close", 1, Double.NaN, 1));
        Reading reading = new Reading(new int[] {3, 1}, 0, 0, 0);
        assertThrows(IllegalStateException.class, () -> new Reading(new int[] {1, 3}, 0, 0, 0).require("top", reading));
    }
}
