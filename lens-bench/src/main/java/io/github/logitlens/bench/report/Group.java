package io.github.logitlens.bench.report;

import java.util.List;

/// What one JVM measures, one match after the other.
///
/// @param name    for people
/// @param threads of ours and of the others
record Group(String name, int threads, Pace pace, List<Match> matches) {
}
