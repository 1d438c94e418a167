package io.github.logitlens.bench.report;

/// How long things are measured.
///
/// @param warmUp      seconds of warm-up of each entrant, at least, where the JVM meets its code for the first time: vector code
///                    that the compiler has not come to yet is slow, and steadily so
/// @param again       the same where it has met it before
/// @param patience    seconds after which a warm-up ends although the times still fall
/// @param turn        seconds of one entrant in one round, at least one call
/// @param leastRounds of one match
/// @param mostRounds  of one match, where its ratios are not certain before, and there is time
/// @param certain     of the ratios: when their median is known to such a part of it, there are no more rounds
/// @param limit       seconds of one match, after which there are no more rounds than the least
record Pace(double warmUp, double again, double patience, double turn, int leastRounds, int mostRounds, double certain,
        double limit) {

    static final Pace FULL = new Pace(2.5, 1, 20, 0.2, 5, 9, 0.02, 15);
    static final Pace FULL_KERNELS = new Pace(4, 0.3, 10, 0.06, 5, 7, 0.03, 8);
    static final Pace METRICS = new Pace(2.5, 1, 20, 0.3, 15, 15, 0, 60);
    static final Pace QUICK = new Pace(1.5, 0.5, 8, 0.1, 3, 5, 0.03, 4);
    static final Pace QUICK_KERNELS = new Pace(2.5, 0.3, 8, 0.05, 3, 3, 0.03, 3);
}
