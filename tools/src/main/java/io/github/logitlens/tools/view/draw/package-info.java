/// Pictures: shapes and text on a ground ([Drawing][io.github.logitlens.tools.view.draw.Drawing]), written as SVG or PNG. What is
/// drawn is decided in [io.github.logitlens.tools.view.grid].
package io.github.logitlens.tools.view.draw;
