package io.github.logitlens.tools;

import io.github.logitlens.tokenizer.SpecialTokens;
import picocli.CommandLine.Model.CommandSpec;

/// What the text of a special token in a prompt means.
final class SpecialTokensOption implements OptionGroup {

    private final Argument<Boolean> special = Argument.flag("--special",
            "Read the text of a special token, such as <|endoftext|>, as that token. Default: as any other text.");

    @Override
    public void addTo(CommandSpec command) {
        special.addTo(command);
    }

    boolean isGiven() {
        return special.get();
    }

    SpecialTokens get() {
        return special.get() ? SpecialTokens.PARSE : SpecialTokens.TEXT;
    }
}
