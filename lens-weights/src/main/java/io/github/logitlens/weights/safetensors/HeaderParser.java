package io.github.logitlens.weights.safetensors;

import io.github.logitlens.weights.internal.text.JsonBytes;
import io.github.logitlens.weights.internal.text.JsonException;
import io.github.logitlens.weights.internal.text.JsonScanner;
import io.github.logitlens.weights.internal.text.Text;
import io.github.logitlens.weights.safetensors.SafeTensorsException.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads what a safetensors header says, once it is known to be one JSON object.
///
/// What is kept is counted. Before it would take more than `memoryLimit` bytes the header is refused, so that no
/// header, whatever it holds, ends in an `OutOfMemoryError`.
final class HeaderParser {

    static final String METADATA = "__metadata__";

    /// What a JVM needs to keep a tensor and a metadata entry, without their texts; and a byte of text, while it is
    /// copied.
    private static final int TENSOR_BYTES = 256;
    private static final int METADATA_BYTES = 128;
    private static final int TEXT_BYTES = 3;

    /// No name that means something here is as long: longer texts need not be read whole to see that they are none.
    private static final int LONGEST_KNOWN = 64;

    private final JsonBytes in;
    private final JsonScanner json;
    private final String file;
    private final long memoryLimit;
    private long memory;

    private final List<Header.Entry> tensors = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private Optional<Map<String, String>> metadata = Optional.empty();

    private HeaderParser(JsonBytes in, String file, long memoryLimit) {
        this.in = in;
        this.json = new JsonScanner(in);
        this.file = file;
        this.memoryLimit = memoryLimit;
    }

    /// Parses `in`, which is valid UTF-8: whether it is JSON, then its metadata, then its tensors.
    static Header parse(JsonBytes in, String file, long memoryLimit) {
        return new HeaderParser(in, file, memoryLimit).header();
    }

    private Header header() {
        try {
            json.requireOneObject();
        } catch (JsonException e) {
            throw new SafeTensorsException(e.isTooDeep() ? Reason.HEADER_TOO_DEEP : Reason.HEADER_NOT_JSON,
                    "header: " + e.getMessage() + inFile(), e);
        }
        int start = in.position();
        readMetadataEntries();
        in.seek(start);
        readTensorEntries();
        return new Header(tensors, metadata.orElse(Map.of()));
    }

    private void readMetadataEntries() {
        json.skipIf('{');
        if (json.skipIf('}')) {
            return;
        }
        do {
            if (json.key(LONGEST_KNOWN).equals(METADATA)) {
                readMetadata();
            } else {
                json.skipValue();
            }
        } while (json.another('}'));
    }

    private void readTensorEntries() {
        json.skipIf('{');
        if (json.skipIf('}')) {
            return;
        }
        do {
            String key = key();
            if (key.equals(METADATA)) {
                json.skipValue();
            } else {
                readTensor(key);
            }
        } while (json.another('}'));
    }

    private void readMetadata() {
        if (metadata.isPresent()) {
            throw new SafeTensorsException(Reason.INVALID_METADATA, METADATA + ": expected once, got it twice"
                    + inFile());
        }
        if (in.peek() == 'n') {
            json.literal("null");
            metadata = Optional.of(Map.of());
            return;
        }
        if (!json.skipIf('{')) {
            throw wrongType(Reason.INVALID_METADATA, METADATA, "a map from strings to strings");
        }
        Map<String, String> entries = new LinkedHashMap<>();
        metadata = Optional.of(Collections.unmodifiableMap(entries));
        if (json.skipIf('}')) {
            return;
        }
        do {
            String key = key();
            if (in.peek() != '"') {
                throw wrongType(Reason.INVALID_METADATA, METADATA + " entry " + Text.quote(key), "a string");
            }
            keep(METADATA_BYTES);
            entries.put(key, string());
        } while (json.another('}'));
    }

    private void readTensor(String name) {
        keep(TENSOR_BYTES);
        if (!names.add(name)) {
            throw new SafeTensorsException(Reason.DUPLICATE_TENSOR,
                    "tensor " + Text.quote(name) + ": expected once, got it twice" + inFile());
        }
        if (!json.skipIf('{')) {
            throw wrongType(Reason.INVALID_TENSOR_ENTRY, "tensor " + Text.quote(name), "an object");
        }
        Optional<DType> dtype = Optional.empty();
        Optional<Dimensions> shape = Optional.empty();
        Optional<Dimensions> offsets = Optional.empty();
        if (!json.skipIf('}')) {
            do {
                String field = json.key(LONGEST_KNOWN);
                switch (field) {
                    case "dtype" -> {
                        requireFirst(dtype, name, field);
                        dtype = Optional.of(dtype(name));
                    }
                    case "shape" -> {
                        requireFirst(shape, name, field);
                        shape = Optional.of(unsignedArray(name, field));
                    }
                    case "data_offsets" -> {
                        requireFirst(offsets, name, field);
                        offsets = Optional.of(unsignedArray(name, field));
                    }
                    default -> json.skipValue();
                }
            } while (json.another('}'));
        }
        requireThere(offsets, name, "data_offsets");
        Dimensions range = offsets.get();
        if (range.size() != 2) {
            throw invalidField(name, "data_offsets", "2 numbers", String.valueOf(range.size()));
        }
        requireThere(dtype, name, "dtype");
        requireThere(shape, name, "shape");
        tensors.add(new Header.Entry(name, dtype.get(), shape.get(), range.get(0), range.get(1)));
    }

    private void requireFirst(Optional<?> before, String tensor, String field) {
        if (before.isPresent()) {
            throw invalidField(tensor, field, "the field once", "it twice");
        }
    }

    private void requireThere(Optional<?> value, String tensor, String field) {
        if (value.isEmpty()) {
            throw invalidField(tensor, field, "the field", "none");
        }
    }

    private DType dtype(String tensor) {
        if (in.peek() != '"') {
            throw wrongType(Reason.INVALID_TENSOR_ENTRY, "dtype of tensor " + Text.quote(tensor), "a string");
        }
        String spelling = json.string(LONGEST_KNOWN);
        Optional<DType> dtype = DType.named(spelling);
        if (dtype.isEmpty()) {
            throw new SafeTensorsException(Reason.UNKNOWN_DTYPE, "dtype of tensor " + Text.quote(tensor)
                    + ": expected one of F32, F16, BF16, …, got " + Text.quote(spelling) + inFile());
        }
        return dtype.get();
    }

    /// An array of unsigned 64-bit integers. It is counted first and read again, so that it is kept in one array of its
    /// size.
    private Dimensions unsignedArray(String tensor, String field) {
        if (!json.skipIf('[')) {
            throw wrongType(Reason.INVALID_TENSOR_ENTRY, field + " of tensor " + Text.quote(tensor), "an array");
        }
        if (json.skipIf(']')) {
            return new Dimensions(new long[0]);
        }
        int start = in.position();
        int count = 1;
        for (int b = in.next(); b == ',' || b >= '0' && b <= '9' || JsonBytes.isWhitespace(b); b = in.next()) {
            count += b == ',' ? 1 : 0;
        }
        in.seek(start);
        keep((long) Long.BYTES * count);
        long[] numbers = new long[count];
        int n = 0;
        do {
            in.skipWhitespace();
            int first = in.peek();
            if (first != '-' && (first < '0' || first > '9')) {
                throw wrongType(Reason.INVALID_TENSOR_ENTRY, field + " of tensor " + Text.quote(tensor),
                        "unsigned 64-bit integers");
            }
            if (!json.number()) {
                throw invalidField(tensor, field, "unsigned 64-bit integers", "another number");
            }
            numbers[n++] = json.integer();
        } while (json.another(']'));
        return new Dimensions(numbers);
    }

    private String key() {
        int length = json.stringLength();
        keep((long) TEXT_BYTES * length);
        return json.key(length);
    }

    private String string() {
        int length = json.stringLength();
        keep((long) TEXT_BYTES * length);
        return json.string(length);
    }

    private void keep(long bytes) {
        memory += bytes;
        if (memory > memoryLimit) {
            throw new SafeTensorsException(Reason.HEADER_NEEDS_TOO_MUCH_MEMORY,
                    "header: expected to need at most " + memoryLimit
                    + " bytes of memory (half of the heap), got more at byte "
                            + in.position() + inFile());
        }
    }

    private SafeTensorsException wrongType(Reason reason, String what, String expected) {
        return new SafeTensorsException(reason, what + ": expected " + expected + ", got " + json.found() + inFile());
    }

    private SafeTensorsException invalidField(String tensor, String field, String expected, String got) {
        return new SafeTensorsException(Reason.INVALID_TENSOR_ENTRY,
                field + " of tensor " + Text.quote(tensor) + ": expected " + expected + ", got " + got + inFile());
    }

    private String inFile() {
        return " (in " + file + ")";
    }
}
