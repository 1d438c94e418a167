package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The path of a tracked token in one line: a block for each point, higher where the token stands better.
///
/// ```text
/// probability ▁▁▁▁▁▁▁▃█ 0 to 1 | logit ▁▂▂▃▃▄▅▆█ -38.11 to -20.44 | rank ▁▂▃▄▅▆▇██ 23011 to 1
/// ```
public final class TokenSparklines {

    private TokenSparklines() {
    }

    /// The token's probability from 0 to 1, its logit from lowest to highest, and its rank, in equal factors, from worst to
    /// best.
    ///
    /// @param result   the run
    /// @param token    a token that it tracks
    /// @param position one of its positions
    /// @return three cells of a table
    public static List<String> of(LensResult result, TokenRef token, int position) {
        List<LensPoint> points = result.points();
        List<String> cells = new ArrayList<>();
        for (TokenFact fact : List.of(TokenFact.PROBABILITY, TokenFact.LOGIT, TokenFact.RANK)) {
            Quantity quantity = new Quantity.OfToken(fact, token);
            double[] values = quantity.column(result, points, position);
            ColourScale scale = ColourScale.of(quantity, fact == TokenFact.RANK ? Scale.LOG : Scale.LINEAR, values);
            double[] places = Arrays.stream(values).map(scale::place).toArray();
            cells.add(fact.label().toLowerCase(Locale.ROOT) + " " + Blocks.heights(places) + " "
                    + quantity.figure(scale.darkest()) + " to " + quantity.figure(scale.brightest()));
        }
        return cells;
    }
}
