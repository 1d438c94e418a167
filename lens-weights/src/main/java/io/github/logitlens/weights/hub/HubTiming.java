package io.github.logitlens.weights.hub;

import java.time.Duration;

/// How long the hub may take.
///
/// @param connect    to accept a connection
/// @param answer     to send an answer's headers
/// @param stall      to send the next 16 KiB of a file, or what is left of it
/// @param firstPause before the second attempt; each further one is twice as long
/// @param patience   the longest pause, whatever a server asks for
record HubTiming(Duration connect, Duration answer, Duration stall, Duration firstPause, Duration patience) {

    static HubTiming of(HubEnvironment environment) {
        return new HubTiming(Duration.ofSeconds(10), environment.answerTimeout(), environment.stallTimeout(),
                Duration.ofSeconds(1), Duration.ofSeconds(60));
    }
}
