package io.github.logitlens.bench.report;

import io.github.logitlens.bench.Benchmarks;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.peer.PeerMissingException;
import io.github.logitlens.bench.report.Outcome.Side;
import io.github.logitlens.bench.report.Rounds.Entrant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/// Measures one [Group] in a JVM of its own.
final class GroupMain {

    /// Seconds of warm-up of a program that no JVM compiles: it has run once when it was set up.
    private static final double NATIVE_WARM_UP = 0.2;
    /// How many times the least possible time is what no compiled vector code takes; code that is not yet compiled takes a hundred.
    private static final double SLOW = 10;
    /// PyTorch's ratios are far from their targets, and its calls are the longest.
    private static final int TORCH_ROUNDS = 3;
    /// A product of more rows than this runs the loops that one of so many has met.
    private static final int ROWS_OF_ALL_LOOPS = 64;

    private final Group group;
    private final Map<Integer, MeasuredLimits> limits = new HashMap<>();
    private final Set<String> met = new HashSet<>();

    private GroupMain(Group group) {
        this.group = group;
    }

    /// @param args a file with the group as JSON, and the file for its outcomes
    public static void main(String[] args) throws IOException {
        Group group = Json.read(Path.of(args[0]), Group.class);
        Json.write(Path.of(args[1]), new GroupMain(group).measure());
    }

    private Outcome[] measure() {
        return group.matches().stream().map(this::measure).toArray(Outcome[]::new);
    }

    private Outcome measure(Match match) {
        System.err.printf("report: %s, %d %s", match.title(), match.threads(), match.threads() == 1 ? "thread" : "threads");
        long start = System.nanoTime();
        boolean limited = Benchmarks.work(match.ours(), match.parametersOfOurs()) instanceof Work.Limited;
        Optional<MeasuredLimits> limit = limited
                ? Optional.of(limits.computeIfAbsent(match.threads(), MeasuredLimits::find)) : Optional.empty();
        List<Entrant> entrants = new ArrayList<>(limit.map(MeasuredLimits::entrants).orElse(List.of()));
        int ours = entrants.size();
        List<String> names = new ArrayList<>();
        List<Side> missing = new ArrayList<>();
        try {
            double slow = limit.map(it -> SLOW * it.floor((Work.Limited) Benchmarks.work(match.ours(), match.parametersOfOurs())))
                    .orElse(Double.POSITIVE_INFINITY);
            setUp(Outcome.OURS, match.ours(), match.parametersOfOurs(), slow, entrants, names, missing);
            match.others().forEach((name, other) -> setUp(name, other.get(Match.BENCHMARK), match.parametersOf(name),
                    Double.POSITIVE_INFINITY, entrants, names, missing));
            if (names.isEmpty() || !names.getFirst().equals(Outcome.OURS)) {
                return new Outcome(match, new double[0], new double[0], missing);
            }
            double setUp = (System.nanoTime() - start) / 1e9;
            Rounds.Times times = new Rounds(group.pace(), seconds -> uncertainty(outcome(match, limit, ours, names, seconds)))
                    .measure(entrants);
            System.err.printf(Locale.ROOT, ": set up %.1f s, warm-up %.1f s, %d rounds, %.1f s in all%n", setUp, times.warmUp(),
                    times.seconds()[ours].length, (System.nanoTime() - start) / 1e9);
            Outcome outcome = outcome(match, limit, ours, names, times.seconds());
            List<Side> sides = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                Side side = outcome.sides().get(i);
                sides.add(new Side(side.name(), side.seconds(), side.peakBytes(), times.steady()[ours + i], "", false));
            }
            sides.addAll(missing);
            return new Outcome(match, outcome.flopRates(), outcome.byteRates(), sides);
        } finally {
            entrants.subList(ours, entrants.size()).forEach(entrant -> entrant.benchmark().close());
        }
    }

    private void setUp(String name, String benchmark, Map<String, String> parameters, double slow, List<Entrant> entrants,
            List<String> names, List<Side> missing) {
        try {
            boolean torch = name.startsWith(Schedule.TORCH);
            boolean onnx = Schedule.ONNX_FORMS.contains(name);
            entrants.add(new Entrant(Benchmarks.setUp(benchmark, parameters), torch ? 0 : group.pace().turn(),
                    OptionalDouble.of(torch || onnx ? NATIVE_WARM_UP : warmUp(benchmark, parameters)),
                    slow, torch ? TORCH_ROUNDS : Integer.MAX_VALUE));
            names.add(name);
        } catch (PeerMissingException e) {
            missing.add(Side.missing(name, e.getMessage(), false));
        } catch (RuntimeException e) {
            e.printStackTrace();
            missing.add(Side.missing(name, String.valueOf(e.getMessage()), true));
        }
    }

    /// The product has a loop of its own for each height of a block of rows.
    private double warmUp(String benchmark, Map<String, String> parameters) {
        int rows = Math.min(Integer.parseInt(parameters.getOrDefault("rows", "0")), ROWS_OF_ALL_LOOPS);
        boolean first = met.add(benchmark + " " + parameters.get("kernels") + " " + rows);
        return first ? group.pace().warmUp() : group.pace().again();
    }

    /// @param ours which entrant ours is, behind the limits
    private static Outcome outcome(Match match, Optional<MeasuredLimits> limit, int ours, List<String> names, double[][] seconds) {
        List<Side> sides = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            sides.add(new Side(names.get(i), seconds[ours + i], new double[0], true, "", false));
        }
        return new Outcome(match, limit.map(it -> it.flopRates(seconds[0])).orElse(new double[0]),
                limit.map(it -> it.byteRates(seconds[1])).orElse(new double[0]), sides);
    }

    /// Of the least certain ratio that the outcome shows.
    private static double uncertainty(Outcome outcome) {
        double worst = outcome.partsOfLimit().map(Spread::uncertainty).orElse(0.0);
        for (Side other : outcome.sides().subList(1, outcome.sides().size())) {
            if (other.seconds().length == outcome.ours().seconds().length) {
                worst = Math.max(worst, Spread.uncertainty(Spread.ratios(other.seconds(), outcome.ours().seconds())));
            }
        }
        return worst;
    }
}
