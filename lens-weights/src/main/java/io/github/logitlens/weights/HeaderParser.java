package io.github.logitlens.weights;

import io.github.logitlens.weights.SafeTensorsException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads the JSON of a safetensors header, byte by byte and without recursion, as strictly as the reference's parser
/// (serde_json): one object, at most 127 containers deep, no lone surrogates, no number above the largest double even where it is
/// ignored, nothing but white space behind.
///
/// What is kept is counted. Once it would take more than `memoryLimit` bytes the header is refused, so that no header, whatever
/// it holds, ends in an `OutOfMemoryError`.
final class HeaderParser {

    private static final int MAX_DEPTH = 127;
    private static final String METADATA = "__metadata__";

    /// Rough sizes of what a JVM needs to keep a string, a tensor and a metadata entry, strings not included.
    private static final int STRING_OVERHEAD = 48;
    private static final int TENSOR_OVERHEAD = 240;
    private static final int METADATA_OVERHEAD = 64;

    private final HeaderBytes in;
    private final String file;
    private final long memoryLimit;
    private long memory;

    /// The characters of the string being read, in UTF-8.
    private byte[] text = new byte[256];
    private int textLength;

    /// The containers that are open around an ignored value: true for objects.
    private final boolean[] open = new boolean[MAX_DEPTH + 1];

    private final List<Header.Entry> tensors = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private Optional<Map<String, String>> metadata = Optional.empty();

    private HeaderParser(HeaderBytes in, String file, long memoryLimit) {
        this.in = in;
        this.file = file;
        this.memoryLimit = memoryLimit;
    }

    /// Parses `in`, which is valid UTF-8 and positioned at its first byte.
    static Header parse(HeaderBytes in, String file, long memoryLimit) {
        return new HeaderParser(in, file, memoryLimit).header();
    }

    private Header header() {
        skipWhitespace();
        expect('{', "an object");
        if (!skipIf('}')) {
            do {
                String key = key();
                if (key.equals(METADATA)) {
                    readMetadata();
                } else {
                    readTensor(key);
                }
            } while (another('}'));
        }
        skipWhitespace();
        if (in.peek() != HeaderBytes.END) {
            throw notJson("the end of the header");
        }
        return new Header(tensors, metadata.orElse(Map.of()));
    }

    private void readMetadata() {
        if (metadata.isPresent()) {
            throw new SafeTensorsException(Reason.INVALID_METADATA, METADATA + ": expected once, got it twice" + inFile());
        }
        if (in.peek() == 'n') {
            literal("null");
            metadata = Optional.of(Map.of());
            return;
        }
        if (in.peek() != '{') {
            throw wrongType(Reason.INVALID_METADATA, METADATA, "a map from strings to strings");
        }
        Map<String, String> entries = new LinkedHashMap<>();
        metadata = Optional.of(Collections.unmodifiableMap(entries));
        in.next();
        if (skipIf('}')) {
            return;
        }
        do {
            String key = key();
            if (in.peek() != '"') {
                throw wrongType(Reason.INVALID_METADATA, METADATA + " entry " + Text.quote(key), "a string");
            }
            entries.put(key, string());
            keep(METADATA_OVERHEAD);
        } while (another('}'));
    }

    private void readTensor(String name) {
        keep(TENSOR_OVERHEAD);
        if (!names.add(name)) {
            throw new SafeTensorsException(Reason.DUPLICATE_TENSOR,
                    "tensor " + Text.quote(name) + ": expected once, got it twice" + inFile());
        }
        if (in.peek() != '{') {
            throw wrongType(Reason.INVALID_TENSOR_ENTRY, "tensor " + Text.quote(name), "an object");
        }
        in.next();
        Optional<DType> dtype = Optional.empty();
        Optional<Dimensions> shape = Optional.empty();
        Optional<Dimensions> offsets = Optional.empty();
        if (!skipIf('}')) {
            do {
                String field = key();
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
                        if (offsets.get().size() != 2) {
                            throw invalidField(name, field, "2 offsets", String.valueOf(offsets.get().size()));
                        }
                    }
                    default -> skipValue();
                }
            } while (another('}'));
        }
        tensors.add(new Header.Entry(name,
                dtype.orElseThrow(() -> invalidField(name, "dtype", "a string", "no such field")),
                shape.orElseThrow(() -> invalidField(name, "shape", "an array", "no such field")),
                offsets.orElseThrow(() -> invalidField(name, "data_offsets", "an array", "no such field")).get(0),
                offsets.get().get(1)));
    }

    private void requireFirst(Optional<?> before, String tensor, String field) {
        if (before.isPresent()) {
            throw invalidField(tensor, field, "the field once", "it twice");
        }
    }

    private DType dtype(String tensor) {
        if (in.peek() != '"') {
            throw wrongType(Reason.INVALID_TENSOR_ENTRY, "dtype of tensor " + Text.quote(tensor), "a string");
        }
        String spelling = string();
        return DType.named(spelling).orElseThrow(() -> new SafeTensorsException(Reason.UNKNOWN_DTYPE,
                "dtype of tensor " + Text.quote(tensor) + ": expected one of F32, F16, BF16, …, got " + Text.quote(spelling)
                        + inFile()));
    }

    /// An array of unsigned 64-bit integers. It is counted first and read again, so that it is kept in one array of its size.
    private Dimensions unsignedArray(String tensor, String field) {
        if (in.peek() != '[') {
            throw wrongType(Reason.INVALID_TENSOR_ENTRY, field + " of tensor " + Text.quote(tensor), "an array");
        }
        in.next();
        if (skipIf(']')) {
            return new Dimensions(new long[0]);
        }
        int start = in.position();
        int count = 1;
        for (int b = in.next(); b == ',' || b >= '0' && b <= '9' || isWhitespace(b); b = in.next()) {
            count += b == ',' ? 1 : 0;
        }
        in.seek(start);
        keep(8L * count);
        long[] numbers = new long[count];
        int n = 0;
        do {
            skipWhitespace();
            int first = in.peek();
            if (first != '-' && (first < '0' || first > '9')) {
                throw wrongType(Reason.INVALID_TENSOR_ENTRY, field + " of tensor " + Text.quote(tensor),
                        "unsigned 64-bit integers");
            }
            if (!number()) {
                throw invalidField(tensor, field, "unsigned 64-bit integers", "another number");
            }
            numbers[n++] = integer;
        } while (another(']'));
        return new Dimensions(numbers);
    }

    /// Skips any JSON value, checking its grammar as strictly as that of the parts that matter.
    private void skipValue() {
        // Around an ignored value two containers are open: the header's and the tensor's.
        int depth = 2;
        while (true) {
            skipWhitespace();
            switch (in.peek()) {
                case '{', '[' -> {
                    boolean object = in.next() == '{';
                    if (++depth > MAX_DEPTH) {
                        throw new SafeTensorsException(Reason.HEADER_TOO_DEEP, "header: expected at most " + MAX_DEPTH
                                + " nested arrays and objects, got more at byte " + (in.position() - 1) + inFile());
                    }
                    open[depth] = object;
                    if (!skipIf(object ? '}' : ']')) {
                        if (object) {
                            skipKey();
                        }
                        continue;
                    }
                    depth--;
                }
                case '"' -> skipString();
                case 't' -> literal("true");
                case 'f' -> literal("false");
                case 'n' -> literal("null");
                default -> number();
            }
            while (depth > 2 && !another(open[depth] ? '}' : ']')) {
                depth--;
            }
            if (depth == 2) {
                return;
            }
            if (open[depth]) {
                skipKey();
            }
        }
    }

    // ---- numbers

    /// The value of the last number for which [#number()] was true.
    private long integer;

    /// Reads a number; true if it is an unsigned 64-bit integer. Any other must still be one that serde_json accepts, with
    /// its arithmetic: digits beyond 64 bits only move the exponent.
    private boolean number() {
        boolean negative = in.peek() == '-';
        if (negative) {
            in.next();
        }
        int first = in.peek();
        if (first < '0' || first > '9') {
            throw notJson("a value");
        }
        in.next();
        long significand = first - '0';
        if (first == '0' && isDigit(in.peek())) {
            throw notJson("no digit behind a leading zero");
        }
        int exponent = 0;
        boolean integral = true;
        boolean overflown = false;
        while (isDigit(in.peek())) {
            int digit = in.next() - '0';
            if (overflown || overflows(significand, digit)) {
                overflown = true;
                exponent++;
            } else {
                significand = significand * 10 + digit;
            }
        }
        if (in.peek() == '.') {
            integral = false;
            in.next();
            if (!isDigit(in.peek())) {
                throw notJson("a digit behind the decimal point");
            }
            while (isDigit(in.peek())) {
                int digit = in.next() - '0';
                overflown |= overflows(significand, digit);
                if (!overflown) {
                    significand = significand * 10 + digit;
                    exponent--;
                }
            }
        }
        if (in.peek() == 'e' || in.peek() == 'E') {
            integral = false;
            exponent = exponent(significand, exponent);
        }
        if (integral && !overflown) {
            integer = significand;
            return !negative;
        }
        requireFinite(significand, exponent);
        return false;
    }

    /// Reads an exponent and adds it to `exponent`; one beyond an int gives a number that is zero or refused.
    private int exponent(long significand, int exponent) {
        in.next();
        boolean positive = true;
        if (in.peek() == '+' || in.peek() == '-') {
            positive = in.next() == '+';
        }
        if (!isDigit(in.peek())) {
            throw notJson("a digit in the exponent");
        }
        long value = 0;
        while (isDigit(in.peek())) {
            value = Math.min(value * 10 + in.next() - '0', Integer.MAX_VALUE + 1L);
        }
        if (value > Integer.MAX_VALUE) {
            if (positive && significand != 0) {
                throw numberTooLarge();
            }
            return Integer.MIN_VALUE;
        }
        return Math.clamp(positive ? exponent + value : exponent - value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private void requireFinite(long significand, int exponent) {
        double value = unsignedToDouble(significand);
        if (exponent > 0 && value != 0 && (exponent > 308 || Double.isInfinite(value * POWERS_OF_TEN[exponent]))) {
            throw numberTooLarge();
        }
    }

    private static final double[] POWERS_OF_TEN = new double[309];

    static {
        for (int i = 0; i < POWERS_OF_TEN.length; i++) {
            POWERS_OF_TEN[i] = Double.parseDouble("1e" + i);
        }
    }

    private static double unsignedToDouble(long value) {
        // Halving keeps the lowest bit sticky, so that the conversion still rounds to nearest even.
        return value >= 0 ? value : 2.0 * (value >>> 1 | value & 1);
    }

    private static boolean overflows(long significand, int digit) {
        return Long.compareUnsigned(significand, 1844674407370955161L) > 0
                || significand == 1844674407370955161L && digit > 5;
    }

    private SafeTensorsException numberTooLarge() {
        return new SafeTensorsException(Reason.HEADER_NOT_JSON,
                "header: expected numbers within the range of a double, got a larger one before byte " + in.position() + inFile());
    }

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    // ---- strings

    /// Reads a key and the colon behind it, up to the value's first byte.
    private String key() {
        skipWhitespace();
        if (in.peek() != '"') {
            throw notJson("a key in double quotes");
        }
        String key = string();
        colon();
        return key;
    }

    private void skipKey() {
        skipWhitespace();
        if (in.peek() != '"') {
            throw notJson("a key in double quotes");
        }
        skipString();
        colon();
    }

    private void colon() {
        skipWhitespace();
        expect(':', "':'");
        skipWhitespace();
    }

    private String string() {
        textLength = 0;
        scanString(true);
        return new String(text, 0, textLength, StandardCharsets.UTF_8);
    }

    private void skipString() {
        scanString(false);
    }

    private void scanString(boolean kept) {
        in.next();
        while (true) {
            int b = in.next();
            if (b == '"') {
                break;
            }
            if (b == '\\') {
                int codePoint = escape();
                if (kept) {
                    appendUtf8(codePoint);
                }
            } else if (b < 0x20) {
                if (b != HeaderBytes.END) {
                    in.seek(in.position() - 1);
                }
                throw notJson("no control character in a string");
            } else if (kept) {
                append(b);
            }
        }
        if (kept) {
            keep(STRING_OVERHEAD);
        }
    }

    private int escape() {
        int b = in.next();
        return switch (b) {
            case '"', '\\', '/' -> b;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicodeEscape();
            default -> throw badEscape();
        };
    }

    private int unicodeEscape() {
        int unit = hex4();
        if (!Character.isSurrogate((char) unit)) {
            return unit;
        }
        if (Character.isLowSurrogate((char) unit) || in.next() != '\\' || in.next() != 'u') {
            throw badEscape();
        }
        int low = hex4();
        if (!Character.isLowSurrogate((char) low)) {
            throw badEscape();
        }
        return Character.toCodePoint((char) unit, (char) low);
    }

    private int hex4() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int b = in.next();
            // Character.digit would take other scripts' digits: bytes of a header are ASCII here or refused.
            int digit = b < 0x80 ? Character.digit(b, 16) : -1;
            if (digit < 0) {
                throw badEscape();
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private SafeTensorsException badEscape() {
        return new SafeTensorsException(Reason.HEADER_NOT_JSON,
                "header: expected a JSON escape (surrogates in pairs) in a string, got another before byte " + in.position()
                        + inFile());
    }

    private void appendUtf8(int codePoint) {
        if (codePoint < 0x80) {
            append(codePoint);
        } else if (codePoint < 0x800) {
            append(0xC0 | codePoint >> 6);
            append(0x80 | codePoint & 0x3F);
        } else if (codePoint < 0x10000) {
            append(0xE0 | codePoint >> 12);
            append(0x80 | codePoint >> 6 & 0x3F);
            append(0x80 | codePoint & 0x3F);
        } else {
            append(0xF0 | codePoint >> 18);
            append(0x80 | codePoint >> 12 & 0x3F);
            append(0x80 | codePoint >> 6 & 0x3F);
            append(0x80 | codePoint & 0x3F);
        }
    }

    private void append(int b) {
        if (textLength == text.length) {
            keep(text.length);
            text = Arrays.copyOf(text, textLength * 2);
        }
        text[textLength++] = (byte) b;
    }

    // ---- structure

    /// After an element: true at a comma, false at the closing bracket.
    private boolean another(char close) {
        skipWhitespace();
        int b = in.peek();
        if (b != ',' && b != close) {
            throw notJson("',' or '" + close + "'");
        }
        in.next();
        return b == ',';
    }

    private boolean skipIf(char close) {
        skipWhitespace();
        if (in.peek() != close) {
            return false;
        }
        in.next();
        return true;
    }

    private void expect(char wanted, String what) {
        if (in.peek() != wanted) {
            throw notJson(what);
        }
        in.next();
    }

    private void literal(String word) {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i), "'" + word + "'");
        }
    }

    private void skipWhitespace() {
        while (isWhitespace(in.peek())) {
            in.next();
        }
    }

    private static boolean isWhitespace(int b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    // ---- limits and errors

    private void keep(long bytes) {
        memory += bytes;
        if (memory > memoryLimit) {
            throw new SafeTensorsException(Reason.HEADER_NEEDS_TOO_MUCH_MEMORY,
                    "header: expected to need at most " + memoryLimit + " bytes of memory (half of the heap), got more at byte "
                            + in.position() + inFile());
        }
    }

    private SafeTensorsException notJson(String expected) {
        return new SafeTensorsException(Reason.HEADER_NOT_JSON,
                "header: expected " + expected + " at byte " + in.position() + ", got " + found() + inFile());
    }

    /// For a value of the wrong type; what is no value at all is not JSON.
    private SafeTensorsException wrongType(Reason reason, String what, String expected) {
        return switch (in.peek()) {
            case '{', '[', '"', 't', 'f', 'n', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
                    new SafeTensorsException(reason, what + ": expected " + expected + ", got " + found() + inFile());
            default -> notJson("a value");
        };
    }

    private SafeTensorsException invalidField(String tensor, String field, String expected, String got) {
        return new SafeTensorsException(Reason.INVALID_TENSOR_ENTRY,
                field + " of tensor " + Text.quote(tensor) + ": expected " + expected + ", got " + got + inFile());
    }

    private String found() {
        int b = in.peek();
        if (b == HeaderBytes.END) {
            return "the end of the header";
        }
        return b > 0x20 && b < 0x7F ? "'" + (char) b + "'" : "byte 0x%02X".formatted(b);
    }

    private String inFile() {
        return " (in " + file + ")";
    }
}
