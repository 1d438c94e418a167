package io.github.logitlens.bench.report;

import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Measures everything, checks agreement before, and writes the report.
///
/// Exit code: 0 done, although something may not be on this machine, which the report says; 1 something failed or does not
/// agree; 2 wrong usage.
public final class ReportMain {

    private static final String USAGE = """
            usage: report [--quick] [--publish]
                   report --only GROUP... [--quick]
                   report --only metrics [--publish]
                   report --again [--publish]
                   report --tables
                   report --against COMMIT [--quick] [--only GROUP...] [--task WORDS...]

              --quick       in 3 minutes instead of 15: fewer sizes, peers and rounds
              --only GROUP  kernels, prefill, lens, decode, scaling, open, tokenizer, memory or start, instead of all of them; or
                            metrics, what each number costs, which is not among them
              --again       writes the report of the last run's figures anew, without measuring
              --publish     puts the figures among the committed ones, in place of those of this kind of machine, and the tables
                            of all of them into lens-bench/README.md, the headline into README.md; what each number costs into
                            tools/docs/benchmark.md
              --tables      writes those tables anew from the committed figures, without measuring
              --against COMMIT
                            old beside new, in turns: builds that commit in a temporary work tree, and runs its benchmarks and
                            these in JVMs that alternate, some two minutes a task, --quick half a one; without peers, memory
                            and start
              --task WORDS  of those only the tasks whose names have these words in them, such as "prefill, 64"
            """;
    private static final String START = "start";
    private static final String MEMORY = "memory";
    private static final List<String> OWN_GROUPS = List.of("kernels", "prefill", "lens", "decode", "many", "scaling", "open", "tokenizer",
            MEMORY, START, Schedule.METRICS);
    /// Groups whose matches are pairs of ours, or whole processes.
    private static final List<String> NOT_AGAINST = List.of("many", "scaling", MEMORY, START, Schedule.METRICS);
    private static final List<String> JVM_OPTIONS = Stream.concat(Jvms.LIBRARIES.stream(),
            Stream.of("-Dlens.kernels=vector", "-Xmx4g")).toList();

    private final Path module = Path.of(System.getProperty("lens.bench.module", ".")).toAbsolutePath().normalize();
    private final Path folder = Path.of(System.getProperty("lens.bench.target", "target"), "report").toAbsolutePath();
    private final Path figures = folder.resolve("figures.json");
    private final List<String> only = new ArrayList<>();
    private final List<String> tasks = new ArrayList<>();
    private final List<Report.Took> took = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private boolean quick;
    private boolean again;
    private boolean publish;
    private boolean tables;
    private String against = "";

    private ReportMain() {
    }

    /// @param args see the usage text
    public static void main(String[] args) throws IOException {
        ReportMain main = new ReportMain();
        if (Arrays.asList(args).contains("--help")) {
            System.out.print(USAGE);
            System.exit(0);
        }
        String wrong = main.parse(args);
        if (!wrong.isEmpty()) {
            System.err.print("report: " + wrong + "\n" + USAGE);
            System.exit(2);
        }
        try {
            System.exit(main.run());
        } catch (IllegalStateException e) {
            System.err.println("report: " + e.getMessage());
            System.exit(1);
        }
    }

    /// @return what is wrong, or nothing
    private String parse(String[] args) {
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--again" -> again = true;
                case "--publish" -> publish = true;
                case "--tables" -> tables = true;
                case "--only", "--task", "--against" -> {
                    if (i + 1 == args.length) {
                        return args[i] + ": expected a value, got none";
                    }
                    switch (args[i]) {
                        case "--only" -> only.add(args[++i]);
                        case "--task" -> tasks.add(args[++i]);
                        default -> against = args[++i];
                    }
                }
                default -> {
                    return "unknown option " + args[i];
                }
            }
        }
        List<String> groups = against.isEmpty() ? OWN_GROUPS : OWN_GROUPS.stream().filter(it -> !NOT_AGAINST.contains(it)).toList();
        if (!groups.containsAll(only)) {
            return "--only: expected one of " + groups + ", got " + only;
        }
        if (again && (quick || !only.isEmpty()) || tables && args.length > 1) {
            return "--again, --tables: expected nothing that measures beside it";
        }
        if (publish && !only.isEmpty() && !only.equals(List.of(Schedule.METRICS))) {
            return "--publish: expected all groups, or metrics alone, got " + only;
        }
        if (against.isEmpty() ? !tasks.isEmpty() : again || publish) {
            return "--task, --against: expected --task beside --against, and no --again or --publish";
        }
        return "";
    }

    private int run() throws IOException {
        Files.createDirectories(folder);
        if (tables) {
            new Published(module).write();
            return 0;
        }
        if (!against.isEmpty()) {
            return compare();
        }
        Report report;
        if (again) {
            report = Json.read(figures, Report.class);
        } else {
            report = measure();
            Json.write(figures, report);
        }
        Figures shown = Figures.of(report);
        String metrics = ReportText.metrics(report);
        String text = ReportText.headline(List.of(shown)) + "\n" + ReportText.whole(shown, "") + (metrics.isEmpty() ? "" : "\n" + metrics + "\n");
        Files.writeString(folder.resolve("report.md"), "# Benchmark report\n\n" + text);
        Published.draw(shown, folder, "");
        if (publish && !metrics.isEmpty()) {
            Section.replace(module.resolveSibling("tools").resolve("docs/benchmark.md"), Schedule.METRICS, metrics);
        } else if (publish) {
            Published published = new Published(module);
            published.add(shown);
            published.write();
        }
        System.out.print(text);
        report.took().forEach(took -> System.err.printf(Locale.ROOT, "report: %6.1f s  %s%n", took.seconds(), took.group()));
        System.err.printf(Locale.ROOT, "report: %6.1f s  in all%n", 60 * Report.minutes(report.took()));
        System.err.println("report: " + folder.resolve("report.md"));
        return report.failed() ? 1 : 0;
    }

    private int compare() throws IOException {
        List<Match> matches = Schedule.groups(quick, Runtime.getRuntime().availableProcessors()).stream()
                .filter(group -> isWanted(group.name()) && !NOT_AGAINST.contains(group.name()))
                .flatMap(group -> group.matches().stream())
                .filter(match -> tasks.isEmpty() || tasks.stream().anyMatch(match.title()::contains)).toList();
        if (matches.isEmpty()) {
            throw new IllegalStateException("--task: expected words of a task's name, got " + tasks);
        }
        RandomModel.directory(ModelSize.SMALL);
        String text = new Against(quick ? Against.Turns.QUICK : Against.Turns.FULL, folder, System.getProperty("java.class.path"))
                .measure(module, against, matches);
        Files.writeString(folder.resolve("against.md"), text);
        System.out.print(text);
        System.err.println("report: " + folder.resolve("against.md"));
        return 0;
    }

    private Report measure() throws IOException {
        Machine machine = Machine.here(module.getParent());
        System.err.println("report: random weights of GPT-2 small's shape in " + RandomModel.directory(ModelSize.SMALL));
        int processors = machine.processors();
        List<Group> groups = Schedule.groups(quick, processors).stream().filter(group -> isWanted(group.name())).toList();
        for (Group group : quick ? Group.joined(groups) : groups) {
            measure(group.name(), () -> measure(group));
        }
        measureIfWanted(MEMORY, () -> new LensMemory(processors, quick ? 1 : 3, folder.resolve("memory.txt")).measure());
        measureIfWanted(START, () -> new ColdStart(processors, quick ? 3 : 7, module.getParent().resolve("tools/bin/lens"),
                folder.resolve("start.txt")).measure());
        if (only.contains(Schedule.METRICS)) {
            measure(Schedule.METRICS, () -> measure(Schedule.metrics(processors)));
        }
        String options = (quick ? " --quick" : "") + only.stream().map(group -> " --only " + group).collect(Collectors.joining());
        return new Report(machine, options, LocalDate.now().toString(), took, outcomes, problems);
    }

    private interface Measurement {
        List<Outcome> measure() throws IOException;
    }

    private boolean isWanted(String group) {
        return only.isEmpty() || only.contains(group);
    }

    private void measureIfWanted(String name, Measurement group) {
        if (isWanted(name)) {
            measure(name, group);
        }
    }

    private void measure(String name, Measurement group) {
        long start = System.nanoTime();
        try {
            outcomes.addAll(group.measure());
        } catch (IOException | IllegalStateException e) {
            problems.add(name + ": " + e.getMessage());
        }
        took.add(new Report.Took(name, (System.nanoTime() - start) / 1e9));
    }

    /// In a JVM of its own, whose words go to standard error and whose outcomes into a file.
    private List<Outcome> measure(Group group) throws IOException {
        Path asked = folder.resolve("group.json");
        Path answered = folder.resolve("outcomes.json");
        Json.write(asked, group);
        Files.deleteIfExists(answered);
        Jvms.run(JVM_OPTIONS, GroupMain.class, folder.resolve("group.txt"), asked.toString(), answered.toString());
        return List.of(Json.read(answered, Outcome[].class));
    }
}
