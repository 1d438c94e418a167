package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;
import java.lang.foreign.MemorySegment;

/// The scalar kernels until the vector kernels are warm, then those.
///
/// Until C2 has compiled it, code of the Vector API makes an object of every vector and is far slower than scalar code.
/// Both give the same bits, so a process that reads one short prompt never has to pay for it: on the bundled model, one command
/// took 0.8 s instead of 1.4 (`lens --kernels vector`). [ColdStart] decides when.
final class ColdStartKernels implements Kernels {

    private final ColdStart policy;

    ColdStartKernels() {
        this(new ColdStart(new ScalarKernels(), VectorKernels::new, KernelWarmUp::run,
                ColdStart.compiles(System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", ""))));
    }

    ColdStartKernels(ColdStart policy) {
        this.policy = policy;
    }

    /// What computes now.
    @Override
    public String description() {
        return policy.current().description();
    }

    @Override
    public void multiply(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        Kernels kernels = policy.current();
        kernels.multiply(a, aOffset, height, b, bOffset, depth, start, startOffset, startStride, out, outOffset, outStride);
        policy.count(kernels, (long) height * depth * PANEL);
    }

    @Override
    public void multiplyRow(
            float[] a, int aOffset, int panels, MemorySegment b, long bOffset, int depth, float[] tile, int tileOffset) {
        Kernels kernels = policy.current();
        kernels.multiplyRow(a, aOffset, panels, b, bOffset, depth, tile, tileOffset);
        policy.count(kernels, (long) panels * depth * PANEL);
    }

    @Override
    public boolean joinsPanels() {
        return policy.current().joinsPanels();
    }

    @Override
    public void multiplyTogether(
            float[] a, int aOffset, int blocks, int height, Panels b, int panels, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        Kernels kernels = policy.current();
        kernels.multiplyTogether(a, aOffset, blocks, height, b, panels, depth,
                start, startOffset, startStride, out, outOffset, outStride);
        policy.count(kernels, (long) blocks * height * depth * panels * PANEL);
    }

    @Override
    public void multiplyAndFetch(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride,
            MemorySegment next, long nextOffset) {
        Kernels kernels = policy.current();
        kernels.multiplyAndFetch(a, aOffset, height, b, bOffset, depth,
                start, startOffset, startStride, out, outOffset, outStride, next, nextOffset);
        policy.count(kernels, (long) height * depth * PANEL);
    }

    @Override
    public void fetch(MemorySegment b, long bOffset, long bytes) {
        policy.current().fetch(b, bOffset, bytes);
    }

    @Override
    public void expect(long multiplyAdds) {
        policy.expect(multiplyAdds);
    }

    @Override
    public void enter() {
        policy.enter();
    }

    @Override
    public void leave() {
        policy.leave();
    }

    @Override
    public float layerNorm(
            float[] x, int xOffset, int n, float[] gain, float[] bias, double epsilon, float[] out, int outOffset) {
        return policy.current().layerNorm(x, xOffset, n, gain, bias, epsilon, out, outOffset);
    }

    @Override
    public float exponentials(float[] row, int offset, int n) {
        return policy.current().exponentials(row, offset, n);
    }

    @Override
    public void interleave(float[] rows, int offset, int stride, int count, float[] factors, float[] block, int blockOffset) {
        policy.current().interleave(rows, offset, stride, count, factors, block, blockOffset);
    }

    @Override
    public void activate(ActivationFunction f, float[] x, int offset, int n) {
        policy.current().activate(f, x, offset, n);
    }

    @Override
    public void scale(float[] x, int offset, int n, float factor) {
        policy.current().scale(x, offset, n, factor);
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
        policy.current().add(x, xOffset, y, yOffset, n);
    }

    @Override
    public void reduce(
            float[] logits, int columns, int firstColumn, VocabularyStatistics stats, int firstRow, int positions) {
        policy.current().reduce(logits, columns, firstColumn, stats, firstRow, positions);
    }

    @Override
    public void compare(float[] logits, int columns, VocabularyDistances distances, int firstRow, int positions) {
        policy.current().compare(logits, columns, distances, firstRow, positions);
    }
}
