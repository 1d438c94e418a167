package io.github.logitlens.bench.report;

import io.github.logitlens.bench.harness.Benchmarked;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/// Lets benchmarks take turns, so that a machine that slows down for a while slows all of them.
final class Rounds {

    /// Seconds of turns, each counting for at least the second number, in which nothing became faster.
    private static final double STEADY = 1.2;
    private static final double LEAST_STEADY = 0.4;
    /// A turn this much faster than all before it means that the compiler is still at work.
    private static final double STILL_FALLING = 0.97;
    /// Between turns: threads of the last entrant that still look for work come to rest.
    private static final long PAUSE_MILLIS = 20;

    private final Pace pace;
    private final ToDoubleFunction<double[][]> uncertainty;

    /// One that takes turns.
    ///
    /// @param turn   seconds, at the least; one call may take longer
    /// @param warmUp seconds of warm-up, at the least; where there are none, it has been warmed up
    /// @param slow   seconds of one call beyond which it is not warm yet, however steady: vector code before it is compiled
    /// @param rounds in which it takes part, at the most
    record Entrant(Benchmarked benchmark, double turn, OptionalDouble warmUp, double slow, int rounds) {
    }

    /// @param seconds of one call, `[entrants][rounds]`
    /// @param steady  `[entrants]`
    /// @param warmUp  seconds that the warm-up took
    record Times(double[][] seconds, boolean[] steady, double warmUp) {
    }

    /// @param uncertainty how far from the truth what follows from the seconds so far, `[entrants][rounds]`, may be
    Rounds(Pace pace, ToDoubleFunction<double[][]> uncertainty) {
        this.pace = pace;
        this.uncertainty = uncertainty;
    }

    Times measure(List<Entrant> entrants) {
        boolean[] steady = new boolean[entrants.size()];
        long begin = System.nanoTime();
        for (int i = 0; i < steady.length; i++) {
            steady[i] = entrants.get(i).warmUp().isEmpty() || warmUp(entrants.get(i));
        }
        double[][] seconds = new double[entrants.size()][0];
        double warmUp = since(begin);
        long start = System.nanoTime();
        for (int round = 0; round < pace.leastRounds() || round < pace.mostRounds() && since(start) < pace.limit()
                && uncertainty.applyAsDouble(seconds) > pace.certain(); round++) {
            for (int i = 0; i < seconds.length; i++) {
                if (round < entrants.get(i).rounds()) {
                    seconds[i] = Arrays.copyOf(seconds[i], round + 1);
                    seconds[i][round] = turn(entrants.get(i));
                }
            }
        }
        return new Times(seconds, steady, warmUp);
    }

    /// Turns until none has been faster than those before for a while.
    ///
    /// @return whether it came to that
    private boolean warmUp(Entrant entrant) {
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        double steady = 0;
        while (steady < STEADY || since(start) < entrant.warmUp().getAsDouble() || best > entrant.slow()) {
            if (since(start) > pace.patience()) {
                return steady >= STEADY && best <= entrant.slow();
            }
            double seconds = turn(entrant);
            // Setting it up was a call before the first.
            steady = seconds < STILL_FALLING * best && best < Double.POSITIVE_INFINITY
                    ? 0 : steady + Math.max(seconds, LEAST_STEADY);
            best = Math.min(best, seconds);
        }
        return true;
    }

    /// Calls one entrant for its time.
    ///
    /// @return seconds of one call
    private static double turn(Entrant entrant) {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between two turns", e);
        }
        int calls = 0;
        long start = System.nanoTime();
        do {
            entrant.benchmark().call();
            calls++;
        } while (since(start) < entrant.turn());
        return since(start) / calls;
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
