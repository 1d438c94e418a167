package io.github.logitlens.spark;

import io.github.logitlens.CorpusDocument;
import io.github.logitlens.CorpusItem;
import io.github.logitlens.CorpusOptions;
import io.github.logitlens.CorpusReader;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Prompt;
import java.util.Iterator;
import java.util.Optional;
import org.apache.spark.sql.Row;

/// Every token of the texts.
final class CorpusReadings extends Readings {

    private final CorpusReader reader;
    private final ReadingRows rows;
    private final Progress progress;

    CorpusReadings(ReadingPlan plan, LogitLens lens, Iterator<Row> texts, Progress progress) {
        super(texts);
        this.progress = progress;
        CorpusOptions options = plan.options(lens);
        reader = lens.corpus(documents(take()), options, plan.hooks());
        rows = new ReadingRows(false, plan.kept().size(), plan.fields(reader.points(), options.lens()));
    }

    private static Iterator<CorpusDocument> documents(Iterator<Row> texts) {
        return new Iterator<>() {

            @Override
            public boolean hasNext() {
                return texts.hasNext();
            }

            @Override
            public CorpusDocument next() {
                Row text = texts.next();
                String id = text.isNullAt(TextReader.ID) ? "" : text.getString(TextReader.ID);
                return CorpusDocument.of(id, text.isNullAt(TextReader.TEXT) ? Prompt.ids() : Prompt.of(text.getString(TextReader.TEXT)));
            }
        };
    }

    @Override
    boolean isMore() {
        return reader.hasNext();
    }

    @Override
    Optional<Row> read() {
        return switch (reader.next()) {
            case CorpusItem.Row row -> Optional.of(
                    rows.row(current(), row.position(), row.token(), row.context(), row.window(), row.predictor()));
            case CorpusItem.End end -> {
                ended();
                progress.read(end.tokens());
                yield Optional.empty();
            }
            case CorpusItem.Refused refused -> {
                Row text = ended();
                progress.refused();
                yield Optional.of(rows.refused(text, refused.reason().name(), message(text, refused.message())));
            }
        };
    }

    @Override
    public void close() {
        reader.close();
    }
}
