package io.github.logitlens.weights.internal.text;

import java.nio.charset.StandardCharsets;

/// Reads JSON byte by byte, without recursion, as strictly as the parser of the safetensors reference (serde_json): no
/// lone surrogates, no number above the largest double, at most 127 containers deep.
public final class JsonScanner {

    private static final int MAX_DEPTH = 127;

    private final JsonBytes in;

    /// The containers that are open around the value being skipped: true for objects.
    private final boolean[] open = new boolean[MAX_DEPTH + 1];

    /// The characters of the string being read, in UTF-8.
    private byte[] text = new byte[256];
    private int textLength;
    private int textLimit;

    private long integer;

    /// `in` is valid UTF-8.
    public JsonScanner(JsonBytes in) {
        this.in = in;
    }

    /// Checks that everything is one JSON object, and goes back to its first byte. After this nothing else here throws.
    public void requireOneObject() {
        in.seek(0);
        in.skipWhitespace();
        int start = in.position();
        if (in.peek() != '{') {
            throw notJson("an object");
        }
        skipValue();
        in.skipWhitespace();
        if (in.peek() != JsonBytes.END) {
            throw notJson("the end");
        }
        in.seek(start);
    }

    /// Skips any value, checking its grammar.
    public void skipValue() {
        int depth = 0;
        while (true) {
            in.skipWhitespace();
            switch (in.peek()) {
                case '{', '[' -> {
                    boolean object = in.next() == '{';
                    if (++depth > MAX_DEPTH) {
                        throw new JsonException("expected at most " + MAX_DEPTH
                                + " nested arrays and objects, got more at byte "
                                + (in.position() - 1), true);
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
            while (depth > 0 && !another(open[depth] ? '}' : ']')) {
                depth--;
            }
            if (depth == 0) {
                return;
            }
            if (open[depth]) {
                skipKey();
            }
        }
    }

    /// Reads a number; true if it is an unsigned 64-bit integer, which [#integer()] then has. Any other must still be
    /// one that serde_json accepts, with its arithmetic: digits beyond 64 bits only move the exponent.
    public boolean number() {
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

    /// The value of the last number for which [#number()] was true; unsigned.
    public long integer() {
        return integer;
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
        if (exponent <= 0 || value == 0) {
            return;
        }
        if (exponent > 308 || Double.isInfinite(value * Double.parseDouble("1e" + exponent))) {
            throw numberTooLarge();
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

    private JsonException numberTooLarge() {
        return new JsonException("expected numbers within the range of a double, got a larger one before byte "
                + in.position(), false);
    }

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    /// Reads a key, of which the quote comes next but for white space, and the colon behind it, up to the value's first
    /// byte.
    public String key(int limit) {
        in.skipWhitespace();
        String key = string(limit);
        colon();
        return key;
    }

    private void skipKey() {
        in.skipWhitespace();
        if (in.peek() != '"') {
            throw notJson("a key in double quotes");
        }
        skipString();
        colon();
    }

    private void colon() {
        in.skipWhitespace();
        expect(':', "':'");
        in.skipWhitespace();
    }

    /// Reads a string, of which the quote comes next. One that takes more than `limit` bytes in UTF-8 is cut there:
    /// whoever compares it with known names needs no more.
    public String string(int limit) {
        if (text.length < limit) {
            text = new byte[limit];
        }
        int length = scanString(limit);
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }

    /// How many bytes the string takes, of which the quote comes next after white space; at least as many as its text
    /// does.
    public int stringLength() {
        in.skipWhitespace();
        int start = in.position();
        skipString();
        int length = in.position() - start;
        in.seek(start);
        return length;
    }

    private void skipString() {
        scanString(0);
    }

    /// Reads a string and puts up to `limit` bytes of it into [#text]; returns their number.
    private int scanString(int limit) {
        textLength = 0;
        textLimit = limit;
        in.next();
        while (true) {
            int b = in.next();
            if (b == '"') {
                return textLength;
            }
            if (b == '\\') {
                appendUtf8(escape());
            } else if (b < 0x20) {
                if (b != JsonBytes.END) {
                    in.seek(in.position() - 1);
                }
                throw notJson("no control character in a string");
            } else {
                append(b);
            }
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
            int digit = b < 0x80 ? Character.digit(b, 16) : -1; // bytes from 0x80 on are no characters of their own
            if (digit < 0) {
                throw badEscape();
            }
            value = value << 4 | digit;
        }
        return value;
    }

    private JsonException badEscape() {
        return new JsonException(
                "expected a JSON escape (surrogates in pairs), got another before byte " + in.position(), false);
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
        if (textLength < textLimit) {
            text[textLength++] = (byte) b;
        }
    }

    /// After an element: true at a comma, false at the closing bracket.
    public boolean another(char close) {
        in.skipWhitespace();
        int b = in.peek();
        if (b != ',' && b != close) {
            throw notJson("',' or '" + close + "'");
        }
        in.next();
        return b == ',';
    }

    /// Whether `close` comes next, which is then skipped.
    public boolean skipIf(char close) {
        in.skipWhitespace();
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

    public void literal(String word) {
        for (int i = 0; i < word.length(); i++) {
            expect(word.charAt(i), "'" + word + "'");
        }
    }

    private JsonException notJson(String expected) {
        return new JsonException("expected " + expected + " at byte " + in.position() + ", got " + found(), false);
    }

    /// The next byte, for messages.
    public String found() {
        int b = in.peek();
        if (b == JsonBytes.END) {
            return "the end";
        }
        return b > 0x20 && b < 0x7F ? "'" + (char) b + "'" : "byte 0x%02X".formatted(b);
    }
}
