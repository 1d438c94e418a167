package io.github.logitlens.tools;

import picocli.CommandLine.Model.CommandSpec;

/// A part of a command line that several commands may have.
@FunctionalInterface
public interface OptionGroup {

    /// Makes its options and parameters a command's.
    ///
    /// @param command the command, whose options so far come before these
    void addTo(CommandSpec command);
}
