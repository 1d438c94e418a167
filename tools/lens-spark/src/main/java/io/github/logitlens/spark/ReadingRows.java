package io.github.logitlens.spark;

import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.corpus.CorpusFields;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/// Rows of readings, and their schema: the fields of `lens corpus`, arrays by point, then the columns that are passed on, then why a text
/// could not run.
final class ReadingRows {

    private static final String TOP = "top";
    /// Of [CorpusFields#PLACE], those of the token that came.
    private static final List<String> TOKEN = List.of("id", "bytes");

    private static final DataType NUMBERS = DataTypes.createArrayType(DataTypes.DoubleType, false);
    private static final DataType INTEGERS = DataTypes.createArrayType(DataTypes.IntegerType, false);
    private static final DataType LOGITS = DataTypes.createArrayType(DataTypes.FloatType, false);
    private static final StructType TRACKED = new StructType().add("id", DataTypes.IntegerType, false).add("logit", LOGITS, false)
            .add("probability", NUMBERS, false).add("rank", INTEGERS, false);
    private static final StructType CHOICE = new StructType().add("id", DataTypes.IntegerType, false)
            .add("logit", DataTypes.FloatType, false).add("probability", DataTypes.DoubleType, false);

    private final boolean atEnd;
    private final int kept;
    private final List<CorpusFields.Field> fields;

    /// @param kept how many columns are passed on
    ReadingRows(boolean atEnd, int kept, List<CorpusFields.Field> fields) {
        this.atEnd = atEnd;
        this.kept = kept;
        this.fields = fields;
    }

    /// The schema.
    ///
    /// @param points the points read, whose names stand in the metadata of each array
    /// @param passed the columns that are passed on
    StructType schema(List<LensPoint> points, List<StructField> passed) {
        StructType schema = new StructType();
        for (String name : CorpusFields.PLACE) {
            if (!atEnd || !TOKEN.contains(name)) {
                schema = schema.add(name, switch (name) {
                    case "position" -> DataTypes.LongType;
                    case "id", "context" -> DataTypes.IntegerType;
                    default -> DataTypes.StringType;
                }, true);
            }
        }
        String[] names = points.stream().map(LensPoint::name).toArray(String[]::new);
        for (CorpusFields.Field field : fields) {
            MetadataBuilder about = new MetadataBuilder().putStringArray("points", names);
            Metadata metadata = (field.unit().isEmpty() ? about : about.putString("unit", field.unit())).build();
            schema = schema.add(field.name(), switch (field.kind()) {
                case NUMBERS -> NUMBERS;
                case RANKS -> INTEGERS;
                case POINT -> DataTypes.IntegerType;
                case TRACKED -> DataTypes.createArrayType(TRACKED, false);
            }, true, metadata);
        }
        if (atEnd) {
            schema = schema.add(TOP, DataTypes.createArrayType(DataTypes.createArrayType(CHOICE, false), false), true,
                    new MetadataBuilder().putStringArray("points", names).build());
        }
        for (StructField field : passed) {
            schema = schema.add(field);
        }
        return schema.add("reason", DataTypes.StringType, true).add("message", DataTypes.StringType, true);
    }

    /// A token's row.
    ///
    /// @param text      the text's row: its name, the text, and what is passed on
    /// @param position  the token's
    /// @param token     the token; null where none came
    /// @param context   how many tokens the model saw before it
    /// @param predictor the position in the window where it was expected
    Row row(Row text, long position, Token token, int context, LensResult window, int predictor) {
        List<Object> values = new ArrayList<>();
        values.add(text.get(TextReader.ID));
        values.add(position);
        if (!atEnd) {
            values.add(token.id());
            values.add(token.hex());
        }
        values.add(context);
        for (CorpusFields.Field field : fields) {
            Object value = field.value().of(window, predictor);
            values.add(field.kind() == CorpusFields.Kind.TRACKED ? tracked((List<?>) value) : value);
        }
        if (atEnd) {
            values.add(window.points().stream()
                    .map(point -> window.top(point, predictor).stream().map(ReadingRows::choice).toArray(Row[]::new)).toArray(Row[][]::new));
        }
        return ended(values, text, null, null);
    }

    /// The row of a text that cannot run, or not further.
    Row refused(Row text, String reason, String message) {
        List<Object> values = new ArrayList<>();
        values.add(text.get(TextReader.ID));
        int empty = (atEnd ? CorpusFields.PLACE.size() - TOKEN.size() + 1 : CorpusFields.PLACE.size()) - 1 + fields.size();
        for (int i = 0; i < empty; i++) {
            values.add(null);
        }
        return ended(values, text, reason, message);
    }

    private Row ended(List<Object> values, Row text, String reason, String message) {
        for (int i = 0; i < kept; i++) {
            values.add(text.get(TextReader.KEPT + i));
        }
        values.add(reason);
        values.add(message);
        return RowFactory.create(values.toArray());
    }

    private static Row[] tracked(List<?> tokens) {
        return tokens.stream().map(CorpusFields.Tracked.class::cast)
                .map(token -> RowFactory.create(token.id(), token.logit(), token.probability(), token.rank())).toArray(Row[]::new);
    }

    private static Row choice(TokenPrediction choice) {
        return RowFactory.create(choice.id(), choice.logit(), choice.probability());
    }
}
