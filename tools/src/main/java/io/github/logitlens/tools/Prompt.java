package io.github.logitlens.tools;

import io.github.logitlens.Attention;
import io.github.logitlens.AttentionOptions;
import io.github.logitlens.Attribution;
import io.github.logitlens.AttributionOptions;
import io.github.logitlens.Bos;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.SpecialTokens;
import java.util.Arrays;
import java.util.Optional;

/// What a command is about: a text, or token ids.
sealed interface Prompt {

    /// A text.
    ///
    /// @param text    any text
    /// @param special what a special token's text in it means
    record Text(String text, SpecialTokens special) implements Prompt {

        /// The launcher starts the JVM for prompts of this length in its own way, too.
        private static final int SHORT = 100;

        @Override
        public int[] ids(Gpt2Tokenizer tokenizer) {
            return tokenizer.encode(text, special);
        }

        @Override
        public LensResult run(LogitLens lens, LensOptions options, Hooks hooks) {
            return lens.run(text, options.specialTokens(special), hooks);
        }

        @Override
        public Attribution attribute(LogitLens lens, AttributionOptions options, Hooks hooks) {
            return lens.attribute(text, options.specialTokens(special), hooks);
        }

        @Override
        public Attention attention(LogitLens lens, AttentionOptions options, Hooks hooks) {
            return lens.attention(text, options.specialTokens(special), hooks);
        }

        @Override
        public io.github.logitlens.Prompt forLibrary() {
            return io.github.logitlens.Prompt.of(text);
        }

        @Override
        public boolean isShort() {
            return text.length() <= SHORT;
        }

        @Override
        public Optional<String> note(Gpt2Tokenizer tokenizer) {
            return special == SpecialTokens.PARSE ? Optional.empty() : tokenizer.specialTokenIn(text).map(token ->
                    "the prompt has the text of " + token.display() + ", read as text; --special reads it as the token");
        }
    }

    /// Token ids, for which no tokenizer has to know a text.
    ///
    /// @param ids *not modified*
    record Ids(int[] ids) implements Prompt {

        private static final int SHORT = 25;

        @Override
        public int[] ids(Gpt2Tokenizer tokenizer) {
            return ids;
        }

        @Override
        public LensResult run(LogitLens lens, LensOptions options, Hooks hooks) {
            return lens.run(ids, options, hooks);
        }

        @Override
        public Attribution attribute(LogitLens lens, AttributionOptions options, Hooks hooks) {
            return lens.attribute(ids, options, hooks);
        }

        @Override
        public Attention attention(LogitLens lens, AttentionOptions options, Hooks hooks) {
            return lens.attention(ids, options, hooks);
        }

        @Override
        public io.github.logitlens.Prompt forLibrary() {
            return io.github.logitlens.Prompt.ids(ids);
        }

        @Override
        public boolean isShort() {
            return ids.length <= SHORT;
        }

        @Override
        public Optional<String> note(Gpt2Tokenizer tokenizer) {
            return Optional.empty();
        }
    }

    /// Its token ids, without BOS.
    ///
    /// @param tokenizer the model's
    /// @return `[seqLen]`, not to be modified
    int[] ids(Gpt2Tokenizer tokenizer);

    /// Runs it.
    ///
    /// @param hooks what observes and edits the run
    LensResult run(LogitLens lens, LensOptions options, Hooks hooks);

    /// Runs it and takes a logit apart.
    ///
    /// @param hooks what observes and edits the run
    Attribution attribute(LogitLens lens, AttributionOptions options, Hooks hooks);

    /// Runs it and reads what heads attend to.
    ///
    /// @param hooks what observes and edits the run
    Attention attention(LogitLens lens, AttentionOptions options, Hooks hooks);

    /// The same as the library has it, without what special tokens mean.
    io.github.logitlens.Prompt forLibrary();

    /// Whether its run is over before it would pay to load a model's weights.
    boolean isShort();

    /// What its writer may not expect: the text of a special token that is read as text.
    ///
    /// @param tokenizer the model's
    /// @return a sentence, or empty if there is nothing to say
    Optional<String> note(Gpt2Tokenizer tokenizer);

    /// Its token ids as the model reads them.
    ///
    /// @param lens the model
    /// @param bos  whether the model's BOS goes before them
    /// @return `[seqLen]`, owned by the caller
    default int[] ids(LogitLens lens, Bos bos) {
        int[] own = ids(lens.tokenizer());
        int[] start = bos == Bos.NONE ? new int[0] : lens.tokens("", bos);
        int[] all = Arrays.copyOf(start, start.length + own.length);
        System.arraycopy(own, 0, all, start.length, own.length);
        return all;
    }
}
