package io.github.logitlens.internal.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The kernels in the Vector API, at the machine's own vector width.
///
/// With the classes it calls the only ones that name `jdk.incubator.vector`: they are loaded only when the module is there.
public final class VectorKernels implements Kernels {

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    private final Products products;
    private final RowOperations rows = new VectorRows();
    private final VocabularyOperations vocabulary = new VectorVocabulary();

    /// Kernels at [FloatVector#SPECIES_PREFERRED].
    ///
    /// @throws UnsupportedOperationException if this machine's vectors are not 4, 8 or 16 floats wide
    public VectorKernels() {
        this(Touching.ofThisProcessor(), VectorProducts.registers());
    }

    /// @param registers vectors that the processor can hold: 16 or 32
    VectorKernels(Touching touching, int registers) {
        int lanes = SPECIES.length();
        if (lanes != 4 && lanes != 8 && lanes != 16) {
            throw new UnsupportedOperationException("vector width: expected 4, 8 or 16 floats, got " + lanes);
        }
        products = new VectorProducts(touching, registers);
    }

    @Override
    public String description() {
        return "vector (" + SPECIES.vectorBitSize() + "-bit)";
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
