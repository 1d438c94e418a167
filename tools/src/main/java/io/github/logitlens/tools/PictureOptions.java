package io.github.logitlens.tools;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.tools.view.grid.ColourDepth;
import io.github.logitlens.tools.view.grid.GridChoice;
import io.github.logitlens.tools.view.grid.Quantity;
import io.github.logitlens.tools.view.grid.Scale;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// How a picture of layers × positions looks.
final class PictureOptions implements OptionGroup {

    /// The formats that are pictures.
    static final Set<Format> PICTURES = EnumSet.of(Format.GRID, Format.SVG, Format.PNG);

    private final Argument<List<String>> metrics = Argument.texts(OptionSpec.builder("--metric").paramLabel("METRIC,...")
            .completionCandidates(new Metrics())
            .description("grid, svg, png, html: what the colours show, one of ${COMPLETION-CANDIDATES}; "
                    + "answer is the place of the final first choice, the last four are those of the first --track token, rank is "
                    + "short for tracked.rank, logitDifference needs --versus. Default: probability. html takes more, to choose from. "
                    + "Other formats: numbers shown besides the tokens, as many as wanted, without those five; jsd and totalVariation "
                    + "take a second pass. May be repeated."));

    private final Argument<String> scale = Argument.text("--scale", "SCALE",
            "grid, svg, png, html: linear, log, or clip (5th to 95th percentile). Default: linear, for ranks log.");

    private final Argument<Integer> stride = Argument.number("--stride", "N",
            "grid, svg, png: every Nth layer, counted from the last. Default: 1.");

    private final Argument<Boolean> bottomUp = Argument.flag("--bottom-up", "grid, svg, png: the embedding at the bottom.");

    private final ColourOptions colours = new ColourOptions();

    private CommandSpec spec;

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        for (OptionGroup option : List.of(metrics, scale, stride, bottomUp, colours)) {
            option.addTo(command);
        }
    }

    /// The keys that `--metric` takes.
    static final class Metrics implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Quantity.keys().iterator();
        }
    }

    /// Refuses options that the format has no use for.
    ///
    /// @param format the format asked for
    /// @throws ParameterException if there are any
    void check(Format format) {
        List<String> given = new ArrayList<>();
        if (!PICTURES.contains(format) && format != Format.HTML) {
            scale.given().ifPresent(_ -> given.add("--scale"));
        }
        if (!PICTURES.contains(format)) {
            stride.given().ifPresent(_ -> given.add("--stride"));
            if (bottomUp.get()) {
                given.add("--bottom-up");
            }
        }
        if (!given.isEmpty()) {
            throw wrong(given.getFirst() + ": expected --format grid, svg" + (given.contains("--scale") ? ", png or html" : " or png")
                    + " with it, got " + format);
        }
        colours.check(format);
    }

    private List<String> keys() {
        return metrics.get().stream().flatMap(keys -> Arrays.stream(keys.split(",", -1))).map(String::strip).toList();
    }

    /// What has to be read for a format that is no picture.
    ///
    /// @param options what is read already
    /// @return options that read all the metrics named too
    /// @throws ParameterException if there is no such metric
    LensOptions reading(LensOptions options) {
        try {
            return options.metrics(keys().stream().map(LensMetric::named).toArray(LensMetric[]::new));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /// What is drawn, or seen of a page at first.
    ///
    /// @param options what is read, for the tokens tracked
    /// @param format  a picture's, or a page's
    /// @return the choice
    /// @throws ParameterException if there is no such metric or scale
    GridChoice choice(LensOptions options, Format format) {
        try {
            if (keys().size() > 1 && format != Format.HTML) {
                throw new IllegalArgumentException("metric: expected one for a picture, got " + String.join(",", keys()));
            }
            Quantity quantity = Quantity.named(keys().isEmpty() ? LensMetric.PROBABILITY.key() : keys().getFirst(), options);
            int every = stride.given().orElse(1);
            if (every < 1) {
                throw new IllegalArgumentException("stride: expected at least 1, got " + every);
            }
            return new GridChoice(quantity, scale(quantity), every, bottomUp.get());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private Scale scale(Quantity quantity) {
        if (!scale.isGiven()) {
            return quantity.kind().usualScale();
        }
        return Arrays.stream(Scale.values()).filter(s -> s.toString().equals(scale.get().toLowerCase(Locale.ROOT))).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("scale: expected linear, log or clip, got \"" + scale.get() + "\""));
    }

    /// What has to be read for it.
    ///
    /// @param options what is read already
    /// @param choice  what is drawn, or seen at first
    /// @return options that read the metrics that are named too
    /// @throws ParameterException if there is no such metric
    LensOptions reading(LensOptions options, GridChoice choice) {
        try {
            Stream<Quantity> named = keys().stream().map(key -> Quantity.named(key, options));
            return options.metrics(Stream.of(options.metrics().stream(), Stream.concat(named, Stream.of(choice.quantity()))
                            .filter(Quantity.OfPoint.class::isInstance).map(quantity -> ((Quantity.OfPoint) quantity).metric()))
                    .flatMap(metrics -> metrics).distinct().toArray(LensMetric[]::new));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /// The colours to draw with.
    ///
    /// @param terminal   what standard output is
    /// @param toTerminal whether the result goes there
    /// @return how many
    /// @throws ParameterException if there is no such choice
    ColourDepth colours(Terminal terminal, boolean toTerminal) {
        return colours.depth(terminal, toTerminal);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
