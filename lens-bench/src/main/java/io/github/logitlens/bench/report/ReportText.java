package io.github.logitlens.bench.report;

import io.github.logitlens.bench.report.Outcome.Side;
import io.github.logitlens.bench.report.Row.Other;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// Figures as Markdown.
final class ReportText {

    private static final String NOT_MEASURED = "**not measured**";

    private ReportText() {
    }

    /// Everything of one machine: where, limits, the table, what is missing, pictures.
    ///
    /// @param pictures what the names of the pictures begin with, as seen from the text
    static String whole(Figures figures, String pictures) {
        List<String> lines = new ArrayList<>();
        Machine machine = figures.machine();
        lines.add("Measured " + (figures.date().isEmpty() ? "" : "on " + figures.date() + " ") + "at commit " + machine.commit()
                + " by `lens-bench/bin/report" + figures.options() + "`"
                + (figures.took().isEmpty() ? "." : format(" in %.1f minutes.", Report.minutes(figures.took()))));
        if (!figures.note().isEmpty()) {
            lines.add("");
            lines.add(figures.note());
        }
        lines.add("");
        lines.add("* Machine: " + known(machine.processor(), machine.processors() + " processors", machine.memory(), machine.system()));
        if (!figures.took().isEmpty()) {
            lines.add("* Took: " + figures.took().stream().map(took -> took.group() + format(" %.0f s", took.seconds()))
                    .collect(Collectors.joining(", ")));
        }
        lines.add("* Java: " + machine.jdk());
        lines.add("* Others: " + known(other("ONNX Runtime", machine.onnxRuntime()), other("PyTorch", machine.torch()),
                other("jtokkit", machine.jtokkit())));
        figures.limits().forEach(limit -> lines.add(format("* Limits, %s: fused multiply-add peak %s GFLOP/s, memory read %s GB/s",
                threads(limit.threads()), limit.flopRate().scaled(1e-9).words("%.0f"), limit.byteRate().scaled(1e-9).words("%.1f"))));
        if (!figures.gaps().isEmpty()) {
            lines.add("");
            lines.add("**Not in order in this run:**");
            lines.add("");
            figures.gaps().forEach(gap -> lines.add("* " + oneLine(gap)));
        }
        lines.add("");
        lines.add("| task | threads | our time | of the limit | ONNX Runtime, its time | PyTorch, its time | others, their time | target |");
        lines.add("|---|---|---|---|---|---|---|---|");
        figures.rows().forEach(row -> lines.add(cells(row)));
        lines.add("");
        lines.add("![How many times longer others take](" + pictures + "ratios.svg)");
        if (RooflineChart.hasPoints(figures)) {
            lines.add("");
            lines.add("![Reached and possible](" + pictures + "roofline.svg)");
        }
        return String.join("\n", lines) + "\n";
    }

    private static String known(String... parts) {
        return List.of(parts).stream().filter(part -> !part.isEmpty()).collect(Collectors.joining(", "));
    }

    private static String other(String name, String version) {
        return version.isEmpty() ? "" : name + " " + version;
    }

    /// The three ratios that say most, of every machine.
    static String headline(List<Figures> machines) {
        List<String> lines = new ArrayList<>();
        lines.add(cells(List.of("at GPT-2 small's shape, its time : ours", "against"),
                machines.stream().map(figures -> figures.machine().processor()).toList()));
        lines.add("|---|---|" + "---|".repeat(machines.size()));
        lines.add(headline("full lens, 64 tokens", Schedule.ONNX, "the lens at every layer and position, 64 tokens", machines));
        lines.add(headline(ColdStart.GPT2, Schedule.TORCH, "from starting the command to its table", machines));
        lines.add(headline("tokenizer, english text", Schedule.JTOKKIT, "English text to token ids, one thread", machines));
        return String.join("\n", lines) + "\n";
    }

    private static String headline(String task, String peer, String words, List<Figures> machines) {
        return cells(List.of(words, peer), machines.stream().map(figures -> figures.rows().stream()
                .filter(row -> row.task().equals(task)).findFirst().flatMap(row -> row.ratio(peer))
                .map(ratio -> format("%.2f ×", ratio.median())).orElse("not measured")).toList());
    }

    private static String threads(int threads) {
        return threads + (threads == 1 ? " thread" : " threads");
    }

    private static String cells(Row row) {
        return cells(List.of(row.task(), Integer.toString(row.threads()), ours(row),
                row.ofLimit().map(part -> "**" + part.scaled(100).words("%.0f", " %%**")).orElse(""),
                row.others().stream().filter(other -> Schedule.ONNX_FORMS.contains(other.name()))
                        .map(other -> form(other) + peer(row, other)).collect(Collectors.joining("; ")),
                row.other(Schedule.TORCH).map(other -> peer(row, other)).orElse(""),
                row.others().stream().filter(other -> !Schedule.ONNX_FORMS.contains(other.name()) && !other.name().equals(Schedule.TORCH))
                        .map(other -> "`" + other.name().replace("`", "") + "` " + peer(row, other)).collect(Collectors.joining("; ")),
                row.targets().stream().map(target -> target.verdict(target.reached(row))).collect(Collectors.joining("; "))), List.of());
    }

    private static String form(Other onnx) {
        return onnx.name().equals(Schedule.ONNX) ? "" : "`" + onnx.name().substring(Schedule.ONNX.length() + 2) + "` ";
    }

    /// What is known of ours; a rate where the row stands for several pieces of work.
    private static String ours(Row row) {
        Optional<String> rate = row.flopRate().filter(it -> row.seconds().isEmpty()).map(it -> format("%.1f GFLOP/s", it / 1e9));
        boolean onlyCompared = row.ofLimit().isPresent() || row.others().stream().anyMatch(other -> other.ratio().isPresent());
        return rate.orElseGet(() -> row.seconds().isEmpty() && onlyCompared ? "" : time(row.seconds(), row.bytes()));
    }

    private static String time(Optional<Spread> seconds, Optional<Double> bytes) {
        String both = known(seconds.map(ReportText::time).orElse(""), bytes.map(most -> format("%.0f MB", most / 1e6)).orElse(""));
        return both.isEmpty() ? NOT_MEASURED : both;
    }

    static String time(Spread seconds) {
        double median = seconds.median();
        return (median < 1e-3 ? format("%.1f µs", 1e6 * median) : median < 1 ? format("%.1f ms", 1e3 * median) : format("%.2f s", median))
                + format(" ± %.0f %%", 100 * seconds.relative());
    }

    private static String peer(Row row, Other other) {
        if (other.ratio().isEmpty()) {
            return time(other.seconds(), other.bytes());
        }
        boolean oursIsMeantToBeShorter = row.targets().stream()
                .anyMatch(target -> target.kind() == Target.Kind.TIME && target.against().equals(other.name()));
        Spread ratio = other.ratio().get();
        String words = oursIsMeantToBeShorter ? "ours is **" + ratio.inverse().words("%.2f", " ×** that")
                : "**" + ratio.words("%.2f", " ×** ours");
        return other.seconds().isEmpty() ? words
                : time(other.seconds(), other.bytes()) + (oursIsMeantToBeShorter ? "; " : ", ") + words;
    }

    /// What each number costs, as a table of its own; empty where that was not measured.
    static String metrics(Report report) {
        return report.outcomes().stream().filter(Outcome::isOfMetrics).map(outcome -> metrics(report, outcome)).findFirst().orElse("");
    }

    private static String metrics(Report report, Outcome outcome) {
        List<String> lines = new ArrayList<>();
        lines.add("| read besides the default | ms | more than the default |");
        lines.add("|---|---|---|");
        lines.add(format("| nothing: top 10, probabilities, entropy, KL to final, margin | %.0f | |",
                1e3 * Spread.of(outcome.ours().seconds()).median()));
        for (Side side : outcome.sides().subList(1, outcome.sides().size())) {
            if (side.measured()) {
                Spread ratio = outcome.speedUp(side);
                lines.add(format("| %s | %.0f | %.1f %% (%.1f to %.1f) |", side.name(), 1e3 * Spread.of(side.seconds()).median(),
                        100 * (ratio.median() - 1), 100 * (ratio.least() - 1), 100 * (ratio.most() - 1)));
            }
        }
        lines.add("");
        lines.add(format("%s, %s, %d threads, commit %s, %s: medians of %d rounds in turns.", report.machine().processor(),
                report.machine().jdk(), outcome.threads(), report.machine().commit(), report.date(),
                outcome.ours().seconds().length));
        return String.join("\n", lines);
    }

    private static String cells(List<String> first, List<String> others) {
        return "| " + String.join(" | ", first) + (others.isEmpty() ? "" : " | " + String.join(" | ", others)) + " |";
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
