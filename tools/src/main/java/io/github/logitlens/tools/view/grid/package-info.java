/// A result as a picture, layers × positions: in the terminal, as SVG.
package io.github.logitlens.tools.view.grid;
