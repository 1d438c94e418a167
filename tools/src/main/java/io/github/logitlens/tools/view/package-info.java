/// Results as files: CSV, the explorer's page in one file, JSON of what is no run. Each takes a result and computes nothing; pictures
/// are in [io.github.logitlens.tools.view.grid].
///
/// ```java
/// try (Writer out = Files.newBufferedWriter(Path.of("run.csv"))) {
///     new RunCsv().write(Lens.run("The Eiffel Tower is in"), out);
/// }
/// ```
///
/// `tools/docs/pictures-and-files.md` has more of it, run.
package io.github.logitlens.tools.view;
