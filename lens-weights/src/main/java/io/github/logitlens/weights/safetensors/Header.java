package io.github.logitlens.weights.safetensors;

import java.util.List;
import java.util.Map;

/// What the JSON of a safetensors header says, before anything is known about its truth.
///
/// @param tensors in the order of the header; no two have the same name
/// @param metadata in the order of the header
record Header(List<Entry> tensors, Map<String, String> metadata) {

    /// One tensor as claimed; `begin` and `end` are unsigned.
    record Entry(String name, DType dtype, Dimensions shape, long begin, long end) implements Comparable<Entry> {

        /// By where its bytes lie.
        @Override
        public int compareTo(Entry other) {
            return begin != other.begin ? Long.compareUnsigned(begin, other.begin) : Long.compareUnsigned(end, other.end);
        }
    }
}
