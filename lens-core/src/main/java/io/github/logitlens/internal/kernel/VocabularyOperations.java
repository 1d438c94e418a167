package io.github.logitlens.internal.kernel;

/// What becomes of logits, a tile of one panel at a time. Exponentials are [Exp]'s, and [JensenShannon]'s terms its own.
public interface VocabularyOperations {

    /// Takes one tile of logits into the running statistics of its rows.
    ///
    /// @param logits      `[rows][64]` at 0, *not modified*
    /// @param columns     how many of the 64 are real
    /// @param firstColumn vocabulary id of column 0
    /// @param stats       the rows' statistics, *written*
    /// @param firstRow    which row of `stats` the tile's row 0 is
    /// @param positions   how many positions the tile holds
    void reduce(float[] logits, int columns, int firstColumn, VocabularyStatistics stats, int firstRow, int positions);

    /// Takes one tile of logits, whose rows' normalisers are known, into the running distances from each group's last row.
    ///
    /// @param logits    `[rows][64]` at 0, *not modified*
    /// @param columns   how many of the 64 are real
    /// @param distances the rows' distances, *written*
    /// @param firstRow  which row of `distances` the tile's row 0 is
    /// @param positions how many positions the tile holds
    void compare(float[] logits, int columns, VocabularyDistances distances, int firstRow, int positions);
}
