package io.github.logitlens.tools.view.grid;

/// What a picture of a result shows.
///
/// @param quantity what the colours show
/// @param scale    how numbers become colours
/// @param stride   every how many layers there is a row, counted from the last; at least 1
/// @param bottomUp whether the embedding is the lowest row instead of the highest
public record GridChoice(Quantity quantity, Scale scale, int stride, boolean bottomUp) {
}
