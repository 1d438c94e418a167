package io.github.logitlens.spark;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.ProvenanceJson;
import io.github.logitlens.internal.view.RunJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/// The directory of a job's rows. A partition's file appears there, whole, when its task is committed, and bears the partition's number;
/// `_SUCCESS` appears when all have. A note beside them says what the rows are made with, and what another job must have in common with
/// this one to write the rest.
final class JobOutput {

    private static final String SCHEMA = "logitlens.spark-state/1";
    private static final String NOTE = "_lens.json";
    private static final Pattern PARTITION = Pattern.compile("part-(\\d+)-.*");

    private final Path directory;
    private final FileSystem files;

    /// What an earlier job has noted.
    private record Note(List<String> run, int partitions) {
    }

    /// @throws IllegalArgumentException if no file system has such a name
    JobOutput(String directory, Configuration hadoop) throws IOException {
        this.directory = new Path(directory);
        files = this.directory.getFileSystem(hadoop);
    }

    boolean exists() throws IOException {
        return files.exists(directory);
    }

    boolean isFinished() throws IOException {
        return files.exists(new Path(directory, "_SUCCESS"));
    }

    /// How many partitions the earlier job has.
    ///
    /// @param run what has to be the same
    /// @return empty where there was none
    /// @throws IllegalArgumentException if it was another one
    OptionalInt partitions(List<String> run) throws IOException {
        Optional<Note> left = note();
        if (left.isEmpty()) {
            return OptionalInt.empty();
        }
        List<String> then = left.get().run;
        int other = IntStream.range(0, Math.max(run.size(), then.size()))
                .filter(i -> i >= run.size() || i >= then.size() || !run.get(i).equals(then.get(i))).findFirst().orElse(-1);
        if (other >= 0) {
            throw new IllegalArgumentException(new Path(directory, NOTE) + ": expected the run that it began with, "
                    + (other < then.size() ? then.get(other) : "nothing") + ", got " + (other < run.size() ? run.get(other) : "nothing"));
        }
        return OptionalInt.of(left.get().partitions);
    }

    private Optional<Note> note() throws IOException {
        Path file = new Path(directory, NOTE);
        if (!files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = files.open(file)) {
            JsonNode note = new ObjectMapper().readTree(in);
            if (!SCHEMA.equals(note.path("schema").asText())) {
                throw new IllegalArgumentException(file + ": expected schema " + SCHEMA + ", got " + note.path("schema"));
            }
            List<String> run = note.path("run").valueStream().map(JsonNode::asText).toList();
            return Optional.of(new Note(run, note.path("partitions").asInt()));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(file + ": expected what an earlier run left, got " + e.getOriginalMessage(), e);
        }
    }

    /// Makes the directory with its note.
    void begin(List<String> run, int partitions, CorpusLens.Checked checked) throws IOException {
        try (Writer out = new OutputStreamWriter(files.create(new Path(directory, NOTE), true), StandardCharsets.UTF_8);
                JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            json.writeStringField("schema", SCHEMA);
            RunJson.model(checked.provenance().modelId(), checked.config(), json);
            json.writeNumberField("partitions", partitions);
            json.writeArrayFieldStart("run");
            for (String line : run) {
                json.writeString(line);
            }
            json.writeEndArray();
            RunJson.points(checked.points(), json);
            ProvenanceJson.write(checked.provenance(), json);
            json.writeEndObject();
        }
    }

    /// The partitions that are written.
    BitSet done() throws IOException {
        BitSet done = new BitSet();
        for (FileStatus file : files.listStatus(directory)) {
            Matcher name = PARTITION.matcher(file.getPath().getName());
            if (name.matches()) {
                done.set(Integer.parseInt(name.group(1)));
            }
        }
        return done;
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
