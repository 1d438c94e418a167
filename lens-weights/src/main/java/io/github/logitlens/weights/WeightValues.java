package io.github.logitlens.weights;

import io.github.logitlens.weights.internal.bytes.FloatReader;
import io.github.logitlens.weights.safetensors.TensorFile;
import io.github.logitlens.weights.safetensors.TensorInfo;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;

/// Where the values of a weight come from.
sealed interface WeightValues permits WeightValues.Stored, WeightValues.Zeros, TransposedValues {

    /// As [Weight#read].
    long read(long firstElement, MemorySegment dst, long dstOffsetBytes, long count);

    /// As [Weight#repeatedRow].
    default Optional<RepeatedRow> repeatedRow() {
        return Optional.empty();
    }

    /// A tensor as it is.
    record Stored(TensorFile file, TensorInfo tensor) implements WeightValues {

        @Override
        public long read(long firstElement, MemorySegment dst, long dstOffsetBytes, long count) {
            return file.readFloats(tensor, firstElement, dst, dstOffsetBytes, count);
        }

        @Override
        public Optional<RepeatedRow> repeatedRow() {
            return RepeatedRow.of(file, tensor);
        }
    }

    /// A bias that the model has not.
    record Zeros(long length) implements WeightValues {

        @Override
        public long read(long firstElement, MemorySegment dst, long dstOffsetBytes, long count) {
            Objects.checkFromIndexSize(firstElement, count, length);
            FloatReader.room(dst, dstOffsetBytes, count * Float.BYTES).fill((byte) 0);
            return 0;
        }
    }
}
