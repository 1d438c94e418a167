package io.github.logitlens;

import io.github.logitlens.edit.Edits;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Makes sweeps of one model: which cells there are, what goes into them, and what their values mean.
final class Sweeps {

    private final LogitLens lens;
    private final Checkpoint checkpoint;
    private final Gpt2Model model;
    private final SweepOptions options;
    private final SweepMetric metric;
    private final int[] tokens;

    /// @throws IllegalArgumentException if the metric's tokens are none of the model's
    Sweeps(LogitLens lens, Checkpoint checkpoint, SweepOptions options) {
        this.lens = lens;
        this.checkpoint = checkpoint;
        model = lens.model();
        this.options = options;
        metric = options.metric();
        tokens = metric.tokens().stream().mapToInt(lens::known).toArray();
    }

    Sweep patch(Prompt cleanPrompt, Prompt corruptedPrompt) {
        int[] clean = lens.ids(cleanPrompt, options);
        int[] corrupted = lens.ids(corruptedPrompt, options);
        if (clean.length != corrupted.length) {
            throw new IllegalArgumentException("corrupted prompt: expected " + clean.length
                    + " tokens, as many as the clean one has, got " + corrupted.length);
        }
        return model.whileOpen(() -> {
            boolean denoises = options.direction() == PatchDirection.DENOISE;
            int[] ids = denoises ? corrupted : clean;
            String kernels = model.kernels();
            Sweeper.Unchanged changed = new Sweeper.Unchanged(model, ids, Sweeper.kept(options.sites(), true));
            Sweeper.Unchanged other = new Sweeper.Unchanged(
                    model, denoises ? clean : corrupted, Sweeper.kept(options.sites(), false));
            int dModel = model.config().dModel();
            float[] cleanLast = (denoises ? other : changed).last(dModel);
            float[] corruptedLast = (denoises ? changed : other).last(dModel);
            List<Prompt> from = List.of(denoises ? cleanPrompt : corruptedPrompt);
            SweepReader reader = reader(ids, cleanLast, changed.last(dModel), from);
            double cleanValue = value(reader, clean, cleanLast);
            double corruptedValue = value(reader, corrupted, corruptedLast);
            Scale scale = new Scale(corruptedValue, cleanValue, denoises ? corruptedValue : cleanValue);
            List<String> notes = new ArrayList<>(checkpoint.notes());
            if (cleanValue == corruptedValue) {
                notes.add("the metric is the same for both prompts, " + cleanValue + ": there is nothing to bring back");
            }
            return new Sweep(provenance(kernels), notes, model.config(), options, labels(clean), Optional.of(labels(corrupted)),
                    cleanValue, OptionalDouble.of(corruptedValue),
                    grids("patch:", options.sites(), false, reader, changed, other::at, scale));
        });
    }

    /// @param ids BOS included
    Sweep ablate(int[] ids) {
        List<SweepSite> sites = options.ablated();
        return model.whileOpen(() -> {
            String kernels = model.kernels();
            Sweeper.Unchanged changed = new Sweeper.Unchanged(model, ids, Sweeper.kept(sites, true));
            float[] last = changed.last(model.config().dModel());
            SweepReader reader = reader(ids, last, last, List.of());
            double value = value(reader, ids, last);
            float[] nothing = new float[ids.length * model.config().dModel()];
            return new Sweep(provenance(kernels), checkpoint.notes(), model.config(), options, labels(ids), Optional.empty(),
                    value, OptionalDouble.empty(),
                    grids("zero:", sites, true, reader, changed, place -> nothing, new Scale(0, value, value)));
        });
    }

    /// @param from the prompts that patches take from
    private SweepReader reader(int[] ids, float[] clean, float[] unchanged, List<Prompt> from) {
        return metric.kind() == SweepMetric.Kind.RESULT
                ? ofResult(ids, from)
                : new SweepReader.OfOutput(model, metric.kind(), tokens, clean, unchanged);
    }

    private SweepReader.OfResult ofResult(int[] ids, List<Prompt> from) {
        LensOptions reading = metric.reading().bos(options.bos()).specialTokens(options.specialTokens());
        LensReader.requireSingleRows(reading, "in a sweep");
        return new SweepReader.OfResult(model, metric, lens.reader(reading, Hooks.none()), ids,
                edit -> Hooks.of(Edits.parse(edit, from)));
    }

    /// The metric of an unchanged run.
    private double value(SweepReader reader, int[] ids, float[] last) {
        return switch (reader) {
            case SweepReader.OfOutput output -> output.values(last)[0];
            case SweepReader.OfResult _ -> ofResult(ids, List.of()).value();
        };
    }

    /// @param zero      the value that is normalised to 0
    /// @param one       the value that is normalised to 1
    /// @param unchanged that of the run that is changed
    private record Scale(double zero, double one, double unchanged) {

        double normalized(double value) {
            // 0 is added so that a value that is `zero` gives 0 and never −0
            return (value - zero) / (one - zero) + 0.0;
        }
    }

    private List<SweepGrid> grids(String verb, List<SweepSite> sites, boolean whole, SweepReader reader, Sweeper.Unchanged changed,
            Function<HookPoint, float[]> replacement, Scale scale) {
        int nHeads = model.config().nHeads();
        List<SweepGrid.Layout> layouts = new ArrayList<>();
        List<Sweeper.Cell> cells = new ArrayList<>();
        List<DoubleFunction<SweepCell>> read = new ArrayList<>();
        for (SweepSite site : sites) {
            String columns = site == SweepSite.HEAD ? "head" : whole ? "all" : "position";
            SweepGrid.Layout layout = new SweepGrid.Layout(site, columns, model.config().nLayers(), nHeads, changed.seqLen());
            layouts.add(layout);
            for (int i = 0; i < layout.rows() * layout.columns(); i++) {
                int row = i / layout.columns();
                int column = i % layout.columns();
                String edit = verb + layout.where(row, column);
                cells.add(new Sweeper.Cell(cells.size(), site.hook().at(layout.layer(row)), layout.head(row, column),
                        layout.position(column), edit));
                read.add(value -> new SweepCell(site, edit, row, column, value, scale.normalized(value), value - scale.unchanged));
            }
        }
        double[] values = new Sweeper(model, options.batch(), reader, changed, replacement).values(cells, options,
                options.cells().map(heard -> (cell, value) -> heard.accept(read.get(cell.index()).apply(value))));
        List<SweepGrid> grids = new ArrayList<>();
        int next = 0;
        for (SweepGrid.Layout layout : layouts) {
            List<SweepCell> own = new ArrayList<>();
            for (int i = 0; i < layout.rows() * layout.columns(); i++) {
                own.add(read.get(next).apply(values[next]));
                next++;
            }
            grids.add(layout.grid(own));
        }
        return grids;
    }

    private List<Token> labels(int[] ids) {
        return IntStream.of(ids).mapToObj(id -> lens.tokenizer().label(id)).toList();
    }

    private Provenance provenance(String kernels) {
        LensOptions reading = metric.reading();
        return new Provenance(checkpoint, lens.tokenizer(), options.bos(), reading.readout(), reading.layerNorm(), Hooks.none(),
                Provenance.Computed.by(model, kernels));
    }
}
