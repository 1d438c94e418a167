package io.github.logitlens.tools;

import io.github.logitlens.Prompt;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.Hooks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// What is changed in a run.
final class EditOptions implements OptionGroup {

    /// How edits are written, for the end of a help.
    private static final String[] HELP = {
        "",
        "An edit is VERB:PLACE[@POSITIONS][*FACTOR][=ARGUMENT]. Verbs: zero, mean, resample, patch, scale, steer, replace, erase, swap, cut. "
                + "Places: L7H3 (a head), L5.mlp_out, L5.attn_out, L5.n123 (a neuron), L4.resid_post, embed, and ranges such as L3-5.mlp_out.",
        "  --edit zero:L5H3                                             without this head",
        "  --edit patch:L6.resid_post@-1 --from \"Big Ben is in\"          with what another prompt has there",
        "  --edit \"steer:L7.resid_post*40=unembed: London\"              towards a token",
        "  --edit cut:L4H0-3@-1/3                                       the last position no longer sees position 3"
    };

    private static final String IDS = "id:\\d{1,9}(,\\d{1,9})*";

    private final Argument<List<String>> edits = Argument.texts(OptionSpec.builder("--edit").paramLabel("EDIT")
            .description("Change the run: zero:L7H3, patch:L4.resid_post@5, and so on. May be repeated."));

    private final Argument<List<String>> from = Argument.texts(OptionSpec.builder("--from").paramLabel("PROMPT")
            .description("A prompt from whose run edits take what they put in, or id:1,2,3 for token ids: one for patch and resample, two "
                    + "for steer:…=diff, any for mean. May be repeated."));

    private CommandSpec spec;

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        edits.addTo(command);
        from.addTo(command);
    }

    /// Adds to a command's help how edits are written.
    static void describe(CommandSpec command) {
        command.usageMessage().footer(
                Stream.concat(Arrays.stream(command.usageMessage().footer()), Arrays.stream(HELP)).toArray(String[]::new));
    }

    /// The edits, in their order.
    ///
    /// @return none where none were asked for
    /// @throws ParameterException if one is not written as an edit, or nothing takes from the prompts that were given
    List<Edit> edits() {
        List<Prompt> sources = from.get().stream().map(EditOptions::prompt).toList();
        List<Edit> parsed = new ArrayList<>();
        try {
            edits.get().forEach(text -> parsed.add(Edits.parse(text, sources)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--edit: " + e.getMessage(), e);
        }
        if (!sources.isEmpty() && parsed.stream().allMatch(edit -> edit.sources().isEmpty())) {
            throw new ParameterException(spec.commandLine(),
                    "--from: expected an --edit that takes from it, mean, resample, patch or steer:…=diff, got "
                            + (parsed.isEmpty() ? "none" : parsed));
        }
        return parsed;
    }

    /// Hooks that make the edits.
    ///
    /// @throws ParameterException as by [#edits]
    Hooks hooks() {
        return Hooks.of(edits().toArray(Edit[]::new));
    }

    private static Prompt prompt(String text) {
        return text.matches(IDS)
                ? Prompt.ids(Arrays.stream(text.substring("id:".length()).split(",")).mapToInt(Integer::parseInt).toArray())
                : Prompt.of(text);
    }
}
