package io.github.logitlens.bench.report;

import io.github.logitlens.bench.Benchmarked;
import io.github.logitlens.bench.PeerMissingException;
import io.github.logitlens.bench.report.Outcome.Side;
import io.github.logitlens.bench.report.Rounds.Entrant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/// Measures one [Group] in a JVM of its own.
final class GroupMain {

    /// The limits come first, then ours, then the others.
    private static final int OURS = 2;
    /// Seconds of warm-up of a program that no JVM compiles: it has run once when it was set up.
    private static final double NATIVE_WARM_UP = 0.2;
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
        return group.matches().stream().map(match -> {
            System.err.println("report: " + match.title() + ", " + match.threads()
                    + (match.threads() == 1 ? " thread" : " threads"));
            return measure(match);
        }).toArray(Outcome[]::new);
    }

    private Outcome measure(Match match) {
        MeasuredLimits limit = limits.computeIfAbsent(match.threads(), MeasuredLimits::find);
        List<Entrant> entrants = new ArrayList<>(limit.entrants());
        List<String> names = new ArrayList<>();
        List<Side> missing = new ArrayList<>();
        try {
            setUp(Outcome.OURS, match.ours(), match.parametersOfOurs(), entrants, names, missing);
            match.others().forEach((name, other) -> setUp(
                    name, other.get(Match.BENCHMARK), match.parametersOf(name), entrants, names, missing));
            if (names.isEmpty() || !names.getFirst().equals(Outcome.OURS)) {
                return new Outcome(match, new double[0], new double[0], missing);
            }
            Rounds.Times times = new Rounds(group.pace(), seconds -> uncertainty(outcome(match, limit, names, seconds)))
                    .measure(entrants);
            Outcome outcome = outcome(match, limit, names, times.seconds());
            List<Side> sides = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                Side side = outcome.sides().get(i);
                sides.add(new Side(side.name(), side.seconds(), side.peakBytes(), times.steady()[OURS + i], "", false));
            }
            sides.addAll(missing);
            return new Outcome(match, outcome.flopRates(), outcome.byteRates(), sides);
        } finally {
            entrants.subList(OURS, entrants.size()).forEach(entrant -> entrant.benchmark().close());
        }
    }

    private void setUp(String name, String benchmark, Map<String, String> parameters, List<Entrant> entrants,
            List<String> names, List<Side> missing) {
        try {
            boolean torch = name.equals(Schedule.TORCH);
            entrants.add(new Entrant(Benchmarked.setUp(benchmark, parameters), torch ? 0 : group.pace().turn(),
                    OptionalDouble.of(torch || name.equals(Schedule.ONNX) ? NATIVE_WARM_UP : warmUp(benchmark, parameters)),
                    torch ? TORCH_ROUNDS : Integer.MAX_VALUE));
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

    private static Outcome outcome(Match match, MeasuredLimits limit, List<String> names, double[][] seconds) {
        List<Side> sides = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            sides.add(new Side(names.get(i), seconds[OURS + i], new double[0], true, "", false));
        }
        return new Outcome(match, limit.flopRates(seconds[0]), limit.byteRates(seconds[1]), sides);
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
