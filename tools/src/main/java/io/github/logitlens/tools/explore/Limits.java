package io.github.logitlens.tools.explore;

import java.time.Duration;

/// What a connection may take of the explorer.
///
/// @param connections how many there may be at once; one more takes the place of the one that has been silent for the longest
/// @param request     how long a request may take to arrive, from its first byte on
/// @param idle        how long a connection may be silent before a request
/// @param reader      how long an answer waits for a reader that has stopped reading
record Limits(int connections, Duration request, Duration idle, Duration reader) {

    /// Enough for a browser with many tabs.
    static final Limits USUAL = new Limits(256, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(30));

    Limits withConnections(int other) {
        return new Limits(other, request, idle, reader);
    }

    Limits withRequest(Duration other) {
        return new Limits(connections, other, idle, reader);
    }

    Limits withReader(Duration other) {
        return new Limits(connections, request, idle, other);
    }
}
