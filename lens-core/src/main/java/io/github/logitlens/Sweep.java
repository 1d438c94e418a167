package io.github.logitlens;

import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.weights.Gpt2Config;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// What became of a metric in many runs, each changed at another place: a grid for each site. Immutable.
///
/// ```java
/// Sweep sweep = lens.sweep("The Eiffel Tower is in", "The Colosseum is in",
///         SweepOptions.of(SweepMetric.logitDifference(" Paris", " Rome")));
/// sweep.grid(SweepSite.RESID_PRE).normalized(4, 3)     // 1: the residual before layer 4 at position 3 has it all
/// sweep.strongest().getFirst().edit()                  // such as "patch:L4.resid_pre@3"
/// ```
///
/// The method is activation patching: Vig et al., "Investigating Gender Bias in Language Models Using Causal Mediation Analysis"
/// (2020), Meng et al., "Locating and Editing Factual Associations in GPT" (2022), Heimersheim and Nanda, "How to use and interpret
/// activation patching" (2024). A cell has the bits of its run alone.
public final class Sweep {

    private final Provenance provenance;
    private final List<String> notes;
    private final Gpt2Config config;
    private final SweepOptions options;
    private final List<Token> clean;
    private final Optional<List<Token>> corrupted;
    private final double cleanValue;
    private final OptionalDouble corruptedValue;
    private final List<SweepGrid> grids;

    Sweep(Provenance provenance, List<String> notes, Gpt2Config config, SweepOptions options, List<Token> clean,
            Optional<List<Token>> corrupted, double cleanValue, OptionalDouble corruptedValue, List<SweepGrid> grids) {
        this.provenance = provenance;
        this.notes = List.copyOf(notes);
        this.config = config;
        this.options = options;
        this.clean = clean;
        this.corrupted = corrupted;
        this.cleanValue = cleanValue;
        this.corruptedValue = corruptedValue;
        this.grids = List.copyOf(grids);
    }

    /// What it was made with. The edits differ from cell to cell, and stand there.
    ///
    /// @return the provenance
    public Provenance provenance() {
        return provenance;
    }

    /// What a reader of these numbers should know, such as that the two prompts are the same to the metric.
    ///
    /// @return whole sentences; empty where there is nothing to say
    public List<String> notes() {
        return notes;
    }

    /// The model's sizes and options.
    ///
    /// @return the configuration
    public Gpt2Config config() {
        return config;
    }

    /// What was asked for.
    ///
    /// @return the options
    public SweepOptions options() {
        return options;
    }

    /// The tokens of the clean prompt, or of the only one.
    ///
    /// @return one token per position, BOS included where it was asked for
    public List<Token> clean() {
        return clean;
    }

    /// The tokens of the corrupted prompt.
    ///
    /// @return as many as [#clean] has; empty for an ablation
    public Optional<List<Token>> corrupted() {
        return corrupted;
    }

    /// The metric of the clean run.
    ///
    /// @return the value
    public double cleanValue() {
        return cleanValue;
    }

    /// The metric of the corrupted run.
    ///
    /// @return the value; empty for an ablation
    public OptionalDouble corruptedValue() {
        return corruptedValue;
    }

    /// Whether this is an ablation: one prompt, whose components are taken away.
    ///
    /// @return false for a patch
    public boolean isAblation() {
        return corrupted.isEmpty();
    }

    /// The value of the run that the cells change.
    ///
    /// @return the corrupted run's where it is denoised, else the clean one's
    public double unchangedValue() {
        return options.direction() == PatchDirection.DENOISE ? corruptedValue.orElse(cleanValue) : cleanValue;
    }

    /// The grids.
    ///
    /// @return one for each site, in the order of the options; immutable
    public List<SweepGrid> grids() {
        return grids;
    }

    /// The grid of one site.
    ///
    /// @param site one of the options'
    /// @return its grid
    /// @throws IllegalArgumentException if the site was not swept
    public SweepGrid grid(SweepSite site) {
        return grids.stream().filter(grid -> grid.site() == site).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "sweep: expected one of " + grids.stream().map(grid -> grid.site().key()).toList() + ", got " + site.key()));
    }

    /// The cells of all grids by the size of their effect.
    ///
    /// @return the largest first, those without a number last
    public List<SweepCell> strongest() {
        return grids.stream().flatMap(grid -> grid.cells().stream())
                .sorted(Comparator.comparingDouble(cell -> Double.isNaN(cell.effect()) ? 1 : -Math.abs(cell.effect()))).toList();
    }

    /// Metric and grids.
    @Override
    public String toString() {
        return "Sweep[" + provenance.modelId() + ": " + options.metric() + ", " + grids + "]";
    }
}
