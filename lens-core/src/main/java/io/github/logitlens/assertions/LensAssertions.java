package io.github.logitlens.assertions;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import io.github.logitlens.TrackedToken;
import java.util.Objects;
import java.util.OptionalInt;

/// Claims about one result, at one of its positions: the last one that was read, unless [#at] names another.
///
/// ```java
/// LensResult result = lens.run(prompt, LensOptions.defaults().track(" Paris"));
/// LensAssertions.assertThat(result)
///         .predicts(" Paris")              // the model's own first choice
///         .predicts(" the", 3)             // the first choice after block 3
///         .ranks(" Paris", 4, 20)          // among the first 20 after block 4
///         .decidesBy(7);                   // its final choice stays from block 7 on, or from before
/// ```
///
/// Each claim returns this object, so that the next one may follow. One that does not hold throws an [AssertionError]; its message
/// is a line that says what was expected and what was read, and the result's table below. A claim about a layer that was not
/// read, or a token that is neither tracked nor among those read, is a mistake of the test: an [IllegalArgumentException].
public final class LensAssertions {

    private final LensResult result;
    private final int position;

    private LensAssertions(LensResult result, int position) {
        this.result = result;
        this.position = position;
    }

    /// Begins claims about a result's last position.
    ///
    /// @param result what was read
    /// @return claims to make
    public static LensAssertions assertThat(LensResult result) {
        return new LensAssertions(Objects.requireNonNull(result, "result"), result.positions().getLast());
    }

    /// Makes claims about another position.
    ///
    /// @param position one that was read; from the end if negative
    /// @return claims to make
    /// @throws IllegalArgumentException if it was not read
    public LensAssertions at(int position) {
        int absolute = position < 0 ? result.tokens().size() + position : position;
        if (!result.positions().contains(absolute)) {
            throw new IllegalArgumentException("position: expected one of " + result.positions() + ", got " + position);
        }
        return new LensAssertions(result, absolute);
    }

    /// Claims that a token is the model's first choice.
    ///
    /// @param token the text of exactly one token, such as `" Paris"` with its leading space
    /// @return this
    /// @throws AssertionError if another one is
    public LensAssertions predicts(String token) {
        return predicts(token, result.finalPoint());
    }

    /// Claims that a token is the first choice after a block.
    ///
    /// @param token the text of exactly one token
    /// @param layer the block, from 0
    /// @return this
    /// @throws AssertionError           if another one is
    /// @throws IllegalArgumentException if the layer was not read
    public LensAssertions predicts(String token, int layer) {
        return predicts(token, result.layer(layer));
    }

    private LensAssertions predicts(String token, LensPoint point) {
        TokenPrediction first = result.top(point, position).getFirst();
        if (!first.token().text().equals(token)) {
            throw failure(point + ": expected the first choice " + quoted(token) + ", got " + quoted(first.token().text()));
        }
        return this;
    }

    /// Claims that a token is among the first after a block.
    ///
    /// @param token  the text of a token that the run [tracked][LensOptions#track(String)]
    /// @param layer  the block, from 0
    /// @param atMost the rank that it has at most, 1 being the first choice
    /// @return this
    /// @throws AssertionError           if its rank is greater
    /// @throws IllegalArgumentException if the layer was not read, or the token not tracked
    public LensAssertions ranks(String token, int layer, int atMost) {
        LensPoint point = result.layer(layer);
        TrackedToken tracked = result.tracked(TokenRef.of(token), point, position);
        if (tracked.rank() > atMost) {
            throw failure(point + ": expected " + quoted(token) + " at rank " + atMost + " or before, got " + tracked.rank());
        }
        return this;
    }

    /// Claims that the model's first choice is so after a block and after all that follow.
    ///
    /// @param layer the block, from 0
    /// @return this
    /// @throws AssertionError if it is decided later
    public LensAssertions decidesBy(int layer) {
        LensPoint decision = result.decisionLayer(position);
        OptionalInt decided = decision.layer();
        if (decided.isPresent() && decided.getAsInt() > layer) {
            throw failure("decision: expected layer " + layer + " or before, got " + decision);
        }
        return this;
    }

    private AssertionError failure(String claim) {
        return new AssertionError("position " + position + ", " + claim + "\n" + result.table());
    }

    private static String quoted(String token) {
        return "\"" + token + "\"";
    }
}
