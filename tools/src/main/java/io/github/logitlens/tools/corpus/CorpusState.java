package io.github.logitlens.tools.corpus;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.logitlens.CorpusPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// How far a run over a corpus has come, as a file beside its output: what another run needs to write the rest.
///
/// @param schema  [#SCHEMA]
/// @param run     what has to be the same: files and their sizes, model, options
/// @param written as many bytes of the output belong to what is finished
/// @param start   where the document begins in which the run goes on
/// @param place   which document that is, and how far it is read
/// @param totals  of the rows that are written; null where nobody asked for them
record CorpusState(String schema, List<String> run, long written, CorpusInput.Start start, CorpusPlace place, CorpusTotals totals) {

    static final String SCHEMA = "logitlens.corpus-state/1";

    private static final ObjectMapper JSON = JsonMapper.builder()
            .visibility(PropertyAccessor.FIELD, Visibility.ANY)
            .visibility(PropertyAccessor.GETTER, Visibility.NONE)
            .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
            .build();

    /// Writes it so that at any moment the file is there as it was, or as it is to be.
    void write(Path file) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try {
            JSON.writeValue(temporary.toFile(), this);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws IllegalArgumentException if it is not that
    static CorpusState read(Path file) throws IOException {
        try {
            CorpusState state = JSON.readValue(file.toFile(), CorpusState.class);
            if (!SCHEMA.equals(state.schema)) {
                throw new IllegalArgumentException(file + ": expected schema " + SCHEMA + ", got " + state.schema);
            }
            return state;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": expected what an earlier run left, got " + e.getOriginalMessage(), e);
        }
    }
}
