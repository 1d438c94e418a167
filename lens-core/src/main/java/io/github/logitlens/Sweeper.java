package io.github.logitlens;

import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.engine.Workers;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.KvCache;
import io.github.logitlens.model.Sequence;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ObjDoubleConsumer;

/// Runs a prompt many times, each time changed at another place, and reads a metric.
///
/// What is not changed is not computed again: a run begins at the place of its change, with the residual stream of the unchanged
/// run, at the first position where anything differs, behind that run's keys and values. Those that begin at one place go through
/// the layers together.
final class Sweeper {

    private final Gpt2Model model;
    private final Gpt2Config config;
    private final BatchOptions batch;
    private final SweepReader reader;
    private final Unchanged unchanged;
    private final Function<HookPoint, float[]> replacement;
    private final int seqLen;
    private final int dModel;

    /// A run as it is: what stands at the places that a sweep needs.
    static final class Unchanged {

        private final Map<HookPoint, float[]> activations = new HashMap<>();
        private final KvCache cache;
        private final float[] residual;

        Unchanged(Gpt2Model model, int[] ids, Set<HookSite> kept) {
            cache = model.newCache();
            residual = model.run(ids, cache, Hooks.none().observe(point -> kept.contains(point.site()),
                    (point, activation) -> activations.put(point, activation.toArray())));
        }

        int seqLen() {
            return cache.length();
        }

        float[] at(HookPoint place) {
            return activations.get(place);
        }

        /// The residual stream after the last block at the last position, `[dModel]`.
        float[] last(int dModel) {
            return Arrays.copyOfRange(residual, residual.length - dModel, residual.length);
        }
    }

    /// A cell, before it has a value.
    ///
    /// @param head     −1 for none
    /// @param position −1 for all of them
    record Cell(int index, HookPoint place, int head, int position, String edit) {
    }

    /// A cell whose run differs from the unchanged one.
    ///
    /// @param first the first position that differs
    record Changed(Cell cell, int first, Sequence sequence) {
    }

    /// @param unchanged   the run that is changed
    /// @param replacement what stands at a place in its stead, `[seqLen, dModel]`, *not modified*
    Sweeper(Gpt2Model model, BatchOptions batch, SweepReader reader, Unchanged unchanged,
            Function<HookPoint, float[]> replacement) {
        this.model = model;
        config = model.config();
        this.batch = batch;
        this.reader = reader;
        this.unchanged = unchanged;
        this.replacement = replacement;
        dModel = config.dModel();
        seqLen = unchanged.seqLen();
    }

    /// The places that a run has to keep for some sites.
    ///
    /// @param changed whether it is the run that is changed, which also leaves the residual streams that the runs begin with
    static Set<HookSite> kept(List<SweepSite> sites, boolean changed) {
        Set<HookSite> kept = EnumSet.noneOf(HookSite.class);
        for (SweepSite site : sites) {
            kept.add(site.hook());
            if (changed) {
                kept.add(residual(site.hook()));
            }
        }
        return kept;
    }

    /// Where the residual stream is that what stands at a place is added to.
    private static HookSite residual(HookSite place) {
        return place == HookSite.MLP_OUT ? HookSite.RESID_MID : HookSite.RESID_PRE;
    }

    /// Runs all cells.
    ///
    /// @param options told of the progress
    /// @param heard   told of each cell and its value as soon as it is read, if anybody is
    /// @return a value for each cell, by its index
    double[] values(List<Cell> cells, SweepOptions options, Optional<ObjDoubleConsumer<Cell>> heard) {
        double[] values = new double[cells.size()];
        Map<HookPoint, List<Cell>> byPlace = new LinkedHashMap<>();
        cells.forEach(cell -> byPlace.computeIfAbsent(cell.place, place -> new ArrayList<>()).add(cell));
        int done = 0;
        for (List<Cell> together : byPlace.values()) {
            List<Changed> pass = new ArrayList<>();
            int rows = 0;
            for (Cell cell : together) {
                int first = firstChanged(cell);
                if (first == seqLen) {
                    reader.unchanged(cell, values);
                    heard.ifPresent(to -> to.accept(cell, values[cell.index]));
                } else {
                    int more = seqLen - first;
                    if (!pass.isEmpty() && !fits(rows + more, pass.size() + 1)) {
                        run(pass, values, heard);
                        options.report((double) done / cells.size());
                        pass = new ArrayList<>();
                        rows = 0;
                    }
                    pass.add(new Changed(cell, first, sequence(cell, first)));
                    rows += more;
                }
                done++;
            }
            if (!pass.isEmpty()) {
                run(pass, values, heard);
            }
            options.report((double) done / cells.size());
        }
        reader.finish(values);
        return values;
    }

    private boolean fits(int rows, int cells) {
        long bytesPerRow = (long) Float.BYTES * (10 * dModel + config.dMlp());
        return rows <= batch.rows() && bytesPerRow * rows + reader.bytesPerCell() * cells <= batch.memory();
    }

    private void run(List<Changed> pass, double[] values, Optional<ObjDoubleConsumer<Cell>> heard) {
        Workers.stopIfCancelled();
        reader.run(pass, values);
        heard.ifPresent(to -> {
            reader.finish(values);
            pass.forEach(changed -> to.accept(changed.cell, values[changed.cell.index]));
        });
    }

    /// The first position at which a cell's run differs from the unchanged one where it is read; `seqLen` if none does.
    private int firstChanged(Cell cell) {
        int from = cell.position < 0 ? 0 : cell.position;
        int to = cell.position < 0 ? seqLen : cell.position + 1;
        if (reader.lastPositionOnly() && cell.place.layer() == config.nLayers() - 1 && cell.place.site() != HookSite.RESID_PRE) {
            // Behind the last attention no position sees another one.
            from = Math.max(from, seqLen - 1);
        }
        if (!reader.reads(cell.place)) {
            return seqLen;
        }
        float[] own = unchanged.at(cell.place);
        float[] other = replacement.apply(cell.place);
        while (from < to) {
            int start = start(cell, from);
            if (Arrays.mismatch(own, start, start + width(cell), other, start, start + width(cell)) >= 0) {
                return from;
            }
            from++;
        }
        return seqLen;
    }

    private int width(Cell cell) {
        return cell.head < 0 ? dModel : config.dHead();
    }

    private int start(Cell cell, int position) {
        return position * dModel + Math.max(0, cell.head) * config.dHead();
    }

    private Sequence sequence(Cell cell, int first) {
        float[] rows = fromRow(unchanged.at(cell.place), first);
        float[] other = replacement.apply(cell.place);
        int to = cell.position < 0 ? seqLen : cell.position + 1;
        for (int position = first; position < to; position++) {
            int start = start(cell, position);
            System.arraycopy(other, start, rows, start - first * dModel, width(cell));
        }
        Sequence sequence = cell.place.site() == HookSite.RESID_PRE
                ? Sequence.from(cell.place, rows)
                : Sequence.from(cell.place,
                        fromRow(unchanged.at(residual(cell.place.site()).at(cell.place.layer())), first), rows);
        return sequence.behind(unchanged.cache, first);
    }

    private float[] fromRow(float[] all, int first) {
        return Arrays.copyOfRange(all, first * dModel, all.length);
    }
}
