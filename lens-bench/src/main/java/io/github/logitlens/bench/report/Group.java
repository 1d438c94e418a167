package io.github.logitlens.bench.report;

import java.util.List;

/// What one JVM measures, one match after the other.
///
/// @param name for people
record Group(String name, Pace pace, List<Match> matches) {
}
