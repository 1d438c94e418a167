package io.github.logitlens;

import io.github.logitlens.hook.ActivationCache;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/// Takes a logit apart: the writes of one position, each multiplied with the direction that the logit is read in.
///
/// Since `(c − mean c) · g = c · (g − mean g)`, every contribution is one dot product with `u = (g − mean g)/s`,
/// `g = γ ⊙ W_U[t]`. Writes are the run's float32 values, sums are float64.
final class Attributor {

    private final Gpt2Model model;
    private final Gpt2Config config;
    private final Writes writes;
    private final int neurons;
    private final double[] direction;
    private final double scale;
    private final double[] total;
    private final List<Contribution> components = new ArrayList<>();

    private Attributor(Gpt2Model model, Writes writes, int neurons, int token, OptionalInt versus) {
        this.model = model;
        this.writes = writes;
        this.neurons = neurons;
        config = model.config();
        scale = new FrozenNorm(model).scale(writes.residual(), 0);
        double[] unembedded = difference(token, versus);
        direction = centred(scaled(unembedded, model.unembedding().gain()));
        total = new double[config.dModel()];
    }

    /// Runs the model and takes a logit apart.
    ///
    /// @param ids      not empty, *not modified*
    /// @param position in `[0, ids.length)`
    /// @param versus   the token whose logit is subtracted
    static Attribution.Breakdown attribute(
            Gpt2Model model, int[] ids, int position, int token, OptionalInt versus, int neurons, Hooks hooks) {
        return model.whileOpen(() -> {
            Writes writes = Writes.of(position, model.config().nLayers() - 1, neurons > 0);
            model.run(ids, writes.cache().after(hooks));
            return new Attributor(model, writes, neurons, token, versus).breakdown(token, versus);
        });
    }

    private Attribution.Breakdown breakdown(int token, OptionalInt versus) {
        add(Contribution.Kind.EMBEDDING, OptionalInt.empty(), OptionalInt.empty(), HookSite.EMBED.hookName(), "Embedding",
                writes.at(HookSite.EMBED, 0));
        add(Contribution.Kind.POSITION, OptionalInt.empty(), OptionalInt.empty(), HookSite.POS_EMBED.hookName(), "Position",
                writes.at(HookSite.POS_EMBED, 0));
        for (int layer = 0; layer < config.nLayers(); layer++) {
            heads(layer);
            add(Contribution.Kind.ATTENTION_BIAS, OptionalInt.of(layer), OptionalInt.empty(), "blocks." + layer + ".attn.b_O",
                    "Layer " + layer + " attn bias", model.components().attentionBias(layer));
            add(Contribution.Kind.MLP, OptionalInt.of(layer), OptionalInt.empty(), HookSite.MLP_OUT.at(layer).toString(),
                    "Layer " + layer + " MLP", writes.at(HookSite.MLP_OUT, layer));
        }
        float[] logits = model.unembedding().logits(writes.residual());
        double logit = logits[token] - (versus.isPresent() ? (double) logits[versus.getAsInt()] : 0);
        double bias = dot(model.unembedding().bias(), difference(token, versus));
        return new Attribution.Breakdown(scale, components, bias, logit, residualError());
    }

    private void heads(int layer) {
        int dModel = config.dModel();
        float[] all = model.components().headWrites(layer, writes.at(HookSite.ATTN_Z, layer));
        for (int head = 0; head < config.nHeads(); head++) {
            LensPoint point = PointKind.head(layer, head);
            add(Contribution.Kind.HEAD, OptionalInt.of(layer), OptionalInt.of(head), point.name(), point.label(),
                    Arrays.copyOfRange(all, head * dModel, (head + 1) * dModel));
        }
    }

    private void add(
            Contribution.Kind kind, OptionalInt layer, OptionalInt head, String name, String label, float[] write) {
        for (int i = 0; i < total.length; i++) {
            total[i] += write[i];
        }
        List<Contribution.Neuron> most =
                kind == Contribution.Kind.MLP && neurons > 0 ? neurons(layer.getAsInt()) : List.of();
        components.add(new Contribution(kind, layer, head, name, label, dot(write, direction) / scale, most));
    }

    private List<Contribution.Neuron> neurons(int layer) {
        double[] along = model.components().neuronsAlong(layer, direction);
        float[] activations = writes.at(HookSite.MLP_POST, layer);
        return IntStream.range(0, along.length)
                .mapToObj(neuron -> new Contribution.Neuron(
                        layer, neuron, activations[neuron], activations[neuron] * along[neuron] / scale))
                .sorted(Comparator.comparingDouble((Contribution.Neuron n) -> Math.abs(n.logit())).reversed())
                .limit(neurons).toList();
    }

    private double residualError() {
        float[] residual = writes.residual();
        double worst = 0;
        for (int i = 0; i < total.length; i++) {
            worst = Math.max(worst, Math.abs(total[i] - residual[i]));
        }
        return worst;
    }

    /// `W_U[token]`, less `W_U[versus]`.
    private double[] difference(int token, OptionalInt versus) {
        float[] plus = model.unembedding().direction(token);
        double[] difference = new double[plus.length];
        Arrays.setAll(difference, i -> plus[i]);
        versus.ifPresent(other -> {
            float[] minus = model.unembedding().direction(other);
            Arrays.setAll(difference, i -> difference[i] - minus[i]);
        });
        return difference;
    }

    private static double[] scaled(double[] values, float[] factors) {
        double[] scaled = new double[values.length];
        Arrays.setAll(scaled, i -> values[i] * factors[i]);
        return scaled;
    }

    private static double[] centred(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double[] centred = new double[values.length];
        Arrays.setAll(centred, i -> values[i] - mean);
        return centred;
    }

    private static double dot(float[] row, double[] direction) {
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            sum += row[i] * direction[i];
        }
        return sum;
    }

    /// One position's row of every write, and of the residual that they add up to.
    private record Writes(ActivationCache cache, HookPoint last) {

        static Writes of(int position, int lastLayer, boolean neurons) {
            Set<HookSite> sites = EnumSet.of(HookSite.EMBED, HookSite.POS_EMBED, HookSite.ATTN_Z, HookSite.MLP_OUT);
            if (neurons) {
                sites.add(HookSite.MLP_POST);
            }
            HookPoint last = HookSite.RESID_POST.at(lastLayer);
            return new Writes(
                    ActivationCache.where(point -> sites.contains(point.site()) || point.equals(last)).at(position), last);
        }

        float[] at(HookSite site, int layer) {
            return cache.get(site.at(layer)).toArray();
        }

        float[] residual() {
            return cache.get(last).toArray();
        }
    }
}
