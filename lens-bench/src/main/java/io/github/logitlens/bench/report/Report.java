package io.github.logitlens.bench.report;

import java.util.ArrayList;
import java.util.List;

/// All figures of one run.
///
/// @param options  it was asked for with, each after a space
/// @param date     such as `2026-11-23`
/// @param took     the time of each group
/// @param problems what went wrong outside of a single outcome
record Report(Machine machine, String options, String date, List<Took> took, List<Outcome> outcomes, List<String> problems) {

    /// How long a group was measured, with all that it had to set up.
    record Took(String group, double seconds) {
    }

    static double minutes(List<Took> took) {
        return took.stream().mapToDouble(Took::seconds).sum() / 60;
    }

    /// What could not be measured and why, in words; nothing is left out silently.
    List<String> gaps() {
        List<String> gaps = new ArrayList<>(problems);
        for (Outcome outcome : outcomes) {
            for (Outcome.Side side : outcome.sides()) {
                String what = outcome.match().title() + ", " + side.name() + ", threads " + outcome.threads();
                if (!side.measured()) {
                    gaps.add(what + (side.wrong() ? ": NOT MEASURED, disagrees or failed: " : ": not measured: ") + side.problem());
                } else if (!side.steady()) {
                    gaps.add(what + ": times were still falling when the rounds began");
                }
            }
        }
        return gaps;
    }

    /// Whether anything was wrong, as opposed to not there.
    boolean failed() {
        return !problems.isEmpty()
                || outcomes.stream().flatMap(outcome -> outcome.sides().stream()).anyMatch(Outcome.Side::wrong);
    }
}
