package io.github.logitlens.bench.task;

import io.github.logitlens.BatchOptions;
import io.github.logitlens.CorpusDocument;
import io.github.logitlens.CorpusItem;
import io.github.logitlens.CorpusOptions;
import io.github.logitlens.CorpusReader;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Prompt;
import io.github.logitlens.bench.harness.Kept;
import io.github.logitlens.bench.harness.Work;
import io.github.logitlens.bench.model.ModelSize;
import io.github.logitlens.bench.model.ModelWork;
import io.github.logitlens.bench.model.Models;
import io.github.logitlens.bench.model.Prompts;
import io.github.logitlens.weights.Gpt2Config;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/// Surprisal, rank and decision of each token of a document, at every point, or the whole lens of as many tokens run by run.
public class Corpus extends WholeTask {

    /// Tokens that the model sees at once; the next window begins behind them.
    @Param("256")
    int tokens;

    /// How many windows the document has.
    @Param("4")
    int windows;

    /// `corpus`, or `runs`: a run of the whole lens for each window.
    @Param({"corpus", "runs"})
    String way;

    private Kept.Share<LogitLens> lens;
    private int[] document;

    public static Work work(UnaryOperator<String> params) {
        Gpt2Config config = ModelSize.of(params.apply("model")).config();
        int tokens = Integer.parseInt(params.apply("tokens"));
        int[] lengths = IntStream.generate(() -> tokens).limit(Integer.parseInt(params.apply("windows"))).toArray();
        int rows = tokens * lengths.length;
        int passes = params.apply("way").equals("runs")
                ? lengths.length
                : (rows + BatchOptions.defaults().rows() - 1) / BatchOptions.defaults().rows();
        return ModelWork.batch(config, lengths, passes, rows * (config.nLayers() + 1));
    }

    /// Compares the first window's surprisals with those of a run.
    @Setup(Level.Trial)
    public void setUp() {
        lens = Models.open(size(), "vector", threads);
        document = Prompts.tokens(tokens * windows + 1, size().config().vocabSize());
        LensResult first = lens.value().run(Arrays.copyOf(document, tokens), LensOptions.defaults().metrics(LensMetric.SURPRISAL));
        try (CorpusReader reader = reader()) {
            for (int position = 1; position < tokens; position++) {
                CorpusItem.Row row = (CorpusItem.Row) reader.next();
                for (LensPoint point : row.points()) {
                    double expected = first.value(LensMetric.SURPRISAL, point, position - 1);
                    if (row.surprisal(point) != expected) {
                        throw new IllegalStateException(row + " at " + point + ": expected surprisal " + expected);
                    }
                }
            }
        }
    }

    private CorpusReader reader() {
        return lens.value().corpus(List.of(CorpusDocument.of("document", Prompt.ids(document))).iterator(),
                CorpusOptions.defaults().window(tokens));
    }

    @TearDown(Level.Trial)
    public void tearDown() {
        lens.close();
    }

    @Benchmark
    public double read() {
        double sum = 0;
        if (way.equals("runs")) {
            for (int window = 0; window < windows; window++) {
                LensResult run = lens.value().run(Arrays.copyOfRange(document, window * tokens, (window + 1) * tokens),
                        LensOptions.defaults());
                sum += run.value(LensMetric.ENTROPY, run.finalPoint(), -1);
            }
            return sum;
        }
        try (CorpusReader reader = reader()) {
            while (reader.hasNext()) {
                if (reader.next() instanceof CorpusItem.Row row) {
                    sum += row.surprisal(row.decisionLayer());
                }
            }
        }
        return sum;
    }
}
