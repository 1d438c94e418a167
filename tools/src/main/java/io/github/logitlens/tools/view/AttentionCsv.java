package io.github.logitlens.tools.view;

import io.github.logitlens.Attention;
import io.github.logitlens.AttentionHead;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/// Attention as CSV: a line for each head, query and key that the query sees.
///
/// ```csv
/// model,bos,layerNorm,lens,layer,head,query,queryId,queryText,key,keyId,keyText,weight,entropy,previous,first,induction,…
/// "demo",false,recomputed,logit,3,0,4,318," is",3,4881," France",0.5534,1.02,0.31,0.22,NaN,…
/// ```
///
/// The head's own numbers stand on each of its lines.
public final class AttentionCsv {

    private AttentionCsv() {
    }

    /// Writes the table.
    ///
    /// @param attention what to write
    /// @param out       where to
    /// @throws IOException if `out` fails
    public static void write(Attention attention, Writer out) throws IOException {
        List<String> names = new ArrayList<>(Csv.FIRST);
        names.addAll(List.of("layer", "head", "query", "queryId", "queryText", "key", "keyId", "keyText", "weight", "entropy",
                "previous", "first", "induction"));
        names.addAll(Csv.LAST);
        Csv.line(names, out);
        List<String> first = Csv.first(attention.provenance());
        List<String> last = Csv.last(attention.provenance());
        for (AttentionHead head : attention.heads()) {
            for (int query = 0; query < attention.tokens().size(); query++) {
                for (int key = 0; key <= query; key++) {
                    List<String> fields = new ArrayList<>(first);
                    fields.addAll(List.of(Integer.toString(head.layer()), Integer.toString(head.head())));
                    place(query, attention.tokens().get(query), fields);
                    place(key, attention.tokens().get(key), fields);
                    fields.addAll(List.of(Float.toString(head.weight(query, key)), Double.toString(head.entropy()),
                            Double.toString(head.previous()), Double.toString(head.first()), Double.toString(head.induction())));
                    fields.addAll(last);
                    Csv.line(fields, out);
                }
            }
        }
    }

    private static void place(int position, Token token, List<String> fields) {
        fields.addAll(List.of(Integer.toString(position), Integer.toString(token.id()), Csv.text(token.display())));
    }
}
