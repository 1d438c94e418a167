/// The command line, `lens`.
///
/// Start with [io.github.logitlens.tools.Main]. Each subcommand is one class named after it; the options that several share
/// are groups (`…Options`, [io.github.logitlens.tools.PromptArgument]), so that one name means one thing everywhere. What is
/// printed is made in [io.github.logitlens.tools.view].
package io.github.logitlens.tools;
