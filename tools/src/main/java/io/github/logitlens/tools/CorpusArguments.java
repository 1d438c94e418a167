package io.github.logitlens.tools;

import io.github.logitlens.CorpusOptions;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tokenizer.SpecialTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// Which model reads a corpus, in which windows, and what it reads: the arguments of `lens corpus` that say so, for the command and for
/// whoever reads one in another way.
///
/// ```java
/// CorpusArguments corpus = new CorpusArguments();
/// CommandSpec spec = CommandSpec.create();
/// corpus.addTo(spec);
/// new CommandLine(spec).parseArgs("--model", "demo", "--window", "128");
/// corpus.options()    // CorpusOptions[window=128, …]
/// ```
public final class CorpusArguments implements OptionGroup {

    private final Argument<Integer> window = Argument.number("--window", "W",
            "Tokens of a document that the model sees at once. Default: all that its context has room for.");

    private final Argument<Integer> stride = Argument.number("--stride", "S",
            "Tokens from the beginning of a window to that of the next; each window reads those that none before it did. Default: W.");

    private final Argument<Boolean> special = Argument.flag("--special",
            "Read the text of a special token, such as <|endoftext|>, as that token. Default: as any other text.");

    private final Argument<String> metric = Argument.text("--metric", "KEY,...",
            "Numbers in each row besides surprisal, rank and decision, such as entropy or klToFinal.");

    private final ModelOptions model = new ModelOptions();

    private final ReadingOptions reading = ReadingOptions.everywhere();

    private final EditOptions edits = new EditOptions();

    private CommandSpec spec;

    /// Arguments that nobody has given yet.
    public CorpusArguments() {
    }

    /// Adds all of them to a command, and to its help how edits are written.
    @Override
    public void addTo(CommandSpec command) {
        addWindowsTo(command);
        addReadingTo(command);
        reading.addTopTo(command);
        EditOptions.describe(command);
    }

    /// Adds those that no other command has.
    void addWindowsTo(CommandSpec command) {
        spec = command;
        for (Argument<?> option : List.of(window, stride, special, metric)) {
            option.addTo(command);
        }
    }

    /// Adds those that other commands have too.
    void addReadingTo(CommandSpec command) {
        for (OptionGroup group : List.of(model, reading, edits)) {
            group.addTo(command);
        }
    }

    /// Which model.
    ModelOptions modelOptions() {
        return model;
    }

    /// Which model, by name.
    ///
    /// @return a name for [LogitLens#open(String)]
    public String model() {
        return model.name();
    }

    /// The windows and what is read of each token; [#with] adds the lens.
    ///
    /// @return how a corpus is read
    /// @throws ParameterException if an argument is impossible for every model
    public CorpusOptions options() {
        return checked(() -> {
            CorpusOptions options = CorpusOptions.defaults();
            options = window.isGiven() ? options.window(window.get()) : options;
            options = stride.isGiven() ? options.stride(stride.get()) : options;
            List<LensMetric> metrics = new ArrayList<>(List.of(LensMetric.SURPRISAL, LensMetric.NEXT_RANK));
            metrics.addAll(metrics());
            return options.lens(lens(Positions.all(), metrics));
        });
    }

    /// What is read of each text where it ends: what would come next, of which there is neither a surprisal nor a rank. [#with] adds the
    /// lens.
    ///
    /// @return how a text is read at its last position
    /// @throws ParameterException if an argument is impossible for every model, or has no meaning there
    public LensOptions optionsAtEnd() {
        for (Argument<Integer> option : List.of(window, stride)) {
            if (option.isGiven()) {
                throw new ParameterException(spec.commandLine(),
                        (option == window ? "--window" : "--stride") + ": expected none where a text is read at its end alone, got "
                                + option.get());
            }
        }
        return checked(() -> lens(Positions.last(), metrics()).topK(reading.topK()));
    }

    private LensOptions lens(Positions positions, List<LensMetric> metrics) {
        return reading.options(positions).metrics(metrics.toArray(LensMetric[]::new))
                .specialTokens(special.get() ? SpecialTokens.PARSE : SpecialTokens.TEXT);
    }

    private List<LensMetric> metrics() {
        return metric.given().stream().flatMap(keys -> Arrays.stream(keys.split(",", -1)))
                .map(key -> LensMetric.named(key.strip())).toList();
    }

    private <T> T checked(Supplier<T> options) {
        try {
            return options.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /// What is read, with the lens that was chosen.
    ///
    /// @param options of [#options] or [#optionsAtEnd]
    /// @param opened  the model
    /// @return options for a run of it
    /// @throws io.github.logitlens.error.LensException if there is no such lens, or it is another model's
    public LensOptions with(LensOptions options, LogitLens opened) {
        return reading.of(options, opened);
    }

    /// Hooks that make the edits.
    ///
    /// @return none where no edit was given
    /// @throws ParameterException if one is not written as an edit, or nothing takes from the prompts that were given
    public Hooks hooks() {
        return edits.hooks();
    }
}
