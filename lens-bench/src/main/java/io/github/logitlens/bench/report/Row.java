package io.github.logitlens.bench.report;

import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.report.Outcome.Side;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What tables and pictures show of one piece of work: medians and ends, without the rounds.
///
/// @param task      what is done, for people
/// @param threads   of ours
/// @param seconds   of one call of ours; none where the row stands for several, or is about memory
/// @param bytes     of memory, where that counts
/// @param flopRate  of ours, operations per second, where the work is counted in them
/// @param intensity operations per byte of weights from memory, where there are both
/// @param ofLimit   the least possible time as a part of ours
/// @param others    what stands beside ours
/// @param targets   what it is meant to come to
record Row(String task, int threads, Optional<Spread> seconds, Optional<Double> bytes, Optional<Double> flopRate,
        Optional<Double> intensity, Optional<Spread> ofLimit, List<Other> others, List<Target> targets) {

    /// Someone else on the same work.
    ///
    /// @param ratio its time : ours
    record Other(String name, Optional<Spread> seconds, Optional<Double> bytes, Optional<Spread> ratio) {
    }

    /// The layers' products of as many rows on as many threads as one row before all else, then each outcome as it is.
    static List<Row> of(List<Outcome> outcomes) {
        Map<String, List<Outcome>> products = new LinkedHashMap<>();
        List<Row> rows = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            if (isLayerProduct(outcome)) {
                products.computeIfAbsent(outcome.threads() + " " + outcome.match().parameters().get("rows"),
                        key -> new ArrayList<>()).add(outcome);
            } else {
                rows.add(of(outcome));
            }
        }
        rows.addAll(0, products.values().stream().map(Row::mean).toList());
        return rows;
    }

    private static boolean isLayerProduct(Outcome outcome) {
        return outcome.match().ours().equals("Product") && outcome.sides().size() == 1 && outcome.ours().measured()
                && Schedule.SHAPES.contains(outcome.match().parameters().get("shape"));
    }

    /// The geometric mean over the shapes.
    private static Row mean(List<Outcome> shapes) {
        Match match = shapes.getFirst().match();
        String rows = match.parameters().get("rows");
        String task = "product, " + rows + (rows.equals("1") ? " row" : " rows") + ", mean of "
                + shapes.stream().map(outcome -> outcome.match().parameters().get("shape")).collect(Collectors.joining(", "));
        List<Row> each = shapes.stream().map(Row::of).toList();
        double[] fractions = each.stream().mapToDouble(row -> row.ofLimit().orElseThrow().median()).toArray();
        Spread spread = Spread.of(fractions);
        return new Row(task, match.threads(), Optional.empty(), Optional.empty(),
                Optional.of(Spread.geometricMean(each.stream().mapToDouble(row -> row.flopRate().orElseThrow()).toArray())),
                each.getFirst().intensity(), Optional.of(new Spread(Spread.geometricMean(fractions), spread.least(), spread.most())),
                List.of(), match.targets());
    }

    static Row of(Outcome outcome) {
        Side ours = outcome.ours();
        Optional<Spread> seconds = seconds(ours);
        Optional<Work.Limited> work = outcome.work().filter(Work.Limited.class::isInstance).map(Work.Limited.class::cast)
                .filter(limited -> limited.flops() > 0);
        List<Other> others = outcome.sides().subList(1, outcome.sides().size()).stream()
                .map(side -> new Other(side.name(), seconds(side), bytes(side),
                        ours.measured() && side.measured() ? Optional.of(outcome.speedUp(side)) : Optional.empty()))
                .toList();
        return new Row(outcome.match().title(), outcome.threads(), seconds, bytes(ours),
                seconds.flatMap(taken -> work.map(done -> done.flops() / taken.median())),
                work.filter(done -> done.bytes() > 0).map(done -> done.flops() / done.bytes()),
                ours.measured() ? outcome.ofLimit() : Optional.empty(), others, outcome.match().targets());
    }

    private static Optional<Spread> seconds(Side side) {
        return side.measured() ? Optional.of(Spread.of(side.seconds())).filter(spread -> spread.median() > 0) : Optional.empty();
    }

    private static Optional<Double> bytes(Side side) {
        return side.knowsMemory() ? Optional.of(side.mostBytes()) : Optional.empty();
    }

    Optional<Other> other(String name) {
        return others.stream().filter(other -> other.name().equals(name)).findFirst();
    }

    /// Another's time : ours.
    Optional<Spread> ratio(String name) {
        return other(name).flatMap(Other::ratio);
    }
}
