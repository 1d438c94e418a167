package io.github.logitlens.internal.kernel;

import io.github.logitlens.weights.ActivationFunction;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/// The scalar kernels until the vector kernels are warm, then those.
///
/// Until C2 has compiled it, code of the Vector API makes an object of every vector and is far slower than scalar code.
/// Both give the same bits, so a process that reads one prompt never has to pay for it: on the bundled model, one command
/// took 0.8 s instead of 1.4 (`lens --kernels vector`). After the work of one short prompt at GPT-2 small's size a daemon
/// thread runs the vector kernels on numbers of its own until they are the faster ones, while the callers go on with the
/// scalar kernels. Where they never are, as in a JVM without C2, the scalar kernels stay.
final class ColdStartKernels implements Kernels {

    /// Multiply-adds after which the vector kernels are warmed up.
    private static final long LIMIT = 2_000_000_000;

    private final Kernels scalar = new ScalarKernels();
    private final AtomicBoolean warming = new AtomicBoolean();
    private Kernels vector;
    private volatile Kernels current = scalar;
    /// Threads may lose each other's counts: the limit is not exact.
    private long done;

    /// Set up when they are first asked for: that costs a new process ten milliseconds.
    private synchronized Kernels vector() {
        if (vector == null) {
            vector = new VectorKernels();
        }
        return vector;
    }

    @Override
    public String description() {
        return vector().description();
    }

    @Override
    public void multiply(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        Kernels kernels = current;
        kernels.multiply(a, aOffset, height, b, bOffset, depth, start, startOffset, startStride, out, outOffset, outStride);
        count(kernels, (long) height * depth * PANEL);
    }

    @Override
    public void multiplyRow(
            float[] a, int aOffset, int panels, MemorySegment b, long bOffset, int depth, float[] tile, int tileOffset) {
        Kernels kernels = current;
        kernels.multiplyRow(a, aOffset, panels, b, bOffset, depth, tile, tileOffset);
        count(kernels, (long) panels * depth * PANEL);
    }

    @Override
    public boolean joinsPanels() {
        return current.joinsPanels();
    }

    @Override
    public void multiplyTogether(
            float[] a, int aOffset, int blocks, int height, Panels b, int panels, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride) {
        Kernels kernels = current;
        kernels.multiplyTogether(a, aOffset, blocks, height, b, panels, depth,
                start, startOffset, startStride, out, outOffset, outStride);
        count(kernels, (long) blocks * height * depth * panels * PANEL);
    }

    @Override
    public void multiplyAndFetch(
            float[] a, int aOffset, int height, MemorySegment b, long bOffset, int depth,
            float[] start, int startOffset, int startStride, float[] out, int outOffset, int outStride,
            MemorySegment next, long nextOffset) {
        Kernels kernels = current;
        kernels.multiplyAndFetch(a, aOffset, height, b, bOffset, depth,
                start, startOffset, startStride, out, outOffset, outStride, next, nextOffset);
        count(kernels, (long) height * depth * PANEL);
    }

    @Override
    public void fetch(MemorySegment b, long bOffset, long bytes) {
        current.fetch(b, bOffset, bytes);
    }

    private void count(Kernels kernels, long multiplyAdds) {
        if (kernels == scalar) {
            done += multiplyAdds;
            if (done > LIMIT && warming.compareAndSet(false, true)) {
                startWarmUp();
            }
        }
    }

    private void startWarmUp() {
        Thread thread = new Thread(
                () -> {
                    if (new KernelWarmUp(vector(), scalar).run()) {
                        current = vector();
                    }
                },
                "lens-warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public float layerNorm(
            float[] x, int xOffset, int n, float[] gain, float[] bias, double epsilon, float[] out, int outOffset) {
        return current.layerNorm(x, xOffset, n, gain, bias, epsilon, out, outOffset);
    }

    @Override
    public float exponentials(float[] row, int offset, int n) {
        return current.exponentials(row, offset, n);
    }

    @Override
    public void interleave(float[] rows, int offset, int stride, int count, float[] factors, float[] block, int blockOffset) {
        current.interleave(rows, offset, stride, count, factors, block, blockOffset);
    }

    @Override
    public void activate(ActivationFunction f, float[] x, int offset, int n) {
        current.activate(f, x, offset, n);
    }

    @Override
    public void scale(float[] x, int offset, int n, float factor) {
        current.scale(x, offset, n, factor);
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
        current.add(x, xOffset, y, yOffset, n);
    }

    @Override
    public void reduce(
            float[] logits, int columns, int firstColumn, VocabularyStatistics stats, int firstRow, int positions) {
        current.reduce(logits, columns, firstColumn, stats, firstRow, positions);
    }

    @Override
    public void compare(float[] logits, int columns, VocabularyDistances distances, int firstRow, int positions) {
        current.compare(logits, columns, distances, firstRow, positions);
    }
}
