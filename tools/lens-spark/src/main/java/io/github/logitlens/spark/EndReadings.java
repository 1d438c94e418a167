package io.github.logitlens.spark;

import io.github.logitlens.BatchOptions;
import io.github.logitlens.LensBatch;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Outcome;
import io.github.logitlens.Prompt;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/// The last position of each of the texts.
final class EndReadings extends Readings {

    private final ReadingPlan plan;
    private final LensOptions options;
    private final LensBatch batch;
    private final Progress progress;
    /// Null before the first text that was read, whose points it takes.
    private ReadingRows rows;

    EndReadings(ReadingPlan plan, LogitLens lens, Iterator<Row> texts, Progress progress) {
        super(texts);
        this.plan = plan;
        this.progress = progress;
        options = plan.optionsAtEnd(lens);
        batch = lens.batch(prompts(take()), options, plan.hooks(), BatchOptions.defaults());
    }

    private static Iterator<Prompt> prompts(Iterator<Row> texts) {
        return new Iterator<>() {

            @Override
            public boolean hasNext() {
                return texts.hasNext();
            }

            @Override
            public Prompt next() {
                Row text = texts.next();
                return text.isNullAt(TextReader.TEXT) ? Prompt.ids() : Prompt.of(text.getString(TextReader.TEXT));
            }
        };
    }

    @Override
    boolean isMore() {
        return batch.hasNext();
    }

    @Override
    Optional<Row> read() {
        Outcome outcome = batch.next();
        Row text = ended();
        return Optional.of(switch (outcome) {
            case Outcome.Read read -> {
                LensResult result = read.result();
                if (rows == null) {
                    rows = new ReadingRows(true, plan.kept().size(), plan.fields(result.points(), options));
                }
                int tokens = result.tokens().size();
                int position = result.positions().getLast();
                progress.read(tokens);
                yield rows.row(text, tokens, null, tokens, result, position);
            }
            case Outcome.Refused refused -> {
                progress.refused();
                ReadingRows empty = new ReadingRows(true, plan.kept().size(), plan.fields(List.of(), options));
                yield empty.refused(text, refused.reason().name(), message(text, refused.message()));
            }
        });
    }

    @Override
    public void close() {
        batch.close();
    }
}
