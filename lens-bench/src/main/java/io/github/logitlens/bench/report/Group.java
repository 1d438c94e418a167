package io.github.logitlens.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What one JVM measures, one match after the other.
///
/// @param name for people
record Group(String name, Pace pace, List<Match> matches) {

    /// Groups of the same pace that come one after the other as one, in one JVM, which opens the model and compiles its code
    /// once.
    static List<Group> joined(List<Group> groups) {
        List<Group> joined = new ArrayList<>();
        for (Group group : groups) {
            if (!joined.isEmpty() && joined.getLast().pace.equals(group.pace)) {
                joined.add(joined.removeLast().with(group));
            } else {
                joined.add(group);
            }
        }
        return joined;
    }

    private Group with(Group next) {
        return new Group(name + ", " + next.name, pace, Stream.concat(matches.stream(), next.matches.stream()).toList());
    }
}
