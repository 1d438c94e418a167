package io.github.logitlens.bench.report;

import io.github.logitlens.bench.report.Outcome.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// [FullLensMemory], some times.
final class LensMemory {

    private static final double MOST_BYTES = 100e6;

    private final int threads;
    private final int rounds;
    private final Path output;

    /// @param output a file to write to
    LensMemory(int threads, int rounds, Path output) {
        this.threads = threads;
        this.rounds = rounds;
        this.output = output;
    }

    List<Outcome> measure() throws IOException {
        Match match = new Match("memory on top of the open model, full lens, 1024 tokens", "", threads, Map.of(), Map.of(),
                List.of(Target.memory(MOST_BYTES)));
        System.err.println("report: " + match.title());
        if (!FullLensMemory.canMeasure()) {
            return List.of(new Outcome(match, new double[0], new double[0],
                    List.of(Side.missing(Outcome.OURS, "needs /proc/self/clear_refs, which Linux has", false))));
        }
        double[] bytes = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            bytes[round] = Double.parseDouble(run());
        }
        return List.of(new Outcome(match, new double[0], new double[0],
                List.of(new Side(Outcome.OURS, new double[rounds], bytes, true, "", false))));
    }

    private String run() throws IOException {
        List<String> options = new ArrayList<>(FullLensMemory.JVM_OPTIONS);
        options.add("-Dlens.threads=" + threads);
        Jvms.run(options, FullLensMemory.class, output);
        return Files.readString(output).strip();
    }
}
