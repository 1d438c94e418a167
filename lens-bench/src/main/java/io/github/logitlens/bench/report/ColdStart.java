package io.github.logitlens.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.RandomModel;
import io.github.logitlens.bench.peer.PeerMissingException;
import io.github.logitlens.bench.peer.TorchPython;
import io.github.logitlens.bench.report.Outcome.Side;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.weights.Checkpoint;
import io.github.logitlens.weights.Gpt2Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Whole processes in turns, from their start to their end: the command's first lens, and PyTorch's.
final class ColdStart {

    static final String IMPORT = "python3 -c \"import torch\"";
    static final String GPT2 = "cold start, GPT-2 small's shape to the table";
    static final String DEMO = "cold start, bundled model to the table";

    private static final String PROMPT = "The Eiffel Tower is in";
    private static final long SAMPLE_MILLIS = 2;
    /// The first prediction of a line that torch_peer.py prints.
    private static final Pattern TOP = Pattern.compile("KL=\\S+\\s+(\\d+):");
    private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

    private final int threads;
    private final int rounds;
    private final String launcher;
    private final Path directory = RandomModel.directory(ModelSize.SMALL);
    private final Path output;

    private record Run(double seconds, double peakBytes) {
    }

    /// @param launcher `tools/bin/lens`
    /// @param output   a file to write to
    ColdStart(int threads, int rounds, Path launcher, Path output) {
        this.threads = threads;
        this.rounds = rounds;
        this.launcher = launcher.toString();
        this.output = output;
    }

    List<Outcome> measure() throws IOException {
        List<String> demo = List.of(launcher, "--threads", Integer.toString(threads), PROMPT);
        List<String> gpt2 = new ArrayList<>(demo);
        gpt2.addAll(1, List.of("--model", directory.toString()));
        List<Outcome> outcomes = new ArrayList<>();
        try {
            List<String> torch = torchLens();
            requireAgreement(gpt2, torch);
            outcomes.add(measure(GPT2, gpt2, Schedule.TORCH, torch, gpt2Targets()));
            outcomes.add(measure(DEMO, demo, IMPORT, List.of(TorchPython.program(), "-c", "import torch"), demoTargets()));
        } catch (PeerMissingException e) {
            outcomes.add(alone(GPT2, gpt2, Schedule.TORCH, gpt2Targets(), e));
            outcomes.add(alone(DEMO, demo, IMPORT, demoTargets(), e));
        }
        return outcomes;
    }

    private static List<Target> gpt2Targets() {
        return List.of(Target.time(Schedule.TORCH, 0.6), Target.memory(mostMemory(ModelSize.SMALL.config())));
    }

    private static List<Target> demoTargets() {
        try (Checkpoint demo = Checkpoint.demo()) {
            return List.of(Target.time(IMPORT, 0.5), Target.memory(mostMemory(demo.config())));
        }
    }

    /// What a process may take that reads one prompt: the weights in float32, a third of them again, and 100 MB.
    private static double mostMemory(Gpt2Config config) {
        return 1.35 * 4 * config.parameterCount() + 100e6;
    }

    private List<String> torchLens() {
        String ids = Arrays.stream(Gpt2Tokenizer.gpt2().encode(PROMPT)).mapToObj(Integer::toString)
                .collect(Collectors.joining(","));
        return TorchPython.command("torch_peer.py",
                List.of(directory.toString(), "--threads", Integer.toString(threads), "--ids", ids));
    }

    /// @throws IllegalStateException if the two do not predict the same tokens
    private void requireAgreement(List<String> ours, List<String> torch) throws IOException {
        List<String> json = new ArrayList<>(ours);
        json.add(1, "--json");
        run(json);
        List<Long> expected = new ArrayList<>();
        for (JsonNode reading : new ObjectMapper().readTree(output.toFile()).get("readings")) {
            expected.add(reading.get("top").get(0).get("id").asLong());
        }
        run(torch);
        List<Long> got = TOP.matcher(Files.readString(output)).results().map(found -> Long.parseLong(found.group(1))).toList();
        if (!expected.equals(got)) {
            throw new IllegalStateException("cold start: expected PyTorch's first predictions " + expected + ", got " + got);
        }
    }

    private Outcome measure(String title, List<String> ours, String peer, List<String> theirs, List<Target> targets)
            throws IOException {
        System.err.println("report: " + title);
        Run[] our = new Run[rounds];
        Run[] their = new Run[rounds];
        run(ours);
        run(theirs);
        for (int round = 0; round < rounds; round++) {
            our[round] = run(ours);
            their[round] = run(theirs);
        }
        return outcome(title, targets, side(Outcome.OURS, our), side(peer, their));
    }

    private Outcome alone(String title, List<String> ours, String peer, List<Target> targets,
            PeerMissingException missing) throws IOException {
        System.err.println("report: " + title);
        run(ours);
        Run[] runs = new Run[rounds];
        for (int round = 0; round < rounds; round++) {
            runs[round] = run(ours);
        }
        return outcome(title, targets, side(Outcome.OURS, runs), Side.missing(peer, missing.getMessage(), false));
    }

    private Outcome outcome(String title, List<Target> targets, Side... sides) {
        return new Outcome(new Match(title, "", threads, Map.of(), Map.of(), targets), new double[0], new double[0],
                List.of(sides));
    }

    private static Side side(String name, Run[] runs) {
        return new Side(name, Arrays.stream(runs).mapToDouble(Run::seconds).toArray(),
                Arrays.stream(runs).mapToDouble(Run::peakBytes).toArray(), true, "", false);
    }

    /// Runs a command to its end, in a while asking the system for the most memory it ever had.
    private Run run(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        long start = System.nanoTime();
        Process process = builder.start();
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        double peak = 0;
        try {
            while (!process.waitFor(SAMPLE_MILLIS, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, peakBytes(status));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + command, e);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (process.exitValue() != 0) {
            throw new IllegalStateException(command + ": expected exit code 0, got " + process.exitValue());
        }
        return new Run(seconds, peak);
    }

    /// Zero where there is no such file, as on other systems than Linux.
    private static double peakBytes(Path status) {
        try {
            var found = PEAK.matcher(Files.readString(status));
            return found.find() ? 1024.0 * Long.parseLong(found.group(1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
