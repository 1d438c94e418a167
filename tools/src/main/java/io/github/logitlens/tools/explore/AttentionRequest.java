package io.github.logitlens.tools.explore;

import io.github.logitlens.Attention;
import io.github.logitlens.AttentionOptions;
import io.github.logitlens.Layers;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.weights.Gpt2Config;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;

/// Which heads of a layer the page wants to see.
///
/// @param subject the run
/// @param options the layer, and its heads
record AttentionRequest(Subject subject, AttentionOptions options) {

    static final Set<String> FIELDS = Subject.and("layer", "head");
    /// Of an answer: a head of 1024 tokens has a million of them.
    static final int MAX_WEIGHTS = 4_000_000;

    /// More than any model has.
    private static final int MAX_INDEX = 10_000;

    static AttentionRequest read(Exchange exchange, String model) throws IOException {
        RequestJson json = RequestJson.read(exchange, FIELDS);
        if (!json.has("layer")) {
            throw Refusal.badRequest("layer: expected a whole number from 0 to " + MAX_INDEX + ", got nothing");
        }
        Subject subject = Subject.of(json, model);
        AttentionOptions options = AttentionOptions.defaults().layers(Layers.of(json.number("layer", 0, 0, MAX_INDEX)))
                .bos(subject.bos()).specialTokens(subject.prompt().special());
        return new AttentionRequest(subject, json.has("head") ? options.heads(json.number("head", 0, 0, MAX_INDEX)) : options);
    }

    Job<Attention> job() {
        return (lens, turn) -> {
            int[] ids = subject.prompt().ids(lens.tokenizer());
            checkSize(ids.length, lens);
            turn.part(lens.attention(ids, options, turn.watched(reaching(lens.model().config()), lens)));
        };
    }

    /// The edits that can change what is read: the run ends with the layer that is read, and what lies behind it is left out.
    private Hooks reaching(Gpt2Config config) {
        subject.edits().forEach(edit -> edit.check(config));
        int last = options.layers().resolve(config.nLayers())[0];
        return Hooks.of(subject.edits().stream().filter(edit -> Arrays.stream(HookSite.values()).anyMatch(site ->
                IntStream.rangeClosed(0, site.inBlock() ? last : 0).anyMatch(layer -> edit.touches(site.at(layer))))).toArray(Edit[]::new));
    }

    private void checkSize(int seqLen, LogitLens lens) {
        int heads = options.heads().isEmpty() ? lens.model().config().nHeads() : 1;
        long weights = (long) heads * seqLen * seqLen;
        if (weights > MAX_WEIGHTS) {
            throw Refusal.refused("attention: expected at most " + MAX_WEIGHTS + " weights in an answer, got " + heads + " heads × "
                    + seqLen + " × " + seqLen + " tokens: ask for one head at a time");
        }
    }
}
