package io.github.logitlens.internal.kernel;

/// The arithmetic the model is made of. Arguments are trusted: callers validate.
///
/// Every implementation gives the same bits, whatever the tile or thread; what fixes them stands in [Products], [RowOperations]
/// and [VocabularyOperations]. NaN compares as NaN; its payload is not promised.
public interface Kernels {

    /// Columns of one panel, on every machine.
    int PANEL = 64;

    /// Rows of a full row block.
    int BLOCK = 6;

    /// Most panels that a product takes at once.
    int ROW_PANELS = 4;

    /// What runs, for people: `vector (512-bit)`, `scalar`, or `scalar (no FMA)` where [Fma] has to do without the instruction.
    String description();

    Products products();

    RowOperations rows();

    VocabularyOperations vocabulary();

    /// Told before a run how much it is going to multiply, by the thread that runs it.
    default void expect(long multiplyAdds) {
    }

    /// Told that a model was opened on these kernels.
    default void enter() {
    }

    /// Told that it was closed.
    default void leave() {
    }
}
