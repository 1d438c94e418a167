package io.github.logitlens;

import io.github.logitlens.hook.Activation;
import io.github.logitlens.hook.ActivationCache;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.edit.EditAccess;
import io.github.logitlens.internal.edit.EditModel;
import io.github.logitlens.internal.edit.Unresolved;
import io.github.logitlens.internal.hook.HookAccess;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.model.Sequence;
import io.github.logitlens.tokenizer.SpecialTokens;
import io.github.logitlens.weights.Gpt2Config;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/// Gives edits what they take from the model and from other prompts' runs. Those run as they are, each once for all edits, several
/// in a pass.
final class EditSources implements EditModel {

    /// Rows of a pass: more of them make none of them faster.
    private static final int ROWS = 1024;

    private final LogitLens lens;
    private final Gpt2Model model;
    private final Readout readout;
    private final Map<Prompt, ActivationCache> caches;

    private EditSources(LogitLens lens, Readout readout, Map<Prompt, ActivationCache> caches) {
        this.lens = lens;
        model = lens.model();
        this.readout = readout;
        this.caches = caches;
    }

    /// Hooks whose edits have all that they take.
    ///
    /// @param check what else has to be right before anything runs
    /// @param ids   of a source, BOS included
    /// @throws IllegalArgumentException if an edit does not fit the model, or takes what is not there
    static Hooks resolved(LogitLens lens, Hooks hooks, Readout readout, Consumer<Unresolved> check, Function<Prompt, int[]> ids) {
        List<Edit> lacking = new ArrayList<>();
        HookAccess.mapped(hooks, edit -> {
            EditAccess.of(edit).ifPresent(unresolved -> {
                edit.check(lens.model().config());
                check.accept(unresolved);
                lacking.add(edit);
            });
            return edit;
        });
        if (lacking.isEmpty()) {
            return hooks;
        }
        return lens.model().whileOpen(() -> {
            EditSources sources = new EditSources(lens, readout, run(lens, lacking, ids));
            return HookAccess.mapped(hooks, edit -> EditAccess.of(edit).map(each -> each.resolved(sources)).orElse(edit));
        });
    }

    private static Map<Prompt, ActivationCache> run(LogitLens lens, List<Edit> edits, Function<Prompt, int[]> ids) {
        Map<Prompt, ActivationCache> caches = new LinkedHashMap<>();
        int lastLayer = lastLayer(lens.model().config(), edits);
        List<Sequence> pass = new ArrayList<>();
        int rows = 0;
        for (Prompt source : edits.stream().flatMap(edit -> edit.sources().stream()).distinct().toList()) {
            int[] tokens = checked(lens, source, ids.apply(source));
            if (rows > 0 && rows + tokens.length > ROWS) {
                lens.model().run(pass, lastLayer);
                pass.clear();
                rows = 0;
            }
            List<Unresolved> takers = edits.stream().filter(edit -> edit.sources().contains(source))
                    .map(edit -> EditAccess.of(edit).orElseThrow()).toList();
            ActivationCache cache = ActivationCache.where(point -> takers.stream().anyMatch(taker -> taker.reads(point)));
            caches.put(source, cache);
            pass.add(Sequence.of(tokens).hooks(cache.hooks()));
            rows += tokens.length;
        }
        if (rows > 0) {
            lens.model().run(pass, lastLayer);
        }
        return caches;
    }

    private static int[] checked(LogitLens lens, Prompt source, int[] ids) {
        lens.wrongLength(ids.length).or(() -> lens.unknownId(ids, 0)).ifPresent(message -> {
            throw new IllegalArgumentException("prompt to take from, \"" + source + "\": " + message);
        });
        return ids;
    }

    /// The last block that a source's run needs.
    private static int lastLayer(Gpt2Config config, List<Edit> edits) {
        Predicate<HookPoint> read = point -> edits.stream().anyMatch(edit -> EditAccess.of(edit).orElseThrow().reads(point));
        int last = 0;
        for (int layer = 0; layer < config.nLayers(); layer++) {
            for (HookSite site : HookSite.values()) {
                last = site.inBlock() && read.test(site.at(layer)) ? layer : last;
            }
        }
        return last;
    }

    @Override
    public Gpt2Config config() {
        return model.config();
    }

    @Override
    public Activation source(Prompt source, HookPoint point) {
        return caches.get(source).get(point);
    }

    @Override
    public float[] unembedding(TokenRef token) {
        return model.unembedding().direction(lens.known(token));
    }

    @Override
    public float[] embedding(TokenRef token) {
        return model.components().embedding(lens.known(token));
    }

    @Override
    public float[] lens(HookPoint point, TokenRef token) {
        return readout.direction(model, point, lens.known(token));
    }
}
