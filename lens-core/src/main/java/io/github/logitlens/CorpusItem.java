package io.github.logitlens;

import io.github.logitlens.tokenizer.Token;
import java.util.List;
import java.util.Locale;

/// What a [CorpusReader] gives: the rows of a document's tokens, then its end, or at some point why it could not be read.
public sealed interface CorpusItem {

    /// Which document this is about.
    ///
    /// @return its place in the corpus, from 0
    long document();

    /// The document's id.
    ///
    /// @return as it was given
    String id();

    /// A token, as the model expected it from what stood before.
    ///
    /// @param document  which document, from 0
    /// @param id        the document's id
    /// @param position  the token's place in the document, from 0; BOS is not counted
    /// @param token     the token
    /// @param context   how many tokens the model saw before it, BOS included
    /// @param window    all that was read of the window it was read in
    /// @param predictor the position in the window where it was expected, the last that the model saw
    record Row(long document, String id, long position, Token token, int context, LensResult window, int predictor)
            implements CorpusItem {

        /// The places read.
        ///
        /// @return in the order of the forward pass
        public List<LensPoint> points() {
            return window.points();
        }

        /// `−ln p` of the token at a point.
        ///
        /// @param point one of [#points]
        /// @return in nats
        public double surprisal(LensPoint point) {
            return window.value(LensMetric.SURPRISAL, point, predictor);
        }

        /// The place of the token among all that could have followed.
        ///
        /// @param point one of [#points]
        /// @return 1 for the first choice
        /// @throws IllegalArgumentException if [LensMetric#NEXT_RANK] was not asked for
        public int rank(LensPoint point) {
            return (int) window.value(LensMetric.NEXT_RANK, point, predictor);
        }

        /// One number read before the token.
        ///
        /// @param metric one that comes with every run, or was asked for
        /// @param point  one of [#points]
        /// @return in the metric's unit
        public double value(LensMetric metric, LensPoint point) {
            return window.value(metric, point, predictor);
        }

        /// From which point on the model's first choice stays the final one, right or wrong; see [LensResult#decisionLayer].
        ///
        /// @return the point
        /// @throws IllegalStateException if the run was stopped before the last block
        public LensPoint decisionLayer() {
            return window.decisionLayer(predictor);
        }

        /// The tracked tokens at one point, before this one came.
        ///
        /// @param point one of [#points]
        /// @return in the order of [LensOptions#tracked]
        public List<TrackedToken> tracked(LensPoint point) {
            return window.options().tracked().stream().map(token -> window.tracked(token, point, predictor)).toList();
        }

        /// The document, the token and its surprisal at the last point.
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s, position %d: \"%s\", surprisal %.3f nats%s", id, position, token.display(),
                    surprisal(points().getLast()), window.stopped() ? "" : ", decided at " + decisionLayer());
        }
    }

    /// The end of a document that was read.
    ///
    /// @param document which document, from 0
    /// @param id       the document's id
    /// @param tokens   how many tokens it has; the first of them has no row unless there is a BOS before it
    record End(long document, String id, long tokens) implements CorpusItem {
    }

    /// A document that cannot be read, or not further: rows of earlier windows may have come before.
    ///
    /// @param document which document, from 0
    /// @param id       the document's id
    /// @param reason   as a constant; [Outcome.Reason#EMPTY] is one without a token to read
    /// @param message  in words: what was expected, what was there
    record Refused(long document, String id, Outcome.Reason reason, String message) implements CorpusItem {
    }
}
