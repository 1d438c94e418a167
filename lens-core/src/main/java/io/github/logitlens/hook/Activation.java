package io.github.logitlens.hook;

import java.util.Arrays;
import java.util.Objects;

/// An activation of one prompt: a row-major float32 array with a shape.
///
/// Handed to an observer it is a read-only view that is valid during the call only; [#copy] keeps it.
public sealed class Activation permits EditableActivation {

    final float[] data;
    private final int[] shape;
    private final int firstPosition;
    private boolean open = true;

    /// Wraps `data`, row-major, *owned from here on*.
    ///
    /// @param firstPosition the prompt's position of the first row
    /// @param data          `shape[0] × shape[1] × …` values
    /// @param shape         the extents; copied
    Activation(int firstPosition, float[] data, int... shape) {
        this.firstPosition = firstPosition;
        this.data = data;
        this.shape = shape.clone();
        long size = 1;
        for (int extent : shape) {
            size *= extent;
        }
        if (size > data.length) {
            throw new IllegalArgumentException("activation of shape " + Arrays.toString(shape) + ": expected " + size
                    + " values, got " + data.length);
        }
    }

    /// The extents, outermost first, such as `[seqLen, dModel]`.
    ///
    /// @return a copy
    public final int[] shape() {
        return shape.clone();
    }

    /// The position in the prompt of the first row: 0, unless the run goes on behind what a [io.github.logitlens.model.KvCache]
    /// holds. Of scores and patterns it is that of the first query.
    ///
    /// @return from 0
    public final int firstPosition() {
        return firstPosition;
    }

    /// How many values there are.
    ///
    /// @return the product of the extents
    public final int size() {
        int size = 1;
        for (int extent : shape) {
            size *= extent;
        }
        return size;
    }

    /// One value.
    ///
    /// @param index one index per axis
    /// @return the value there
    /// @throws IndexOutOfBoundsException if an index lies outside its axis
    /// @throws IllegalStateException     after the observer's call has returned
    public final float get(int... index) {
        return data[offset(index)];
    }

    /// Copies consecutive values in row-major order.
    ///
    /// @param from        first value, counted in row-major order
    /// @param target      where to; *written*
    /// @param targetStart first index written
    /// @param count       how many
    public final void read(int from, float[] target, int targetStart, int count) {
        checkOpen();
        Objects.checkFromIndexSize(from, count, size());
        System.arraycopy(data, from, target, targetStart, count);
    }

    /// A copy that outlives the call.
    ///
    /// @return the same values and shape, owned by the caller
    public final Activation copy() {
        checkOpen();
        return new Activation(firstPosition, Arrays.copyOf(data, size()), shape);
    }

    /// All values in row-major order.
    ///
    /// @return a new array of [#size] values
    public final float[] toArray() {
        checkOpen();
        return Arrays.copyOf(data, size());
    }

    final int offset(int... index) {
        checkOpen();
        if (index.length != shape.length) {
            throw new IndexOutOfBoundsException(
                    "activation of shape " + Arrays.toString(shape) + ": expected " + shape.length + " indices, got " + index.length);
        }
        int offset = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            offset = offset * shape[axis] + Objects.checkIndex(index[axis], shape[axis]);
        }
        return offset;
    }

    final void close() {
        open = false;
    }

    final void checkOpen() {
        if (!open) {
            throw new IllegalStateException("this activation was valid only during the hook's call; keep copy() instead");
        }
    }

    /// The shape.
    @Override
    public final String toString() {
        return "Activation" + Arrays.toString(shape);
    }
}
