package examples;

import io.github.logitlens.CorpusDocument;
import io.github.logitlens.CorpusItem;
import io.github.logitlens.CorpusOptions;
import io.github.logitlens.CorpusReader;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Prompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// How well each layer guesses the next token of a text, in bounded memory however long the text is.
public class Corpus {

    public static void main(String[] args) throws IOException {
        CorpusDocument document = args.length > 0
                ? CorpusDocument.of(args[0], Files.newBufferedReader(Path.of(args[0])))
                : CorpusDocument.of("text", Prompt.of("The capital of France is Paris. In summer the days are long and warm. ".repeat(40)));
        try (LogitLens lens = LogitLens.open("demo");
                CorpusReader corpus = lens.corpus(List.of(document).iterator(), CorpusOptions.defaults().window(128).stride(64))) {
            double[] loss = new double[lens.model().config().nLayers() + 1];
            long rows = 0;
            while (corpus.hasNext()) {
                if (corpus.next() instanceof CorpusItem.Row row) {
                    for (int point = 0; point < loss.length; point++) {
                        loss[point] += row.surprisal(row.points().get(point));
                    }
                    rows++;
                }
            }
            System.out.println(rows + " tokens");
            for (int point = 0; point < loss.length; point++) {
                System.out.printf(Locale.ROOT, "%-10s %5.2f nats%n", point == 0 ? "embedding" : "layer " + (point - 1), loss[point] / rows);
            }
        }
    }
}
