package io.github.logitlens.tools;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// One option or parameter of a command line, and its value once that is read.
///
/// ```java
/// private final Argument<Integer> topK = Argument.number("--top-k", "K", "Most likely tokens shown.").usually(5);
/// ```
///
/// Made with picocli's builders and not of its annotations: to read those of one command takes a new JVM 45 ms, a sixth of the
/// time from the command to the bundled model's table.
///
/// @param <T> what it holds
public final class Argument<T> implements OptionGroup {

    private final ArgSpec spec;
    private final Optional<T> usual;

    private Argument(ArgSpec spec, Optional<T> usual) {
        this.spec = spec;
        this.usual = usual;
    }

    /// An option or parameter that picocli's builders describe.
    ///
    /// @param <T>  what it holds
    /// @param spec what to look for; its value is a `T`
    /// @return nothing given yet
    public static <T> Argument<T> of(ArgSpec spec) {
        return new Argument<>(spec, Optional.empty());
    }

    /// An option with a value.
    ///
    /// @param <T>         what it holds
    /// @param type        of the value, one that picocli can read
    /// @param name        with its dashes
    /// @param label       what help calls the value
    /// @param description for the help
    /// @return nothing given yet
    public static <T> Argument<T> option(Class<T> type, String name, String label, String description) {
        return of(OptionSpec.builder(name).type(type).paramLabel(label).description(description).build());
    }

    /// An option whose value is a text.
    ///
    /// @param name        with its dashes
    /// @param label       what help calls the value
    /// @param description for the help
    /// @return nothing given yet
    public static Argument<String> text(String name, String label, String description) {
        return option(String.class, name, label, description);
    }

    /// An option whose value is a whole number.
    ///
    /// @param name        with its dashes
    /// @param label       what help calls the value
    /// @param description for the help
    /// @return nothing given yet
    public static Argument<Integer> number(String name, String label, String description) {
        return option(Integer.class, name, label, description);
    }

    /// An option that may be repeated, a text each time.
    ///
    /// @param option its name, label and description
    /// @return nothing given yet
    public static Argument<List<String>> texts(OptionSpec.Builder option) {
        return Argument.<List<String>>of(option.type(List.class).auxiliaryTypes(String.class).build()).usually(List.of());
    }

    /// Parameters, any number of which are texts.
    ///
    /// @param parameters their label and description
    /// @return nothing given yet
    public static Argument<List<String>> texts(PositionalParamSpec.Builder parameters) {
        return Argument.<List<String>>of(parameters.type(List.class).auxiliaryTypes(String.class).build()).usually(List.of());
    }

    /// An option that is there or not.
    ///
    /// @param name        with its dashes
    /// @param description for the help
    /// @return not given yet
    public static Argument<Boolean> flag(String name, String description) {
        return Argument.<Boolean>of(OptionSpec.builder(name).type(boolean.class).description(description).build())
                .usually(false);
    }

    /// `--help`, as every command has it.
    ///
    /// @return not given yet
    public static Argument<Boolean> help() {
        return of(OptionSpec.builder("-h", "--help").type(boolean.class).usageHelp(true).description("Show this help.").build());
    }

    /// The same with a value for command lines that do not have it.
    ///
    /// @param value that one
    /// @return the same argument, with it
    public Argument<T> usually(T value) {
        return new Argument<>(spec, Optional.of(value));
    }

    @Override
    public void addTo(CommandSpec command) {
        command.add(spec);
    }

    /// What the command line says, or else the usual value.
    ///
    /// @return the value
    /// @throws java.util.NoSuchElementException if there is neither
    public T get() {
        return given().or(() -> usual).orElseThrow();
    }

    /// What the command line says, if anything.
    ///
    /// @return empty where it says nothing
    public Optional<T> given() {
        return Optional.ofNullable(spec.getValue());
    }

    /// Whether the command line says so.
    ///
    /// @return true where it has a value of its own
    public boolean isGiven() {
        return given().isPresent();
    }
}
