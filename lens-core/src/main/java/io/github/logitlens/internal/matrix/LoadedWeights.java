package io.github.logitlens.internal.matrix;

import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.weights.RepeatedRow;
import io.github.logitlens.weights.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;

/// All weights copied off heap, in panels, with all threads.
///
/// There are no lambdas on the way: the first use of each costs a new process a millisecond.
public record LoadedWeights(Arena arena, Workers workers, WeightReader reader, List<Runnable> tasks) implements WeightStorage {

    /// @param arena owns the copies
    public LoadedWeights(Arena arena, Workers workers, WeightReader reader) {
        this(arena, workers, reader, new ArrayList<>());
    }

    @Override
    public BlockWeight block(Weight weight) {
        PanelMatrix matrix = PanelMatrix.of(weight);
        tasks.add(new Rows(matrix, arena, reader, weight));
        return matrix;
    }

    @Override
    public VocabularyWeight vocabulary(Weight weight) {
        PanelMatrix matrix = PanelMatrix.transposeOf(weight);
        Optional<RepeatedRow> repeated = weight.repeatedRow();
        if (repeated.isPresent()) {
            repeat(matrix, new FewRows(weight, repeated.get()));
            return matrix;
        }
        for (int i = 0; i < matrix.chunkCount(); i++) {
            tasks.add(new TransposedRows(matrix, arena, reader, weight, i));
        }
        return matrix;
    }

    private void repeat(PanelMatrix matrix, FewRows rows) {
        for (int i = 0; i < rows.pieces(); i++) {
            tasks.add(new KeptRows(rows, reader, i));
        }
        matrix.repeat(arena, rows);
    }

    @Override
    public EmbeddingWeight embedding(Weight weight) {
        return EmbeddingWeight.Loaded.of(arena, reader, weight);
    }

    @Override
    public void load(DoubleConsumer progress) {
        workers.run(tasks.size(), new Progress(tasks, new AtomicInteger(), progress));
    }

    private record Progress(List<Runnable> tasks, AtomicInteger done, DoubleConsumer progress) implements IntConsumer {
        @Override
        public void accept(int i) {
            tasks.get(i).run();
            progress.accept((double) done.incrementAndGet() / tasks.size());
        }
    }

    private record Rows(PanelMatrix matrix, Arena arena, WeightReader reader, Weight weight) implements Runnable {
        @Override
        public void run() {
            matrix.load(arena, reader, weight);
        }
    }

    private record TransposedRows(PanelMatrix matrix, Arena arena, WeightReader reader, Weight weight, int chunk)
            implements Runnable {
        @Override
        public void run() {
            matrix.loadTransposed(arena, reader, weight, chunk);
        }
    }

    private record KeptRows(FewRows rows, WeightReader reader, int piece) implements Runnable {
        @Override
        public void run() {
            rows.read(reader, piece);
        }
    }
}
