package io.github.logitlens.bench;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logitlens.bench.harness.Benchmarked;
import io.github.logitlens.bench.harness.Measured;
import io.github.logitlens.bench.peer.PeerMissingException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class SetUpTest {

    /// At a small size, which runs the benchmark's agreement check.
    @ParameterizedTest
    @CsvSource({
        "FmaPeak, ''",
        "ReadBandwidth, streams=1 mebibytes=4",
        "ReadBandwidth, streams=4 mebibytes=4",
        "ReadBandwidth, streams=8 mebibytes=4",
        "Product, shape=qkv rows=29 weights=hot",
        "Product, shape=attnOut rows=29 weights=hot",
        "Product, shape=mlpIn rows=29 weights=hot",
        "Product, shape=mlpOut rows=29 weights=hot",
        "Product, shape=unembed rows=29 weights=hot",
        "MatrixVector, ''",
        "Attention, tokens=29",
        "LayerNorm, dModel=50",
        "Softmax, keys=50",
        "Interleave, steps=50",
        "Gelu, dMlp=50",
        "FusedLens, positions=7",
        "FullLens, tokens=7",
        "LastPositionLens, tokens=5",
        "FullLensMetrics, more=nothing tokens=9",
        "FullLensMetrics, more=klFromFinal tokens=9",
        "FullLensMetrics, more=track tokens=9",
        "FullLensMetrics, more=bottom tokens=9",
        "FullLensMetrics, more=affine tokens=9",
        "FullLensMetrics, more=jsd tokens=9",
        "Batch, prompts=9 lengths=4-12 positions=last way=batch",
        "Batch, prompts=9 lengths=1-5 positions=all way=alone",
        "Generate, tokens=5 samples=1 points=none temperature=0",
        "Corpus, tokens=6 windows=3 way=corpus",
        "Generate, tokens=5 samples=3 points=all temperature=1",
        "Prefill, tokens=7",
        "Decode, past=9",
        "Open.model, ''",
        "Open.file, ''",
        "Tokenizer, text=english",
        "Tokenizer, text=mixed",
    })
    void agreesAndRuns(String name, String parameters) {
        Map<String, String> all = Arrays.stream(("model=tiny threads=2 kernels=vector " + parameters).split(" "))
                .map(parameter -> parameter.split("="))
                .collect(Collectors.toMap(parameter -> parameter[0], parameter -> parameter[1]));
        try (Benchmarked benchmark = Benchmarks.setUp(name, all)) {
            assertNotNull(benchmark.call());
        }
    }

    @Test
    void ofEachBenchmarkThatJmhFindsTheWorkIsKnown() {
        Set<BenchmarkListEntry> all = BenchmarkList.defaultList().find(
                OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of(".*"), List.of());
        assertFalse(all.isEmpty());
        for (BenchmarkListEntry benchmark : all) {
            assertNotNull(Benchmarks.work(Measured.subjectOf(benchmark.getUsername()), Map.of()));
        }
    }

    @Test
    void aProgramThatIsNotBuiltInIsMissing() {
        assertThrows(PeerMissingException.class, () -> Benchmarks.setUp("NobodysPrefill", Map.of()));
    }
}
