package io.github.logitlens.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/// One of the commands of `lens`; its call returns the exit code.
interface SubCommand extends Callable<Integer> {

    /// The command as picocli has it, made anew.
    CommandSpec spec();

    /// A command with `--help`, whose help lists options in the order given here.
    ///
    /// @param name        its first word
    /// @param synopsis    its first line of help
    /// @param description what it does
    /// @param options     its own and those it shares
    default CommandSpec spec(String name, String synopsis, String description, OptionGroup... options) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name(name);
        spec.usageMessage().customSynopsis(synopsis).description("", description, "").sortOptions(false);
        for (OptionGroup group : options) {
            group.addTo(spec);
        }
        Argument.help().addTo(spec);
        return spec;
    }
}
