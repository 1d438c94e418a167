package io.github.logitlens.spark;

import io.github.logitlens.CorpusOptions;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tools.Argument;
import io.github.logitlens.tools.CorpusArguments;
import io.github.logitlens.tools.OptionGroup;
import io.github.logitlens.tools.corpus.CorpusFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// What is read of which column of a table, as a command line says it: parsed by the driver, which refuses what is wrong, and again by each
/// task, which is sent the words.
final class ReadingPlan implements OptionGroup {

    private static final String ID = "id";

    private final CorpusArguments corpus = new CorpusArguments();

    private final Argument<String> field = Argument.text("--field", "NAME", "The column that has the texts. Default: text.").usually("text");

    private final Argument<String> id = Argument.text("--id", "NAME",
            "The column that names the texts; 'document' in a row. Default: id, if there is one.");

    private final Argument<String> keep = Argument.text("--keep", "NAME,...", "Columns that each row has too, as they are.");

    private final Argument<Boolean> last = Argument.flag("--last",
            "Read each text where it ends, at its last position alone: a row for each text, of what the model expects to come next. 'top' has "
                    + "the --top-k most likely tokens at each point.");

    /// A plan that nothing has been said of yet.
    ReadingPlan() {
    }

    /// @param words arguments of `lens corpus`, and those here
    /// @throws IllegalArgumentException if they are none
    static ReadingPlan of(List<String> words) {
        ReadingPlan plan = new ReadingPlan();
        CommandSpec spec = CommandSpec.create();
        plan.addTo(spec);
        try {
            new CommandLine(spec).setExpandAtFiles(false).parseArgs(words.toArray(String[]::new));
            plan.check();
        } catch (ParameterException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return plan;
    }

    /// Of the arguments of a command that has these and others, these.
    ///
    /// @return words for [#of]
    static List<String> words(ParseResult parsed) {
        CommandSpec own = CommandSpec.create();
        new ReadingPlan().addTo(own);
        List<String> words = new ArrayList<>();
        for (OptionSpec option : parsed.matchedOptions()) {
            String name = option.longestName();
            if (own.findOption(name) == null) {
                continue;
            }
            if (option.arity().max() == 0) {
                words.add(name);
            } else {
                option.originalStringValues().forEach(value -> words.addAll(List.of(name, value)));
            }
        }
        return words;
    }

    @Override
    public void addTo(CommandSpec command) {
        for (OptionGroup group : List.of(field, id, keep, last, corpus)) {
            group.addTo(command);
        }
    }

    private void check() {
        if (atEnd()) {
            corpus.optionsAtEnd();
        } else {
            corpus.options();
        }
        corpus.hooks();
    }

    String model() {
        return corpus.model();
    }

    Hooks hooks() {
        return corpus.hooks();
    }

    /// The column of the texts.
    String field() {
        return field.get();
    }

    /// The column of their names.
    ///
    /// @param columns those that are there
    /// @return empty where texts have no names
    Optional<String> id(List<String> columns) {
        return id.given().or(() -> columns.contains(ID) ? Optional.of(ID) : Optional.empty());
    }

    /// Columns that are passed on.
    List<String> kept() {
        return keep.given().stream().flatMap(names -> Arrays.stream(names.split(",", -1))).map(String::strip).toList();
    }

    /// Whether texts are read at their last position alone.
    boolean atEnd() {
        return last.get();
    }

    /// How a corpus is read by an opened model.
    CorpusOptions options(LogitLens lens) {
        CorpusOptions options = corpus.options();
        return options.lens(corpus.with(options.lens(), lens));
    }

    /// How texts are read by an opened model at their last position.
    LensOptions optionsAtEnd(LogitLens lens) {
        return corpus.with(corpus.optionsAtEnd(), lens);
    }

    /// What is read.
    LensOptions reading(LogitLens lens) {
        return atEnd() ? optionsAtEnd(lens) : options(lens).lens();
    }

    /// The fields of a row that are read.
    List<CorpusFields.Field> fields(List<LensPoint> points, LensOptions options) {
        return atEnd() ? CorpusFields.ofOutput(points, options) : CorpusFields.of(points, options);
    }
}
