package io.github.logitlens.bench.report;

import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.report.Outcome.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// A report as Markdown.
final class ReportText {

    private final Report report;

    ReportText(Report report) {
        this.report = report;
    }

    /// Everything: where, limits, the table, what is missing.
    ///
    /// @param pictures folder of the pictures, as seen from the text
    String whole(String pictures) {
        List<String> lines = new ArrayList<>();
        Machine machine = report.machine();
        lines.add(format("Measured on %s at commit %s by `lens-bench/bin/report%s` in %.1f minutes.", report.date(),
                machine.commit(), report.options(), report.minutes()));
        lines.add("");
        lines.add("* Machine: " + machine.processor() + ", " + machine.processors() + " processors, " + machine.memory() + ", "
                + machine.system());
        lines.add("* Took: " + report.took().stream().map(took -> took.group() + format(" %.0f s", took.seconds()))
                .collect(Collectors.joining(", ")));
        lines.add("* Java: " + machine.jdk());
        lines.add("* Others: ONNX Runtime " + machine.onnxRuntime() + ", PyTorch " + machine.torch() + ", jtokkit "
                + machine.jtokkit());
        report.outcomes().stream().map(Outcome::threads).distinct().sorted().forEach(threads -> limits(threads, lines));
        if (!report.gaps().isEmpty()) {
            lines.add("");
            lines.add("**Not in order in this run:**");
            lines.add("");
            report.gaps().forEach(gap -> lines.add("* " + oneLine(gap)));
        }
        lines.add("");
        table(lines);
        report.outcomes().stream().filter(ReportText::isOfMetrics).forEach(outcome -> {
            lines.add("");
            lines.add(metrics(outcome));
        });
        lines.add("");
        lines.add("![How many times longer others take](" + pictures + "/ratios.svg)");
        lines.add("");
        lines.add("![Reached and possible](" + pictures + "/roofline.svg)");
        return String.join("\n", lines) + "\n";
    }

    /// The three ratios that say most.
    String headline() {
        List<String> rows = new ArrayList<>();
        headline("full lens, 64 tokens", Schedule.ONNX, "the lens at every layer and position, 64 tokens", rows);
        headline(ColdStart.GPT2, Schedule.TORCH, "from starting the command to its table", rows);
        headline("tokenizer, english text", Schedule.JTOKKIT, "English text to token ids, one thread", rows);
        return "| at GPT-2 small's shape | against | its time : ours |\n|---|---|---|\n" + String.join("\n", rows) + "\n";
    }

    private void headline(String title, String peer, String words, List<String> rows) {
        Optional<Outcome> outcome = report.outcomes().stream().filter(o -> o.match().title().equals(title)).findFirst();
        Optional<Side> side = outcome.flatMap(o -> o.side(peer)).filter(Side::measured);
        rows.add("| " + words + " | " + peer + " " + version(peer) + " | "
                + (side.isPresent() && outcome.get().ours().measured()
                        ? format("%.2f ×", outcome.get().speedUp(side.get()).median()) : "not measured") + " |");
    }

    private String version(String peer) {
        return switch (peer) {
            case Schedule.ONNX -> report.machine().onnxRuntime();
            case Schedule.TORCH -> report.machine().torch();
            default -> report.machine().jtokkit();
        };
    }

    private void limits(int threads, List<String> lines) {
        double[] flops = report.outcomes().stream().filter(o -> o.threads() == threads)
                .flatMapToDouble(o -> Arrays.stream(o.flopRates())).toArray();
        double[] bytes = report.outcomes().stream().filter(o -> o.threads() == threads)
                .flatMapToDouble(o -> Arrays.stream(o.byteRates())).toArray();
        if (flops.length > 0) {
            Spread flop = Spread.of(flops);
            Spread read = Spread.of(bytes);
            lines.add(format("* Limits, %s: fused multiply-add peak %.0f GFLOP/s (%.0f to %.0f), memory read %.1f GB/s"
                    + " (%.1f to %.1f)", threads(threads), flop.median() / 1e9, flop.least() / 1e9, flop.most() / 1e9,
                    read.median() / 1e9, read.least() / 1e9, read.most() / 1e9));
        }
    }

    private static String threads(int threads) {
        return threads + (threads == 1 ? " thread" : " threads");
    }

    private void table(List<String> lines) {
        lines.add("| task | threads | our time | of the limit | ONNX Runtime, its time | PyTorch, its time | others, their time | target |");
        lines.add("|---|---|---|---|---|---|---|---|");
        Map<String, List<Outcome>> products = new LinkedHashMap<>();
        for (Outcome outcome : report.outcomes()) {
            if (isLayerProduct(outcome)) {
                products.computeIfAbsent(outcome.threads() + " " + outcome.match().parameters().get("rows"),
                        key -> new ArrayList<>()).add(outcome);
            }
        }
        products.values().forEach(shapes -> lines.add(row(shapes)));
        report.outcomes().stream().filter(outcome -> !isLayerProduct(outcome) && !isOfMetrics(outcome))
                .forEach(outcome -> lines.add(row(outcome)));
    }

    private static boolean isLayerProduct(Outcome outcome) {
        return outcome.match().ours().equals("Product") && outcome.sides().size() == 1 && outcome.ours().measured()
                && Schedule.SHAPES.contains(outcome.match().parameters().get("shape"));
    }

    /// One row for the layers' products of as many rows: the geometric mean over the shapes.
    private static String row(List<Outcome> shapes) {
        double rate = Math.exp(shapes.stream().mapToDouble(o -> Math.log(flops(o) / Spread.of(o.ours().seconds()).median()))
                .average().orElseThrow());
        double[] fractions = shapes.stream().mapToDouble(o -> o.ofLimit().orElseThrow().median()).toArray();
        double fraction = Math.exp(Arrays.stream(fractions).map(Math::log).average().orElseThrow());
        Spread spread = Spread.of(fractions);
        Outcome first = shapes.getFirst();
        return cells("product, " + first.match().parameters().get("rows") + (first.match().parameters().get("rows").equals("1") ? " row" : " rows") + ", mean of "
                        + shapes.stream().map(o -> o.match().parameters().get("shape")).collect(Collectors.joining(", ")),
                Integer.toString(first.threads()), format("%.1f GFLOP/s", rate / 1e9),
                format("**%.0f %%** (%.0f to %.0f)", 100 * fraction, 100 * spread.least(), 100 * spread.most()), "", "", "",
                first.match().targets().stream().map(target -> target.verdict(Optional.of(fraction)))
                        .collect(Collectors.joining("; ")));
    }

    private static double flops(Outcome outcome) {
        return ((Work.Limited) outcome.work().orElseThrow()).flops();
    }

    private static String row(Outcome outcome) {
        List<String> others = new ArrayList<>();
        for (Side side : outcome.sides().subList(1, outcome.sides().size())) {
            if (!List.of(Schedule.ONNX, Schedule.TORCH).contains(side.name())) {
                others.add("`" + side.name().replace("`", "") + "` " + peer(outcome, side));
            }
        }
        return cells(outcome.match().title(), Integer.toString(outcome.threads()), time(outcome.ours()),
                outcome.ofLimit().map(part -> format("**%.0f %%** (%.0f to %.0f)", 100 * part.median(), 100 * part.least(),
                        100 * part.most())).orElse(""),
                outcome.side(Schedule.ONNX).map(side -> peer(outcome, side)).orElse(""),
                outcome.side(Schedule.TORCH).map(side -> peer(outcome, side)).orElse(""),
                String.join("; ", others),
                outcome.match().targets().stream().map(target -> target.verdict(target.reached(outcome)))
                        .collect(Collectors.joining("; ")));
    }

    private static String time(Side side) {
        if (!side.measured()) {
            return "**not measured**";
        }
        Spread spread = Spread.of(side.seconds());
        double seconds = spread.median();
        if (seconds == 0) {
            return format("%.0f MB", side.mostBytes() / 1e6);
        }
        String time = seconds < 1e-3 ? format("%.1f µs", 1e6 * seconds)
                : seconds < 1 ? format("%.1f ms", 1e3 * seconds) : format("%.2f s", seconds);
        return time + format(" ± %.0f %%", 100 * spread.relative())
                + (side.knowsMemory() ? format(", %.0f MB", side.mostBytes() / 1e6) : "");
    }

    private static String peer(Outcome outcome, Side side) {
        if (!side.measured() || !outcome.ours().measured()) {
            return time(side);
        }
        boolean oursIsMeantToBeShorter = outcome.match().targets().stream()
                .anyMatch(target -> target.kind() == Target.Kind.TIME && target.against().equals(side.name()));
        Spread ratio = oursIsMeantToBeShorter ? outcome.slowDown(side) : outcome.speedUp(side);
        return time(side) + format(oursIsMeantToBeShorter ? "; ours is **%.2f ×** that (%.2f to %.2f)"
                : ", **%.2f ×** ours (%.2f to %.2f)", ratio.median(), ratio.least(), ratio.most());
    }

    private static boolean isOfMetrics(Outcome outcome) {
        return outcome.match().ours().equals("FullLensMetrics");
    }

    /// What each number costs, as a table of its own; empty where that was not measured.
    String metrics() {
        return report.outcomes().stream().filter(ReportText::isOfMetrics).map(this::metrics).findFirst().orElse("");
    }

    private String metrics(Outcome outcome) {
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

    private static String cells(String... cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
