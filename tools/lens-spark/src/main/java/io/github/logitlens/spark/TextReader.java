package io.github.logitlens.spark;

import io.github.logitlens.LogitLens;
import io.github.logitlens.error.LensException;
import java.util.BitSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.util.TaskCompletionListener;

/// What a task does: the texts of a partition become rows of readings. A text's row has its name, the text, and what is passed on.
final class TextReader implements MapPartitionsFunction<Row, Row> {

    /// Columns of a text's row.
    static final int ID = 0;
    static final int TEXT = 1;
    static final int KEPT = 2;

    private static final long serialVersionUID = 1L;

    private final String[] words;
    private final BitSet done;
    private final Progress progress;

    /// @param words    see [ReadingPlan#of]
    /// @param done     partitions that are left out
    /// @param progress told how it gets on
    TextReader(List<String> words, BitSet done, Progress progress) {
        this.words = words.toArray(String[]::new);
        this.done = done;
        this.progress = progress;
    }

    @Override
    public Iterator<Row> call(Iterator<Row> texts) {
        if (done.get(TaskContext.getPartitionId()) || !texts.hasNext()) {
            return Collections.emptyIterator();
        }
        TaskContext task = TaskContext.get();
        ReadingPlan plan = ReadingPlan.of(List.of(words));
        progress.speed().begin();
        SharedModel.Lease lease = SharedModel.lease(plan.model(), task.cpus());
        task.addTaskCompletionListener((TaskCompletionListener) _ -> lease.close());
        Readings readings = readings(plan, lease.lens(), texts);
        task.addTaskCompletionListener((TaskCompletionListener) _ -> readings.close());
        return readings;
    }

    private Readings readings(ReadingPlan plan, LogitLens lens, Iterator<Row> texts) {
        try {
            return plan.atEnd() ? new EndReadings(plan, lens, texts, progress) : new CorpusReadings(plan, lens, texts, progress);
        } catch (LensException | IllegalArgumentException e) {
            throw new ModelRefusedException(e);
        }
    }
}
