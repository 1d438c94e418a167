package io.github.logitlens.bench.report;

/// How long things are measured.
///
/// @param warmUp  seconds of warm-up of each entrant, at least, where the JVM meets its code for the first time: vector code
///                that the compiler has not come to yet is slow, and steadily so
/// @param again   the same where it has met it before
/// @param patience seconds after which a warm-up ends although the times still fall
/// @param turn    seconds of one entrant in one round, at least one call
/// @param rounds  of one match
/// @param limit   seconds of one match, after which there are no more rounds than three
record Pace(double warmUp, double again, double patience, double turn, int rounds, double limit) {

    static final Pace FULL = new Pace(3, 2, 20, 0.3, 9, 20);
    static final Pace FULL_KERNELS = new Pace(5, 0.4, 10, 0.1, 5, 10);
    static final Pace QUICK = new Pace(2, 0.8, 8, 0.1, 5, 6);
    static final Pace QUICK_KERNELS = new Pace(3, 0.4, 6, 0.05, 5, 3);
}
