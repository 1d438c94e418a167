package io.github.logitlens.bench.report;

import java.util.Locale;
import java.util.Optional;

/// What a piece of work is meant to come to.
///
/// @param kind    what is compared
/// @param against the name of the side that ours is compared with; empty where it is not a side
/// @param value   the least or the most, as the kind says
record Target(Kind kind, String against, double value) {

    /// What is compared with the value.
    enum Kind {
        /// The least possible time as a part of ours, at least.
        PART_OF_LIMIT,
        /// The other side's time divided by ours, at least.
        SPEED,
        /// Ours divided by the other side's time, at most.
        TIME,
        /// The other side's time divided by ours, at most.
        LAG,
        /// Bytes, at most.
        MEMORY
    }

    static Target partOfLimit(double least) {
        return new Target(Kind.PART_OF_LIMIT, "", least);
    }

    static Target speed(String against, double least) {
        return new Target(Kind.SPEED, against, least);
    }

    static Target time(String against, double most) {
        return new Target(Kind.TIME, against, most);
    }

    static Target lag(String of, double most) {
        return new Target(Kind.LAG, of, most);
    }

    static Target memory(double mostBytes) {
        return new Target(Kind.MEMORY, "", mostBytes);
    }

    /// What it came to, if that was measured.
    Optional<Double> reached(Row row) {
        return switch (kind) {
            case PART_OF_LIMIT -> row.ofLimit().map(Spread::median);
            case MEMORY -> row.bytes();
            case SPEED, LAG -> row.ratio(against).map(Spread::median);
            case TIME -> row.ratio(against).map(ratio -> ratio.inverse().median());
        };
    }

    boolean isMet(double reached) {
        return switch (kind) {
            case PART_OF_LIMIT, SPEED -> reached >= value;
            case TIME, LAG, MEMORY -> reached <= value;
        };
    }

    /// In words, whether that meets it, and what it came to.
    String verdict(Optional<Double> reached) {
        String words = switch (kind) {
            case PART_OF_LIMIT -> format("%.0f %% of the limit", 100 * value);
            case SPEED -> format("%.2f × the speed of %s", value, against);
            case TIME -> format("at most %.2f × the time of %s", value, against);
            case LAG -> format("%s at most %.2f × as slow", against, value);
            case MEMORY -> format("at most %.0f MB", value / 1e6);
        };
        return reached.map(it -> (isMet(it) ? "met: " : "**missed**: ") + words + ", is " + figure(it))
                .orElse("not measured: " + words);
    }

    private String figure(double reached) {
        return switch (kind) {
            case PART_OF_LIMIT -> format("%.1f %%", 100 * reached);
            case SPEED, TIME, LAG -> format("%.2f ×", reached);
            case MEMORY -> format("%.0f MB", reached / 1e6);
        };
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
