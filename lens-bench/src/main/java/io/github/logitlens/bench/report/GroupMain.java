package io.github.logitlens.bench.report;

import io.github.logitlens.bench.Benchmarked;
import io.github.logitlens.bench.PeerMissingException;
import io.github.logitlens.bench.Work;
import io.github.logitlens.bench.report.Outcome.Side;
import io.github.logitlens.bench.report.Rounds.Entrant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Measures one [Group] in a JVM of its own.
final class GroupMain {

    /// Of the limits, which are measured in each round.
    private static final double LIMIT_TURN = 0.04;
    private static final int OURS = 2;

    private final Group group;
    private final Benchmarked peak;
    private final Work.Limited peakWork;
    private final Benchmarked bandwidth;
    private final Work.Limited bandwidthWork;
    private final Set<String> met = new HashSet<>();

    private GroupMain(Group group) {
        this.group = group;
        Map<String, String> threads = Map.of("threads", Integer.toString(group.threads()));
        peak = Benchmarked.setUp("FmaPeak", threads);
        peakWork = (Work.Limited) Benchmarked.work("FmaPeak", threads);
        seconds(peak); // warms it up
        Map<String, String> streams = fastestStreams(threads);
        bandwidth = Benchmarked.setUp("ReadBandwidth", streams);
        seconds(bandwidth);
        bandwidthWork = (Work.Limited) Benchmarked.work("ReadBandwidth", streams);
    }

    /// @param args a file with the group as JSON, and the file for its outcomes
    public static void main(String[] args) throws IOException {
        Group group = Json.read(Path.of(args[0]), Group.class);
        Json.write(Path.of(args[1]), new GroupMain(group).measure());
    }

    /// Which number of streams reads memory fastest on this machine.
    private Map<String, String> fastestStreams(Map<String, String> threads) {
        return Stream.of("1", "4", "8")
                .map(streams -> Map.of("threads", threads.get("threads"), "streams", streams))
                .min(Comparator.comparingDouble(parameters -> {
                    try (Benchmarked reading = Benchmarked.setUp("ReadBandwidth", parameters)) {
                        return seconds(reading);
                    }
                })).orElseThrow();
    }

    private double seconds(Benchmarked limit) {
        return Spread.of(new Rounds(group.pace(), 0).measure(List.of(new Entrant(limit, LIMIT_TURN, false))).seconds()[0]).median();
    }

    private Outcome[] measure() {
        Outcome[] outcomes = group.matches().stream().map(match -> {
            System.err.println("report: " + match.title() + ", " + group.threads()
                    + (group.threads() == 1 ? " thread" : " threads"));
            return measure(match);
        }).toArray(Outcome[]::new);
        peak.close();
        bandwidth.close();
        return outcomes;
    }

    private Outcome measure(Match match) {
        List<Entrant> entrants = new ArrayList<>(
                List.of(new Entrant(peak, LIMIT_TURN, true), new Entrant(bandwidth, LIMIT_TURN, true)));
        List<String> names = new ArrayList<>();
        List<Side> missing = new ArrayList<>();
        try {
            setUp(Outcome.OURS, match.ours(), match.parameters(), entrants, names, missing);
            match.others().forEach((name, other) -> setUp(
                    name, other.get(Match.BENCHMARK), match.parametersOf(name), entrants, names, missing));
            if (names.isEmpty() || !names.getFirst().equals(Outcome.OURS)) {
                return new Outcome(match, group.threads(), new double[0], new double[0], missing);
            }
            // The product has a loop of its own for each height of a block of rows.
            boolean first = met.add(match.ours() + " " + match.parameters().get("rows"));
            Rounds.Times times = new Rounds(group.pace(), first ? group.pace().warmUp() : group.pace().again()).measure(entrants);
            List<Side> sides = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                sides.add(new Side(names.get(i), times.seconds()[OURS + i], new double[0], times.steady()[OURS + i], "", false));
            }
            sides.addAll(missing);
            return new Outcome(match, group.threads(), rates(peakWork.flops(), times.seconds()[0]),
                    rates(bandwidthWork.bytes(), times.seconds()[1]), sides);
        } finally {
            entrants.subList(OURS, entrants.size()).forEach(entrant -> entrant.benchmark().close());
        }
    }

    private void setUp(String name, String benchmark, Map<String, String> parameters, List<Entrant> entrants,
            List<String> names, List<Side> missing) {
        try {
            Map<String, String> all = new HashMap<>(parameters);
            all.put("threads", Integer.toString(group.threads()));
            entrants.add(new Entrant(Benchmarked.setUp(benchmark, all), group.pace().turn(), false));
            names.add(name);
        } catch (PeerMissingException e) {
            missing.add(Side.missing(name, e.getMessage(), false));
        } catch (RuntimeException e) {
            e.printStackTrace();
            missing.add(Side.missing(name, String.valueOf(e.getMessage()), true));
        }
    }

    private static double[] rates(double amount, double[] seconds) {
        double[] rates = new double[seconds.length];
        for (int round = 0; round < rates.length; round++) {
            rates[round] = amount / seconds[round];
        }
        return rates;
    }
}
