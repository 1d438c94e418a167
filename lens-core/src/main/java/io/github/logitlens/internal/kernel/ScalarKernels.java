package io.github.logitlens.internal.kernel;

/// The kernels in plain Java: what every machine can run, and the reference for the bits of [VectorKernels].
public final class ScalarKernels implements Kernels {

    private final Products products = new ScalarProducts();
    private final RowOperations rows = new ScalarRows();
    private final VocabularyOperations vocabulary = new ScalarVocabulary();

    @Override
    public String description() {
        return Fma.IS_INSTRUCTION ? "scalar" : "scalar (no FMA)";
    }

    @Override
    public Products products() {
        return products;
    }

    @Override
    public RowOperations rows() {
        return rows;
    }

    @Override
    public VocabularyOperations vocabulary() {
        return vocabulary;
    }
}
