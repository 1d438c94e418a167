/// Results as pictures: a run's layers × positions in a terminal ([TerminalGrid][io.github.logitlens.tools.view.grid.TerminalGrid]) or as
/// a drawing ([GridPicture][io.github.logitlens.tools.view.grid.GridPicture]), attention, attribution, and any numbers in rows and
/// columns ([HeatFigure][io.github.logitlens.tools.view.grid.HeatFigure]).
///
/// ```java
/// LensResult result = Lens.run("The Eiffel Tower is in");
/// GridChoice choice = new GridChoice(Quantity.named("entropy", result.options()), Scale.LINEAR, 1, false);
/// try (OutputStream out = Files.newOutputStream(Path.of("grid.png"))) {
///     GridPicture.of(result, choice).writePng(Theme.LIGHT, out);
/// }
/// ```
package io.github.logitlens.tools.view.grid;
