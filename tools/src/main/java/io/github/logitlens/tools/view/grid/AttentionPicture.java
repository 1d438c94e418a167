package io.github.logitlens.tools.view.grid;

import io.github.logitlens.Attention;
import io.github.logitlens.AttentionHead;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.draw.Drawing;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// Attention as a picture: a heat map for each head, rows queries and columns keys, of which a query sees those up to itself. Few
/// heads have the tokens beside them, many become small.
///
/// ```java
/// AttentionPicture.of(lens.attention("The cat sat on the mat. The cat", AttentionOptions.defaults().layers(Layers.of(3))))
///         .writeSvg(Theme.AUTO, out);
/// ```
public final class AttentionPicture {

    /// Of the heads of a layer, for their numbers to have room below each.
    private static final int MOST_NOTED = 6;

    private AttentionPicture() {
    }

    /// Draws attention.
    ///
    /// @param attention the heads
    /// @return the picture
    public static Drawing of(Attention attention) {
        int seqLen = attention.tokens().size();
        List<String> tokens = attention.tokens().stream().map(Token::display).toList();
        List<HeatMap> maps = new ArrayList<>();
        int heads = (int) attention.heads().stream().filter(head -> head.layer() == attention.heads().getFirst().layer()).count();
        boolean noted = heads <= MOST_NOTED;
        for (AttentionHead head : attention.heads()) {
            double[][] weights = IntStream.range(0, seqLen).mapToObj(query ->
                    IntStream.range(0, seqLen).mapToDouble(key -> head.weight(query, key)).toArray()).toArray(double[][]::new);
            HeatMap map = HeatMap.of(head.label(), tokens, tokens, weights).triangle()
                    .note(!noted ? "" : "prev " + figure(head.previous()) + " first " + figure(head.first())
                            + (Double.isNaN(head.induction()) ? "" : " ind " + figure(head.induction())));
            maps.add(attention.heads().size() < HeatFigure.MANY ? map.axes("query", "key") : map);
        }
        return HeatFigure.of("Attention: " + attention.modelId(), maps)
                .line(prompt(attention.tokens()))
                .shows("Weight of a key", "", Kind.PROBABILITY, Scale.LINEAR)
                .meaning("Rows are queries, columns the keys they see." + (noted ? " Below each head the mean weight of the key before (prev),"
                        + " of the first key (first), and of what followed the same token earlier (ind)." : ""))
                .perRow(heads)
                .madeWith(attention.provenance())
                .drawing();
    }

    /// Tokens for a screen: put together from bytes, since a character may be several tokens.
    static String prompt(List<Token> tokens) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        tokens.forEach(token -> bytes.writeBytes(token.bytes()));
        return new Token(0, bytes.toByteArray()).display();
    }

    private static String figure(double score) {
        return Double.isNaN(score) ? "-" : String.format(Locale.ROOT, "%.2f", score);
    }
}
