package io.github.logitlens.bench.report;

import io.github.logitlens.bench.ModelSize;
import io.github.logitlens.bench.RandomModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Measures everything, checks agreement before, and writes the report.
///
/// Exit code: 0 done, although something may not be on this machine, which the report says; 1 something failed or does not
/// agree; 2 wrong usage.
public final class ReportMain {

    private static final String USAGE = """
            usage: report [--quick] [--only GROUP]... [--publish]
                   report --again [--publish]

              --quick       about 3 minutes instead of 15: all processors only, fewer sizes, fewer rounds
              --only GROUP  kernels, prefill, lens, decode, open, tokenizer or start, instead of all of them
              --again       writes the report of the last run's figures anew, without measuring
              --publish     puts the result into lens-bench/README.md, its pictures beside it, and the headline into README.md
            """;
    private static final String START = "start";
    private static final List<String> OWN_GROUPS =
            List.of("kernels", "prefill", "lens", "decode", "open", "tokenizer", START);
    private static final List<String> JVM_OPTIONS = List.of("--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Dlens.kernels=vector", "-Xmx4g");

    private final Path module = Path.of(System.getProperty("lens.bench.module", ".")).toAbsolutePath().normalize();
    private final Path folder = Path.of(System.getProperty("lens.bench.target", "target"), "report").toAbsolutePath();
    private final Path figures = folder.resolve("figures.json");
    private final List<String> only = new ArrayList<>();
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
        return !again || !quick && only.isEmpty();
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
        if (publish) {
            Files.createDirectories(module.resolve("report"));
            drawInto(module.resolve("report"), report);
            Section.replace(module.resolve("README.md"), "report", text.whole("report"));
            Section.replace(module.getParent().resolve("README.md"), "headline", text.headline());
        }
        System.out.print(text.headline() + "\n" + text.whole("."));
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
        long start = System.nanoTime();
        Machine machine = Machine.here(module.getParent());
        System.err.println("report: random weights of GPT-2 small's shape in " + RandomModel.directory(ModelSize.SMALL));
        List<Outcome> outcomes = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Group group : Schedule.groups(quick, machine.processors())) {
            if (isWanted(group.name())) {
                try {
                    outcomes.addAll(measure(group));
                } catch (IOException | IllegalStateException e) {
                    problems.add(group.name() + ", threads " + group.threads() + ": " + e.getMessage());
                }
            }
        }
        if (isWanted(START)) {
            try {
                outcomes.addAll(new ColdStart(machine.processors(), quick ? 3 : 9,
                        module.getParent().resolve("tools/bin/lens"), folder.resolve("start.txt")).measure());
            } catch (IOException | IllegalStateException e) {
                problems.add("cold start: " + e.getMessage());
            }
        }
        return new Report(machine, quick, LocalDate.now().toString(), (System.nanoTime() - start) / 6e10, outcomes, problems);
    }

    private boolean isWanted(String group) {
        return only.isEmpty() || only.contains(group);
    }

    /// In a JVM of its own, whose words go to standard error and whose outcomes into a file.
    private List<Outcome> measure(Group group) throws IOException {
        Path asked = folder.resolve("group.json");
        Path answered = folder.resolve("outcomes.json");
        Json.write(asked, group);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        for (String property : List.of("lens.bench.module", "lens.bench.target", "lens.bench.python")) {
            if (System.getProperty(property) != null) {
                command.add("-D" + property + "=" + System.getProperty(property));
            }
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), GroupMain.class.getName(), asked.toString(),
                answered.toString()));
        Files.deleteIfExists(answered);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        try {
            int exit = process.waitFor();
            if (exit != 0) {
                throw new IllegalStateException("its JVM ended with exit code " + exit + ", see the log");
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring " + group.name(), e);
        }
        return List.of(Json.read(answered, Outcome[].class));
    }
}
