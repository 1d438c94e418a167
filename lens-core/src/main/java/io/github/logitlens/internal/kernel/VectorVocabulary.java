package io.github.logitlens.internal.kernel;

/// The operations on logits in the Vector API; of the last panel, which may be padded, in plain Java.
final class VectorVocabulary implements VocabularyOperations {

    private final VocabularyOperations scalar = new ScalarVocabulary();

    @Override
    public void reduce(
            float[] logits, int columns, int firstColumn, VocabularyStatistics stats, int firstRow, int positions) {
        if (columns < Kernels.PANEL) {
            scalar.reduce(logits, columns, firstColumn, stats, firstRow, positions);
        } else {
            VectorStatistics.reduce(logits, firstColumn, stats, firstRow, positions);
        }
    }

    @Override
    public void compare(float[] logits, int columns, VocabularyDistances distances, int firstRow, int positions) {
        if (columns < Kernels.PANEL) {
            scalar.compare(logits, columns, distances, firstRow, positions);
        } else {
            VectorDistances.compare(logits, distances, firstRow, positions);
        }
    }
}
