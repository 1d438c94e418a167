package io.github.logitlens.bench;

import io.github.logitlens.bench.harness.Limits;
import io.github.logitlens.bench.harness.Measured;
import io.github.logitlens.bench.harness.Summary;
import io.github.logitlens.model.Compute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs the limits, then the benchmarks asked for, and prints each result as a fraction of the limits of that same run.
///
/// Takes JMH's own command line. Results go to `-rff FILE`, or a new file in the build directory, as JMH's JSON.
public final class BenchMain {

    private final CommandLineOptions asked;
    private final Path resultFile;

    private BenchMain(CommandLineOptions asked, Path resultFile) {
        this.asked = asked;
        this.resultFile = resultFile;
    }

    /// @param args options and patterns as JMH takes them
    public static void main(String[] args) throws RunnerException, IOException {
        try {
            parse(args).run();
        } catch (CommandLineOptionException | IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(2);
        }
    }

    /// Takes `-rff` for this class: the results of both runs go into one file.
    private static BenchMain parse(String[] args) throws CommandLineOptionException {
        List<String> rest = new ArrayList<>();
        String time = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").format(LocalDateTime.now());
        Path resultFile = Path.of(System.getProperty("lens.bench.target", "target"), "results", time + ".json");
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("-rff") && i + 1 < args.length) {
                resultFile = Path.of(args[++i]);
            } else if (args[i].equals("-rf")) {
                throw new IllegalArgumentException("-rf: results are always JSON");
            } else {
                rest.add(args[i]);
            }
        }
        return new BenchMain(new CommandLineOptions(rest.toArray(String[]::new)), resultFile);
    }

    private void run() throws RunnerException, IOException {
        if (asked.shouldHelp()) {
            asked.showHelp();
        } else if (asked.shouldList()) {
            new Runner(asked).list();
        } else if (asked.shouldListWithParams()) {
            new Runner(asked).listWithParams(asked);
        } else {
            measure();
        }
    }

    private void measure() throws RunnerException, IOException {
        List<String> limits = Benchmarks.LIMITS.stream().map(type -> "^" + type.getName() + "\\.").toList();
        if (find(asked.getIncludes(), asked.getExcludes()).isEmpty()) {
            throw new IllegalArgumentException("no benchmark matches " + asked.getIncludes() + "; -l lists them");
        }
        Files.createDirectories(resultFile.toAbsolutePath().getParent());
        System.out.println("# " + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version")
                + ", " + Compute.defaults().describe());
        // Patterns are added to those asked for: the limits alone are what remains when all else is excluded.
        String limit = String.join("|", limits);
        Collection<RunResult> limitResults = new Runner(builder().include(limit).exclude("^(?!" + limit + ")").build()).run();
        List<RunResult> results = new ArrayList<>(limitResults);
        List<String> excludes = new ArrayList<>(asked.getExcludes());
        excludes.addAll(limits);
        if (!find(asked.getIncludes(), excludes).isEmpty()) {
            ChainedOptionsBuilder options = builder();
            excludes.forEach(options::exclude);
            results.addAll(new Runner(options.build()).run());
        }
        ResultFormatFactory.getInstance(ResultFormatType.JSON, resultFile.toString()).writeOut(results);
        System.out.println();
        new Summary(measured(results), Limits.of(measured(limitResults))).print(System.out);
        System.out.println();
        System.out.println("results: " + resultFile);
    }

    private static List<Measured> measured(Collection<RunResult> results) {
        return results.stream().flatMap(result -> Measured.of(result, Benchmarks::work).stream()).toList();
    }

    /// What was asked for; unless that says otherwise, on one thread and on all processors.
    private ChainedOptionsBuilder builder() {
        ChainedOptionsBuilder options = new OptionsBuilder().parent(asked);
        if (!asked.getParameter("threads").hasValue()) {
            int processors = Runtime.getRuntime().availableProcessors();
            options.param("threads", IntStream.of(1, processors).distinct().mapToObj(Integer::toString)
                    .toArray(String[]::new));
        }
        return options;
    }

    private static Set<BenchmarkListEntry> find(List<String> includes, List<String> excludes) {
        return BenchmarkList.defaultList().find(
                OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                includes.isEmpty() ? List.of(".*") : includes, excludes);
    }
}
