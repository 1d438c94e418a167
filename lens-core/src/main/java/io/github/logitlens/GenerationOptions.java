package io.github.logitlens;

import io.github.logitlens.tokenizer.SpecialTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// How a model goes on with a prompt. Immutable: each method returns a changed copy.
///
/// ```java
/// GenerationOptions.defaults().maxTokens(40).temperature(0.8).topP(0.95).seed(1).samples(3).stop("\n")
/// ```
///
/// **The sampler.** At temperature 0 the token with the greatest logit is taken, of equal ones that of the lowest id. Else, in
/// float64 and in this order: token `i` weighs `exp((zᵢ − max z)/T)` (`StrictMath`); of all tokens the [#sampleK] with the
/// greatest logits are kept, equal ones by ascending id; of these the fewest, greatest logits first, whose weights make
/// [#topP] of the sum; a number `u`, uniform in `[0, 1)`, is drawn (`nextDouble()` of the JDK's `L64X128MixRandom`), and the
/// token is the first, by ascending id, with which the running sum of the weights kept exceeds `u` times their sum. Sample `i`
/// has a generator of its own with the seed `seed + i`. So a seed writes the same text on every machine.
public final class GenerationOptions {

    private static final GenerationOptions DEFAULTS = new GenerationOptions();

    private int maxTokens = 50;
    private double temperature;
    private int sampleK;
    private double topP = 1;
    private long seed;
    private int samples = 1;
    private List<String> stopTexts = List.of();
    private List<TokenRef> stopTokens = List.of();
    private Bos bos = Bos.NONE;
    private SpecialTokens specialTokens = SpecialTokens.TEXT;
    private LensOptions lens;

    private GenerationOptions() {
    }

    private GenerationOptions copy() {
        GenerationOptions copy = new GenerationOptions();
        copy.maxTokens = maxTokens;
        copy.temperature = temperature;
        copy.sampleK = sampleK;
        copy.topP = topP;
        copy.seed = seed;
        copy.samples = samples;
        copy.stopTexts = stopTexts;
        copy.stopTokens = stopTokens;
        copy.bos = bos;
        copy.specialTokens = specialTokens;
        copy.lens = lens;
        return copy;
    }

    /// At most 50 tokens, greedy, one sample, no lens; it ends at `<|endoftext|>`.
    ///
    /// @return the default options
    public static GenerationOptions defaults() {
        return DEFAULTS;
    }

    /// How many tokens a sample gets at the most.
    ///
    /// @return at least 1
    public int maxTokens() {
        return maxTokens;
    }

    /// Changes how many tokens a sample gets at the most.
    ///
    /// @param maxTokens at least 1
    /// @return changed options
    /// @throws IllegalArgumentException if it is below 1
    public GenerationOptions maxTokens(int maxTokens) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max-tokens: expected at least 1, got " + maxTokens);
        }
        GenerationOptions copy = copy();
        copy.maxTokens = maxTokens;
        return copy;
    }

    /// What logits are divided by.
    ///
    /// @return 0 for the greatest logit always
    public double temperature() {
        return temperature;
    }

    /// Changes what logits are divided by.
    ///
    /// @param temperature 0 for the greatest logit always; 1 for the model's own probabilities
    /// @return changed options
    /// @throws IllegalArgumentException if it is negative or no finite number
    public GenerationOptions temperature(double temperature) {
        if (!(temperature >= 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("temperature: expected a number of 0 or more, got " + temperature);
        }
        GenerationOptions copy = copy();
        copy.temperature = temperature;
        return copy;
    }

    /// From how many of the most likely tokens one is drawn.
    ///
    /// @return 0 for all
    public int sampleK() {
        return sampleK;
    }

    /// Changes from how many of the most likely tokens one is drawn. (What others call top-k is a number of readings here.)
    ///
    /// @param k 0 for all
    /// @return changed options
    /// @throws IllegalArgumentException if it is negative
    public GenerationOptions sampleK(int k) {
        if (k < 0) {
            throw new IllegalArgumentException("sample-k: expected at least 0, got " + k);
        }
        GenerationOptions copy = copy();
        copy.sampleK = k;
        return copy;
    }

    /// The share of probability from which a token is drawn.
    ///
    /// @return 1 for all of it
    public double topP() {
        return topP;
    }

    /// Changes the share of probability from which a token is drawn: that of the fewest most likely tokens that have it.
    ///
    /// @param p above 0, 1 for all of it
    /// @return changed options
    /// @throws IllegalArgumentException if it is none of these
    public GenerationOptions topP(double p) {
        if (!(p > 0 && p <= 1)) {
            throw new IllegalArgumentException("top-p: expected a number above 0 and up to 1, got " + p);
        }
        GenerationOptions copy = copy();
        copy.topP = p;
        return copy;
    }

    /// What the first sample's random numbers come from.
    ///
    /// @return 0 by default
    public long seed() {
        return seed;
    }

    /// Changes what the random numbers come from.
    ///
    /// @param seed that of the first sample; the next one's is one greater
    /// @return changed options
    public GenerationOptions seed(long seed) {
        GenerationOptions copy = copy();
        copy.seed = seed;
        return copy;
    }

    /// How many texts are written.
    ///
    /// @return at least 1
    public int samples() {
        return samples;
    }

    /// Changes how many texts are written. They share the prompt, which runs once, and go through the model together.
    ///
    /// @param samples at least 1
    /// @return changed options
    /// @throws IllegalArgumentException if it is below 1
    public GenerationOptions samples(int samples) {
        if (samples < 1) {
            throw new IllegalArgumentException("samples: expected at least 1, got " + samples);
        }
        GenerationOptions copy = copy();
        copy.samples = samples;
        return copy;
    }

    /// The texts at which a sample ends.
    ///
    /// @return immutable
    public List<String> stopTexts() {
        return stopTexts;
    }

    /// Adds a text at which a sample ends. The sample's text goes up to it.
    ///
    /// @param text not empty
    /// @return changed options
    /// @throws IllegalArgumentException if it is empty
    public GenerationOptions stop(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("stop: expected a text, got an empty one");
        }
        List<String> more = new ArrayList<>(stopTexts);
        more.add(text);
        GenerationOptions copy = copy();
        copy.stopTexts = List.copyOf(more);
        return copy;
    }

    /// The tokens at which a sample ends, besides `<|endoftext|>`.
    ///
    /// @return immutable
    public List<TokenRef> stopTokens() {
        return stopTokens;
    }

    /// Adds a token at which a sample ends. It is the sample's last token, but not part of its text.
    ///
    /// @param token a token by text or id
    /// @return changed options
    public GenerationOptions stop(TokenRef token) {
        List<TokenRef> more = new ArrayList<>(stopTokens);
        more.add(Objects.requireNonNull(token, "token"));
        GenerationOptions copy = copy();
        copy.stopTokens = List.copyOf(more);
        return copy;
    }

    /// Whether the model's BOS is put before the prompt.
    ///
    /// @return none by default
    public Bos bos() {
        return bos;
    }

    /// Changes the BOS policy.
    ///
    /// @param bos whether the model's BOS goes before the prompt
    /// @return changed options
    public GenerationOptions bos(Bos bos) {
        GenerationOptions copy = copy();
        copy.bos = Objects.requireNonNull(bos, "bos");
        return copy;
    }

    /// What the text of a special token means in the prompt.
    ///
    /// @return plain text by default
    public SpecialTokens specialTokens() {
        return specialTokens;
    }

    /// Changes what the text of a special token means in the prompt.
    ///
    /// @param specialTokens text, or the token
    /// @return changed options
    public GenerationOptions specialTokens(SpecialTokens specialTokens) {
        GenerationOptions copy = copy();
        copy.specialTokens = Objects.requireNonNull(specialTokens, "special tokens");
        return copy;
    }

    /// What the lens reads where each token is predicted.
    ///
    /// @return empty where it reads nothing
    public Optional<LensOptions> lens() {
        return Optional.ofNullable(lens);
    }

    /// Has the lens read every position at which a token is predicted. The readings have the bits of a run over the finished text;
    /// nothing is run twice for them, and logits and readings come from one pass over `W_U`. (The layer norm mode
    /// [LayerNormMode#NONE], a lens that changes the last residual, and a lens that stops before it take a second one.)
    ///
    /// @param lens points, metrics, tokens; its positions, BOS and special tokens are those of the generation
    /// @return changed options
    public GenerationOptions lens(LensOptions lens) {
        GenerationOptions copy = copy();
        copy.lens = Objects.requireNonNull(lens, "lens");
        return copy;
    }
}
