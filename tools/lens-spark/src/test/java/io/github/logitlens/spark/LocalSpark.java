package io.github.logitlens.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// A session in this JVM, and texts for it.
final class LocalSpark {

    static final StructType TEXTS = new StructType().add("id", DataTypes.StringType).add("text", DataTypes.StringType)
            .add("year", DataTypes.IntegerType);

    private LocalSpark() {
    }

    /// A session with two task slots, which tries a task four times; to be stopped.
    static SparkSession session(Path directory) {
        return builder("local[2,4]", directory).getOrCreate();
    }

    static SparkSession.Builder builder(String master, Path directory) {
        return SparkSession.builder().master(master).appName("test").config("spark.ui.enabled", false)
                .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", 2).config("spark.sql.warehouse.dir", directory.resolve("warehouse").toString())
                .config("spark.local.dir", directory.resolve("scratch").toString());
    }

    /// Texts of many lengths, some of which cannot run.
    static List<Row> texts(int count) {
        String[] parts = {"The Eiffel Tower is in Paris.", "Once upon a time", " there was a king who", " had three daughters,",
            " and 1,000 ships", " – naïve 東京 🙂", " def f(x):\n    return x"};
        List<Row> texts = new ArrayList<>(List.of(RowFactory.create("null", null, 0), RowFactory.create("empty", "", 0),
                RowFactory.create("one token", "the", 0), RowFactory.create(null, "a text without a name", null)));
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            IntStream.range(0, 1 + i * 5 % 7).forEach(part -> text.append(parts[part * 3 % parts.length]));
            texts.add(RowFactory.create("text-" + i, text.append(' ').append(i).toString(), 1900 + i));
        }
        return texts;
    }

    /// A file with an object for each text.
    static Path file(List<Row> texts, Path file) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<String> lines = new ArrayList<>();
        for (Row text : texts) {
            ObjectNode object = json.createObjectNode();
            object.put("id", text.getString(0)).put("text", text.getString(1)).put("year", (Integer) text.get(2));
            lines.add(json.writeValueAsString(object));
        }
        return Files.write(file, lines);
    }

    static Dataset<Row> table(SparkSession session, List<Row> texts, int partitions) {
        return session.createDataFrame(texts, TEXTS).repartition(partitions);
    }
}
