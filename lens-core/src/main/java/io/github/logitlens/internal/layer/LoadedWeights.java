package io.github.logitlens.internal.layer;

import io.github.logitlens.weights.RepeatedRow;
import io.github.logitlens.weights.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;

/// All weights copied off heap, in panels, with all threads.
record LoadedWeights(Arena arena, Workers workers, WeightReader reader, List<Runnable> tasks, List<Runnable> lastTasks)
        implements WeightStorage {

    /// @param arena owns the copies
    LoadedWeights(Arena arena, Workers workers, WeightReader reader) {
        this(arena, workers, reader, new ArrayList<>(), new ArrayList<>());
    }

    @Override
    public BlockWeight block(Weight weight) {
        PanelMatrix matrix = PanelMatrix.of(weight);
        tasks.add(() -> matrix.load(arena, reader, weight));
        return matrix;
    }

    @Override
    public VocabularyWeight vocabulary(Weight weight) {
        PanelMatrix matrix = PanelMatrix.transposeOf(weight);
        Optional<RepeatedRow> repeated = weight.repeatedRow();
        if (repeated.isPresent()) {
            repeated(matrix, new FewRows(weight, repeated.get()));
            return matrix;
        }
        for (int i = 0; i < matrix.chunkCount(); i++) {
            int chunk = i;
            tasks.add(() -> matrix.loadTransposed(arena, reader, weight, chunk));
        }
        return matrix;
    }

    private void repeated(PanelMatrix matrix, FewRows rows) {
        for (int i = 0; i < rows.pieces(); i++) {
            int piece = i;
            tasks.add(() -> rows.read(reader, piece));
        }
        for (int i = 0; i < matrix.chunkCount(); i++) {
            int chunk = i;
            lastTasks.add(() -> matrix.loadRepeated(arena, rows, chunk));
        }
    }

    @Override
    public TokenEmbedding embedding(Weight weight) {
        return TokenEmbedding.Separate.load(arena, reader, weight);
    }

    @Override
    public void load(DoubleConsumer progress) {
        AtomicInteger done = new AtomicInteger();
        int all = tasks.size() + lastTasks.size();
        for (List<Runnable> together : List.of(tasks, lastTasks)) {
            workers.run(together.size(), i -> {
                together.get(i).run();
                progress.accept((double) done.incrementAndGet() / all);
            });
        }
    }
}
