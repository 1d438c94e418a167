package io.github.logitlens.tools;

import io.github.logitlens.Bos;
import io.github.logitlens.Sweep;
import io.github.logitlens.SweepMetric;
import io.github.logitlens.SweepOptions;
import io.github.logitlens.SweepSite;
import io.github.logitlens.TokenRef;
import io.github.logitlens.tools.view.SweepCsv;
import io.github.logitlens.tools.view.SweepJson;
import io.github.logitlens.tools.view.SweepTable;
import io.github.logitlens.tools.view.grid.ColourDepth;
import io.github.logitlens.tools.view.grid.SweepPicture;
import io.github.logitlens.tools.view.grid.SweepTerminal;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// What a sweep changes, measures and shows.
final class SweepArguments implements OptionGroup {

    private static final EnumSet<Format> FORMATS =
            EnumSet.of(Format.TABLE, Format.JSON, Format.GRID, Format.CSV, Format.SVG, Format.PNG);

    private final Argument<String> token = Argument.text("--token", "TOKEN",
            "The token that is measured, such as \" Paris\" with its space, or id:6342.");

    private final Argument<String> versus = Argument.text("--versus", "TOKEN",
            "Measure how much higher the logit is than this token's.");

    private final Argument<String> metric = Argument.text("--metric", "METRIC",
            "logit, probability or rank of --token, or kl: how far the prediction is from the clean one. Default: logit.")
            .usually("logit");

    private final Argument<String> sites;

    private final Argument<Integer> top = Argument.number("--top", "N",
            "Changes in the table, those with the largest effect, 0 for all. Other formats have them all. Default: 15.")
            .usually(15);

    private final Argument<Boolean> bos = Argument.flag("--bos",
            "Put <|endoftext|> before each prompt. Default: nothing is added.");

    private final ColourOptions colours = new ColourOptions();

    private final DrawingOptions drawing = new DrawingOptions();

    private final OutputOptions output = new OutputOptions(FORMATS);

    private CommandSpec spec;

    /// @param sites what the help says of them
    SweepArguments(String sites) {
        this.sites = Argument.text("--sites", "SITE,...", sites);
    }

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        for (OptionGroup option : List.of(token, versus, metric, sites, top, bos, colours, drawing, output)) {
            option.addTo(command);
        }
    }

    /// How the result is written.
    ///
    /// @throws ParameterException if there is no such format here, or an option has no use for it
    Format format() {
        Format format = output.format(FORMATS, Optional.empty());
        colours.check(format);
        drawing.check(format);
        if (top.get() < 0) {
            throw wrong("top: expected 0 or more, got " + top.get(), null);
        }
        return format;
    }

    /// The choices as the library has them.
    ///
    /// @throws ParameterException if one of them is impossible for every prompt and model
    SweepOptions options() {
        try {
            SweepOptions options = SweepOptions.of(metric()).bos(bos.get() ? Bos.PREPEND : Bos.NONE);
            return sites.given().map(names -> options.sites(Arrays.stream(names.split(",", -1))
                    .map(name -> SweepSite.named(name.strip())).toArray(SweepSite[]::new))).orElse(options);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage(), e);
        }
    }

    private SweepMetric metric() {
        return SweepMetric.named(metric.get(), token.given().map(TokenRef::parse), versus.given().map(TokenRef::parse));
    }

    /// Writes a sweep.
    ///
    /// @param format from [#format]
    void write(Sweep sweep, Format format, Stdio stdio) {
        sweep.notes().forEach(note -> stdio.err().println("lens: " + note));
        if (DrawingOptions.FORMATS.contains(format)) {
            drawing.write(SweepPicture.of(sweep), format, output, stdio);
            return;
        }
        ColourDepth depth = colours.depth(stdio.terminal(), output.toStandardOutput());
        String compute = ComputeOptions.description();
        output.write(stdio, switch (format) {
            case TABLE -> out -> new SweepTable(compute, top.get() == 0 ? Integer.MAX_VALUE : top.get(), output.tableWidth(stdio))
                    .write(sweep, out);
            case GRID -> out -> new SweepTerminal(depth, stdio.terminal().width(), compute).write(sweep, out);
            case CSV -> out -> SweepCsv.write(sweep, out);
            case JSON -> out -> SweepJson.write(sweep, out);
            case SVG, PNG, HTML, JSONL, LOGITLENSKIT -> throw new AssertionError(format);
        });
    }

    private ParameterException wrong(String message, Throwable cause) {
        return new ParameterException(spec.commandLine(), "--" + message, cause);
    }
}
