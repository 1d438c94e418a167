package io.github.logitlens;

/// How two results differ at one point and pair of positions.
///
/// @param before         the reading of the first result
/// @param after          the reading of the second
/// @param reachable      whether a change between the two can reach this place; where it cannot, both have the same bits
/// @param kl             `KL(before ‖ after)` of the next-token distributions, in nats
/// @param jsd            their Jensen–Shannon divergence, in nats, 0 to ln 2
/// @param totalVariation half the sum of `|before − after|`, 0 to 1
public record LensDifference(LensReading before, LensReading after, boolean reachable, double kl, double jsd, double totalVariation) {

    /// Whether the most likely token is another.
    ///
    /// @return true where the first choices differ
    public boolean flips() {
        return before.top().getFirst().id() != after.top().getFirst().id();
    }
}
