package io.github.logitlens.bench.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/// Another commit's benchmarks and these in turns: in each round each of a match's two sides is one JVM, and the one that began
/// the last round comes second in the next.
///
/// What is run is JMH as a command line, which every commit has had and which names benchmarks and parameters as users do.
final class Against {

    /// How JMH measures in one JVM: seconds of warm-up, then as many iterations.
    ///
    /// @param rounds of each match
    record Turns(int rounds, int warmUp, int iterations) {

        static final Turns FULL = new Turns(5, 10, 10);
        static final Turns QUICK = new Turns(3, 5, 5);
    }

    private static final String ITERATION = "200ms";
    private static final long PATIENCE_SECONDS = 10;
    /// How JMH says so.
    private static final String NO_SUCH_BENCHMARK = "No matching benchmarks";

    private final Turns turns;
    private final Path folder;
    private final String ours;

    /// @param match   what was done
    /// @param old     seconds of one call of the other commit's, round by round; empty where it does not have that benchmark
    /// @param current seconds of one call of ours in the same rounds
    record Pair(Match match, double[] old, double[] current) {
    }

    /// @param folder    for the files of a run
    /// @param classPath of our benchmarks
    Against(Turns turns, Path folder, String classPath) {
        this.turns = turns;
        this.folder = folder;
        this.ours = classPath;
    }

    /// Checks a commit out, builds it, measures, and removes it again, also where the process is told to end.
    ///
    /// @param name of the commit
    /// @return the table
    String measure(Path repository, String name, List<Match> matches) throws IOException {
        Worktree worktree = Worktree.of(repository, name);
        Thread end = new Thread(() -> remove(worktree));
        Runtime.getRuntime().addShutdownHook(end);
        try {
            System.err.println("report: building commit " + worktree.commit() + " in " + worktree.folder());
            String theirs = worktree.build();
            List<Pair> pairs = new ArrayList<>();
            for (Match match : matches) {
                pairs.add(measure(match, theirs));
            }
            return text(worktree.commit(), Machine.here(repository), pairs);
        } finally {
            if (isEnding(end)) {
                waitFor(end);
            } else {
                worktree.close();
            }
        }
    }

    /// Whether the process is ending; if not, what was to be done then is forgotten.
    private static boolean isEnding(Thread end) {
        try {
            return !Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private static void waitFor(Thread end) {
        try {
            end.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends what this process started, which may be writing there, and removes the work tree.
    private static void remove(Worktree worktree) {
        List<ProcessHandle> started = ProcessHandle.current().descendants().toList();
        started.forEach(ProcessHandle::destroy);
        for (ProcessHandle process : started) {
            process.onExit().completeOnTimeout(process, PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        }
        try {
            worktree.close();
        } catch (IOException e) {
            System.err.println("report: cannot remove " + worktree.folder() + ": " + e.getMessage());
        }
    }

    private Pair measure(Match match, String theirs) throws IOException {
        double[] old = new double[turns.rounds()];
        double[] current = new double[turns.rounds()];
        for (int round = 0; round < turns.rounds(); round++) {
            boolean oldFirst = round % 2 == 0;
            OptionalDouble first = run(match, oldFirst ? theirs : ours);
            OptionalDouble second = run(match, oldFirst ? ours : theirs);
            OptionalDouble oldTime = oldFirst ? first : second;
            if (oldTime.isEmpty()) {
                System.err.println("report: " + match.title() + ": not in the other commit");
                return new Pair(match, new double[0], new double[0]);
            }
            old[round] = oldTime.getAsDouble();
            current[round] = (oldFirst ? second : first).orElseThrow();
            System.err.printf(Locale.ROOT, "report: %s, %d threads, round %d: old : new %.3f%n", match.title(), match.threads(),
                    round + 1, old[round] / current[round]);
        }
        return new Pair(match, old, current);
    }

    /// One JVM of JMH's and the one that it forks.
    ///
    /// @return seconds of one call, the median of its iterations; empty if there is no such benchmark
    private OptionalDouble run(Match match, String classPath) throws IOException {
        Path result = folder.resolve("turn.json");
        List<String> words = new ArrayList<>(List.of("org.openjdk.jmh.Main", pattern(match.ours()), "-f", "1", "-foe", "true",
                "-wi", Integer.toString(turns.warmUp()), "-w", "1s", "-i", Integer.toString(turns.iterations()), "-r", ITERATION,
                "-tu", "s", "-rf", "json", "-rff", result.toString()));
        match.parametersOfOurs().forEach((name, value) -> words.addAll(List.of("-p", name + "=" + value)));
        Path log = folder.resolve("turn.txt");
        Path errors = folder.resolve("turn-errors.txt");
        if (Command.run(Jvms.command(Jvms.LIBRARIES, classPath, words), Redirect.to(log.toFile()), Redirect.to(errors.toFile())) == 0) {
            return OptionalDouble.of(median(result));
        }
        if (Files.readString(errors).contains(NO_SUCH_BENCHMARK)) {
            return OptionalDouble.empty();
        }
        throw new IllegalStateException(match.title() + ": JMH failed, see " + log + " and " + errors);
    }

    /// Of a benchmark's name, whatever package it is in: `Open.file` is a method of a class, `Prefill` a class.
    static String pattern(String name) {
        return "[.]" + name.replace(".", "[.]") + (name.contains(".") ? "$" : "[.]");
    }

    /// Of the first benchmark's first JVM, in JMH's JSON.
    static double median(Path result) throws IOException {
        JsonNode iterations = new ObjectMapper().readTree(result.toFile()).required(0).required("primaryMetric").required("rawData")
                .required(0);
        return Spread.of(StreamSupport.stream(iterations.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray()).median();
    }

    /// Times and ratios as Markdown.
    String text(String commit, Machine machine, List<Pair> pairs) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format("Commit %s beside %s, %d JVMs each in turns, %s, %s.", commit, machine.commit(), turns.rounds(),
                machine.processor(), machine.jdk()));
        lines.add("");
        lines.add("| task | threads | old | new | old : new |");
        lines.add("|---|---|---|---|---|");
        for (Pair pair : pairs) {
            String cells = pair.old().length == 0 ? "not there | | "
                    : ReportText.time(Spread.of(pair.old())) + " | " + ReportText.time(Spread.of(pair.current())) + " | "
                            + Spread.ofRatios(pair.old(), pair.current()).words("%.3f");
            lines.add("| " + pair.match().title() + " | " + pair.match().threads() + " | " + cells + " |");
        }
        double[] medians = pairs.stream().filter(pair -> pair.old().length > 0)
                .mapToDouble(pair -> Spread.ofRatios(pair.old(), pair.current()).median()).toArray();
        if (medians.length > 1) {
            lines.add("");
            lines.add(String.format(Locale.ROOT, "Geometric mean of the ratios %.3f.", Spread.geometricMean(medians)));
        }
        return String.join("\n", lines) + "\n";
    }
}
