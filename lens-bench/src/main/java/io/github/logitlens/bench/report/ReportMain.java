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

              --quick       in 3 minutes instead of 15: fewer sizes, peers and rounds
              --only GROUP  kernels, prefill, lens, decode, scaling, open, tokenizer, memory or start, instead of all of them; or
                            metrics, what each number costs, which is not among them
              --again       writes the report of the last run's figures anew, without measuring
              --publish     puts the result into lens-bench/README.md, its pictures beside it, and the headline into README.md;
                            what each number costs into lens-core/GUIDE.md
            """;
    private static final String START = "start";
    private static final String MEMORY = "memory";
    private static final List<String> OWN_GROUPS = List.of("kernels", "prefill", "lens", "decode", "scaling", "open", "tokenizer",
            MEMORY, START, Schedule.METRICS);
    private static final List<String> JVM_OPTIONS = List.of("--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow", "-Dlens.kernels=vector", "-Xmx4g");

    private final Path module = Path.of(System.getProperty("lens.bench.module", ".")).toAbsolutePath().normalize();
    private final Path folder = Path.of(System.getProperty("lens.bench.target", "target"), "report").toAbsolutePath();
    private final Path figures = folder.resolve("figures.json");
    private final List<String> only = new ArrayList<>();
    private final List<Report.Took> took = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private boolean quick;
    private boolean again;
    private boolean publish;

    private ReportMain() {
    }

    /// @param args see the usage text
    public static void main(String[] args) throws IOException {
        ReportMain main = new ReportMain();
        if (Arrays.asList(args).contains("--help") || !main.understands(args)) {
            System.err.print(USAGE);
            System.exit(2);
        }
        System.exit(main.run());
    }

    private boolean understands(String[] args) {
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> quick = true;
                case "--again" -> again = true;
                case "--publish" -> publish = true;
                case "--only" -> {
                    if (++i == args.length || !OWN_GROUPS.contains(args[i])) {
                        System.err.println("report: --only: expected one of " + OWN_GROUPS);
                        return false;
                    }
                    only.add(args[i]);
                }
                default -> {
                    System.err.println("report: unknown option " + args[i]);
                    return false;
                }
            }
        }
        if (again && (quick || !only.isEmpty())) {
            System.err.println("report: --again: expected no --quick and no --only beside it");
            return false;
        }
        if (publish && !only.isEmpty() && !only.equals(List.of(Schedule.METRICS))) {
            System.err.println("report: --publish: expected all groups, or metrics alone, got " + only);
            return false;
        }
        return true;
    }

    private int run() throws IOException {
        Files.createDirectories(folder);
        Report report;
        if (again) {
            report = Json.read(figures, Report.class);
        } else {
            report = measure();
            Json.write(figures, report);
        }
        ReportText text = new ReportText(report);
        Files.writeString(folder.resolve("report.md"), "# Benchmark report\n\n" + text.headline() + "\n" + text.whole("."));
        drawInto(folder, report);
        if (publish && !text.metrics().isEmpty()) {
            Section.replace(module.getParent().resolve("lens-core/GUIDE.md"), Schedule.METRICS, text.metrics());
        } else if (publish) {
            Files.createDirectories(module.resolve("report"));
            drawInto(module.resolve("report"), report);
            Section.replace(module.resolve("README.md"), "report", text.whole("report"));
            Section.replace(module.getParent().resolve("README.md"), "headline", text.headline());
        }
        System.out.print(text.headline() + "\n" + text.whole("."));
        report.took().forEach(took -> System.err.printf(Locale.ROOT, "report: %6.1f s  %s%n", took.seconds(), took.group()));
        System.err.printf(Locale.ROOT, "report: %6.1f s  in all%n", 60 * report.minutes());
        System.err.println("report: " + folder.resolve("report.md"));
        return report.failed() ? 1 : 0;
    }

    private static void drawInto(Path folder, Report report) throws IOException {
        Files.writeString(folder.resolve("ratios.svg"), RatioChart.draw(report.outcomes()));
        int threads = report.machine().processors();
        List<Outcome> limited = report.outcomes().stream()
                .filter(outcome -> outcome.threads() == threads && outcome.flopRates().length > 0).toList();
        if (!limited.isEmpty()) {
            Files.writeString(folder.resolve("roofline.svg"), RooflineChart.draw(limited, threads));
        }
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
