package io.github.logitlens.hook;

import java.util.Arrays;
import java.util.Objects;

/// An activation that an editor may change; the model goes on with what is written.
public final class EditableActivation extends Activation {

    EditableActivation(int firstPosition, float[] data, int... shape) {
        super(firstPosition, data, shape);
    }

    /// Changes one value.
    ///
    /// @param value the new value
    /// @param index one index per axis
    /// @throws IndexOutOfBoundsException if an index lies outside its axis
    /// @throws IllegalStateException     after the editor's call has returned
    public void set(float value, int... index) {
        data[offset(index)] = value;
    }

    /// Overwrites consecutive values in row-major order.
    ///
    /// @param to          first value written, counted in row-major order
    /// @param source      where from; *not modified*
    /// @param sourceStart first index read
    /// @param count       how many
    public void write(int to, float[] source, int sourceStart, int count) {
        checkOpen();
        Objects.checkFromIndexSize(to, count, size());
        System.arraycopy(source, sourceStart, data, to, count);
    }

    /// Sets every value.
    ///
    /// @param value the new value
    public void fill(float value) {
        checkOpen();
        Arrays.fill(data, 0, size(), value);
    }
}
