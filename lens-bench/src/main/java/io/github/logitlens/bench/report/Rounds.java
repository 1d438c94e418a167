package io.github.logitlens.bench.report;

import io.github.logitlens.bench.Benchmarked;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Lets benchmarks take turns, so that a machine that slows down for a while slows all of them.
final class Rounds {

    private static final int LEAST_ROUNDS = 3;
    /// Seconds of turns, each counting for at least the second number, in which nothing became faster.
    private static final double STEADY = 1.2;
    private static final double LEAST_STEADY = 0.4;
    /// A turn this much faster than all before it means that the compiler is still at work.
    private static final double STILL_FALLING = 0.97;
    /// Between turns: threads of the last entrant that still look for work come to rest.
    private static final long PAUSE_MILLIS = 20;

    private final Pace pace;
    private final double warmUp;

    /// One that takes turns.
    ///
    /// @param turn seconds, at the least; one call may take longer
    /// @param warm whether it needs no warm-up
    record Entrant(Benchmarked benchmark, double turn, boolean warm) {
    }

    /// @param seconds of one call, `[entrants][rounds]`
    /// @param steady  `[entrants]`
    record Times(double[][] seconds, boolean[] steady) {
    }

    /// @param warmUp seconds of warm-up of each entrant, at least
    Rounds(Pace pace, double warmUp) {
        this.pace = pace;
        this.warmUp = warmUp;
    }

    Times measure(List<Entrant> entrants) {
        boolean[] steady = new boolean[entrants.size()];
        for (int i = 0; i < steady.length; i++) {
            steady[i] = entrants.get(i).warm() || warmUp(entrants.get(i));
        }
        double[][] seconds = new double[pace.rounds()][];
        long start = System.nanoTime();
        int rounds = 0;
        while (rounds < pace.rounds() && (rounds < LEAST_ROUNDS || since(start) < pace.limit())) {
            seconds[rounds] = entrants.stream().mapToDouble(Rounds::turn).toArray();
            rounds++;
        }
        double[][] byEntrant = new double[entrants.size()][rounds];
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < byEntrant.length; i++) {
                byEntrant[i][round] = seconds[round][i];
            }
        }
        return new Times(byEntrant, steady);
    }

    /// Turns until none has been faster than those before for a while.
    ///
    /// @return whether it came to that
    private boolean warmUp(Entrant entrant) {
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        double steady = 0;
        while (steady < STEADY || since(start) < warmUp) {
            if (since(start) > pace.patience()) {
                return steady >= STEADY;
            }
            double seconds = turn(entrant);
            steady = seconds < STILL_FALLING * best ? 0 : steady + Math.max(seconds, LEAST_STEADY);
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
