package io.github.logitlens;

import io.github.logitlens.tokenizer.SpecialTokens;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/// What a sweep changes and measures. Immutable: each method returns a changed copy.
///
/// ```java
/// SweepOptions.of(SweepMetric.logitDifference(" Paris", " Rome")).sites(SweepSite.HEAD).direction(PatchDirection.NOISE)
/// ```
public final class SweepOptions {

    private static final Set<SweepSite> PATCHED = EnumSet.of(SweepSite.RESID_PRE, SweepSite.ATTN_OUT, SweepSite.MLP_OUT, SweepSite.HEAD);
    private static final Set<SweepSite> ABLATED = EnumSet.of(SweepSite.HEAD, SweepSite.MLP_OUT);

    private SweepMetric metric;
    private List<SweepSite> sites = List.of();
    private PatchDirection direction = PatchDirection.DENOISE;
    private Bos bos = Bos.NONE;
    private SpecialTokens specialTokens = SpecialTokens.TEXT;
    private BatchOptions batch = BatchOptions.defaults();
    private DoubleConsumer progress = done -> { };
    private Optional<Consumer<SweepCell>> cells = Optional.empty();

    private SweepOptions(SweepMetric metric) {
        this.metric = Objects.requireNonNull(metric, "metric");
    }

    /// All sites but [SweepSite#HEAD_POSITION] for a patch, heads and MLPs for an ablation; clean activations into the corrupted
    /// run; no BOS.
    ///
    /// @param metric what is read from each changed run
    /// @return the default options for it
    public static SweepOptions of(SweepMetric metric) {
        return new SweepOptions(metric);
    }

    private SweepOptions copy() {
        SweepOptions copy = new SweepOptions(metric);
        copy.sites = sites;
        copy.direction = direction;
        copy.bos = bos;
        copy.specialTokens = specialTokens;
        copy.batch = batch;
        copy.progress = progress;
        copy.cells = cells;
        return copy;
    }

    /// What is read from each changed run.
    ///
    /// @return the metric
    public SweepMetric metric() {
        return metric;
    }

    /// What is patched.
    ///
    /// @return in the order in which they were named, else the usual ones; immutable
    public List<SweepSite> sites() {
        return chosen(PATCHED);
    }

    /// What is ablated.
    List<SweepSite> ablated() {
        List<SweepSite> chosen = chosen(ABLATED);
        for (SweepSite site : chosen) {
            if (site == SweepSite.RESID_PRE || site == SweepSite.HEAD_POSITION) {
                throw new IllegalArgumentException("sites: expected head, attn_out or mlp_out for an ablation, got " + site.key());
            }
        }
        return chosen;
    }

    private List<SweepSite> chosen(Set<SweepSite> usual) {
        return sites.isEmpty() ? List.copyOf(usual) : sites;
    }

    /// Changes what is patched or ablated.
    ///
    /// @param sites one grid for each, in this order; named twice, a site counts once
    /// @return changed options
    public SweepOptions sites(SweepSite... sites) {
        SweepOptions copy = copy();
        copy.sites = List.of(sites).stream().distinct().toList();
        return copy;
    }

    /// Which run is patched with what.
    ///
    /// @return [PatchDirection#DENOISE] by default
    public PatchDirection direction() {
        return direction;
    }

    /// Changes which run is patched with what.
    ///
    /// @param direction the direction
    /// @return changed options
    public SweepOptions direction(PatchDirection direction) {
        SweepOptions copy = copy();
        copy.direction = Objects.requireNonNull(direction, "direction");
        return copy;
    }

    /// Whether the model's BOS is put before the prompts.
    ///
    /// @return none by default
    public Bos bos() {
        return bos;
    }

    /// Changes the BOS policy.
    ///
    /// @param bos whether the model's BOS, GPT-2's `<|endoftext|>`, goes before the prompts
    /// @return changed options
    public SweepOptions bos(Bos bos) {
        SweepOptions copy = copy();
        copy.bos = Objects.requireNonNull(bos, "bos");
        return copy;
    }

    /// What the text of a special token means in a prompt.
    ///
    /// @return plain text by default
    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /// Changes what the text of a special token means where it stands in a prompt.
    ///
    /// @param specialTokens text, or the token
    /// @return changed options
    public SweepOptions specialTokens(SpecialTokens specialTokens) {
        SweepOptions copy = copy();
        copy.specialTokens = Objects.requireNonNull(specialTokens, "special tokens");
        return copy;
    }

    /// How many changed runs go together.
    ///
    /// @return the budgets of rows and memory
    public BatchOptions batch() {
        return batch;
    }

    /// Changes how many changed runs go together. No number depends on it, not by a bit.
    ///
    /// @param batch budgets of rows, those that are computed, and memory
    /// @return changed options
    public SweepOptions batch(BatchOptions batch) {
        SweepOptions copy = copy();
        copy.batch = Objects.requireNonNull(batch, "batch");
        return copy;
    }

    /// Changes who is told how the sweep gets on.
    ///
    /// @param progress told how much is done, up to 1, on the caller's thread; what it throws ends the sweep
    /// @return changed options
    public SweepOptions progress(DoubleConsumer progress) {
        SweepOptions copy = copy();
        copy.progress = Objects.requireNonNull(progress, "progress");
        return copy;
    }

    /// Changes who is told of each cell as soon as it is read, before the sweep is done.
    ///
    /// ```java
    /// SweepOptions.of(SweepMetric.kl()).cells(cell -> System.out.println(cell.edit() + " " + cell.value()))
    /// ```
    ///
    /// Metrics over the whole vocabulary are then read pass by pass rather than all at the end, which takes longer; no number depends
    /// on it, not by a bit.
    ///
    /// @param cells told on the caller's thread, in no order that means something; what it throws ends the sweep
    /// @return changed options
    public SweepOptions cells(Consumer<SweepCell> cells) {
        SweepOptions copy = copy();
        copy.cells = Optional.of(cells);
        return copy;
    }

    Optional<Consumer<SweepCell>> cells() {
        return cells;
    }

    void report(double done) {
        progress.accept(done);
    }

    /// Metric, sites and direction.
    @Override
    public String toString() {
        return "SweepOptions[" + metric + ", " + new ArrayList<>(sites) + ", " + direction + "]";
    }
}
