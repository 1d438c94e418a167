package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensPoint;
import io.github.logitlens.TokenRef;
import io.github.logitlens.TrackedToken;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.internal.view.Figures;
import io.github.logitlens.internal.view.TextWidth;
import java.io.IOException;
import java.io.Writer;

/// The path of each tracked token through the layers, at the last position that was read: its probability as a bar, with
/// the figures behind it.
///
/// ```text
/// " Paris" at position 6, after " in"
///                                             probability    logit   rank
/// Layer 6    █████████▏                              0.277    11.37      2
/// Layer 7    ███████████████████████████████▉        0.965    15.41      1
/// ```
final class TokenPath {

    private static final int NARROWEST_BAR = 8;
    private static final int PROBABILITY = 12;
    private static final int LOGIT = 9;
    private static final int RANK = 7;

    private final ColourDepth depth;
    private final int width;

    TokenPath(ColourDepth depth, int width) {
        this.depth = depth;
        this.width = width;
    }

    void write(LensGrid grid, Writer out) throws IOException {
        for (TokenRef token : grid.result().options().tracked().stream().distinct().toList()) {
            int position = grid.positions().getLast();
            Token text = grid.result().tracked(token, grid.rows().getFirst(), position).token();
            out.write("\n" + depth.bold("\"" + text.display() + "\" at position " + position
                    + ", after \"" + grid.token(position).display() + "\"") + "\n");
            path(grid, token, position, out);
        }
    }

    private void path(LensGrid grid, TokenRef token, int position, Writer out) throws IOException {
        int labels = grid.rows().stream().mapToInt(point -> TextWidth.of(point.label())).max().orElse(0) + 2;
        boolean logits = width >= labels + NARROWEST_BAR + PROBABILITY + LOGIT + RANK;
        int bar = Math.max(NARROWEST_BAR, width - labels - PROBABILITY - RANK - (logits ? LOGIT : 0));
        out.write(depth.faint(" ".repeat(labels + bar) + figures("probability", "logit", "rank", logits)) + "\n");
        for (LensPoint point : grid.rows()) {
            TrackedToken at = grid.result().tracked(token, point, position);
            String figures = figures(Figures.small(at.probability()), Figures.logit(at.logit()), Integer.toString(at.rank()), logits);
            out.write(TextWidth.padded(point.label(), labels) + Blocks.bar(at.probability(), bar) + figures + "\n");
        }
    }

    private static String figures(String probability, String logit, String rank, boolean logits) {
        return TextWidth.leftPadded(probability, PROBABILITY) + (logits ? TextWidth.leftPadded(logit, LOGIT) : "")
                + TextWidth.leftPadded(rank, RANK);
    }
}
