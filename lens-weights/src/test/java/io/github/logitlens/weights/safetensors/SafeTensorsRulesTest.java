package io.github.logitlens.weights.safetensors;

import static io.github.logitlens.weights.fixtures.TestFiles.entry;
import static io.github.logitlens.weights.fixtures.TestFiles.file;
import static io.github.logitlens.weights.fixtures.TestFiles.withField;
import static io.github.logitlens.weights.fixtures.TestFiles.withLength;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.weights.fixtures.TestFiles;
import io.github.logitlens.weights.safetensors.SafeTensorsException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of the format in the reference's order, on literal files.
class SafeTensorsRulesTest {

    private static SafeTensorsException refused(Reason reason, byte[] content) {
        SafeTensorsException e = assertThrows(SafeTensorsException.class, () -> TestFiles.open(content).close());
        assertEquals(reason, e.reason(), e.getMessage());
        assertTrue(e.getMessage().contains("test.safetensors"), e.getMessage());
        assertEquals(-1, e.getMessage().indexOf('\n'), e.getMessage());
        return e;
    }

    private static SafeTensorsException refused(Reason reason, String header, int dataBytes) {
        return refused(reason, file(header, dataBytes));
    }

    private static List<TensorInfo> accepted(String header, int dataBytes) {
        try (SafeTensors open = TestFiles.open(file(header, dataBytes))) {
            return open.tensors();
        }
    }

    @Nested
    class Length {

        @ParameterizedTest
        @ValueSource(ints = {0, 1, 7})
        void needsEightBytes(int size) {
            refused(Reason.HEADER_TOO_SMALL, new byte[size]);
        }

        @Test
        void emptyHeaderIsNoObject() {
            refused(Reason.HEADER_NOT_JSON, new byte[8]);
        }

        @ParameterizedTest
        @ValueSource(longs = {100_000_001L, 1L << 31, 1L << 32, (1L << 32) + 2, Long.MAX_VALUE, Long.MIN_VALUE, -8, -1})
        void isUnsignedAndLimitedBeforeTheFileSizeIsLookedAt(long length) {
            SafeTensorsException e = refused(Reason.HEADER_TOO_LARGE,
                    withLength(length, "{}".getBytes(StandardCharsets.UTF_8), new byte[0]));
            assertTrue(e.getMessage().contains(Long.toUnsignedString(length)), e.getMessage());
        }

        @ParameterizedTest
        @ValueSource(longs = {3, 100_000_000})
        void mustFitInTheFile(long length) {
            refused(Reason.INVALID_HEADER_LENGTH, withLength(length, "{}".getBytes(StandardCharsets.UTF_8),
                    new byte[0]));
        }
    }

    @Nested
    class Utf8 {

        @ParameterizedTest
        @CsvSource({"overlong slash, C0AF", "overlong NUL, C080", "overlong in three, E080AF",
            "overlong in four, F08080AF",
            "high surrogate, EDA080", "low surrogate, EDBFBF", "above U+10FFFF, F4908080", "five bytes, F888808080",
            "lone continuation, 80", "cut short, E282", "latin-1, E9", "FF, FF"})
        void isStrict(String what, String hex) {
            byte[] bad = HexFormat.of().parseHex(hex);
            String header = "{\"__metadata__\":{\"k\":\"" + new String(bad, StandardCharsets.ISO_8859_1) + "\"}}";
            refused(Reason.HEADER_NOT_UTF8, file(header.getBytes(StandardCharsets.ISO_8859_1), new byte[0]));
        }

        @Test
        void isCheckedBeforeJson() {
            refused(Reason.HEADER_NOT_UTF8, file(new byte[] {'x', (byte) 0xFF}, new byte[0]));
        }

        @Test
        void cutShortAtTheEnd() {
            refused(Reason.HEADER_NOT_UTF8, file(new byte[] {'{', '}', (byte) 0xF0, (byte) 0x9F, (byte) 0x98},
                    new byte[0]));
        }

        @ParameterizedTest
        @ValueSource(strings = {"\u0080", "\u07FF", "\u0800", "\uD7FF", "\uE000", "\uFFFF", "\uD800\uDC00",
            "\uDBFF\uDFFF", "\u007F"})
        void bordersAreAccepted(String text) {
            try (SafeTensors open = TestFiles.open(file("{\"__metadata__\":{\"k\":\"" + text + "\"}}", 0))) {
                assertEquals(Map.of("k", text), open.metadata());
            }
        }
    }

    @Nested
    class Json {

        @ParameterizedTest
        @ValueSource(strings = {"", "[]", "null", "1", "\"a\"", "{", "{}{}", "{},", "{}x", "{}\0", "\uFEFF{}",
            "{\"a\"}", "{\"a\":}", "{,}",
            "{a:1}", "{'a':1}", "// c\n{}", "{} // c", "\u00A0{}", "\u000B{}"})
        void mustBeOneObject(String header) {
            refused(Reason.HEADER_NOT_JSON, header, 0);
        }

        @ParameterizedTest
        @ValueSource(strings = {"01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "NaN", "Infinity", "-Infinity", "1_0",
            "00", "-01", "tru",
            "True", "nul", "'a'", "\"\t\"", "\"\u0000\"", "\"\u001F\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"",
            "\"\\uD800\"", "\"\\uDC00\"",
            "\"\\uD800\\u0041\"", "\"\\uD800x\"", "\"\\uDC00\\uD800\"", "\"abc", "[1,]", "[,1]", "[1 2]", "[1",
            "{\"a\":1,}", "{\"a\" 1}",
            "{\"a\":1 \"b\":2}", "{1:2}", "[}", "{]", "1e309", "1e999", "-1e999", "1e99999999999999999999", "123e400",
            "17976931348623159e292"})
        void isStrictWhereItIsIgnored(String value) {
            refused(Reason.HEADER_NOT_JSON, withField("\"x\":" + value), 1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"0", "-0", "1.0", "1E+2", "1e308", "1.7976931348623157e308", "0e999999999999",
            "-0.0e99999999999", "1e-999",
            "1e-99999999999999999999", "123456789012345678901234567890", "\"\"",
            "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"", "\"\u007F\"",
            "true", "false", "null", "[]", "{}", "[ ]", "{ }", "[[],{},[1,[2]]]",
            "{\"a\":{\"a\":[{\"b\":1}]},\"a\":2}", " [ 1 , 2 ] "})
        void unknownFieldsAreIgnored(String value) {
            assertEquals(1, accepted(withField("\"x\":" + value), 1).size());
        }

        @Test
        void longNumbersOverflowTheDoubleOnlyAbove309Digits() {
            accepted(withField("\"x\":" + "1".repeat(309)), 1);
            refused(Reason.HEADER_NOT_JSON, withField("\"x\":" + "1".repeat(310)), 1);
            accepted(withField("\"x\":" + "1".repeat(400) + "e-200"), 1);
            accepted(withField("\"x\":0." + "0".repeat(400) + "1e300"), 1);
        }

        @Test
        void nestingOf127IsTheLast() {
            // The header and the tensor are two of them.
            accepted(withField("\"x\":" + "[".repeat(125) + "]".repeat(125)), 1);
            refused(Reason.HEADER_TOO_DEEP, withField("\"x\":" + "[".repeat(126) + "]".repeat(126)), 1);
            String objects = "{\"a\":".repeat(125) + "1" + "}".repeat(125);
            accepted(withField("\"x\":" + objects), 1);
            refused(Reason.HEADER_TOO_DEEP, withField("\"x\":{\"a\":" + objects + "}"), 1);
        }

        @Test
        void nestingIsRefusedWhereverItIs() {
            String deep = "[".repeat(100_000);
            refused(Reason.HEADER_NOT_JSON, deep, 0);
            refused(Reason.HEADER_TOO_DEEP, "{\"a\":" + deep, 0);
            refused(Reason.HEADER_TOO_DEEP, "{\"__metadata__\":" + deep, 0);
            refused(Reason.HEADER_TOO_DEEP, "{\"t\":{\"shape\":" + deep, 0);
            refused(Reason.HEADER_TOO_DEEP, "{\"t\":" + "{\"a\":".repeat(100_000), 0);
        }

        @Test
        void isCheckedBeforeWhatItSays() {
            refused(Reason.HEADER_NOT_JSON, "{\"t\":{\"dtype\":\"F99\"}},", 0);
        }

        @Test
        void whiteSpaceAroundTheObjectIsAccepted() {
            accepted(" \t\r\n{ } \t\r\n", 0);
        }

        @Test
        void namesMayBeEscaped() {
            assertEquals("wte",
                    accepted("{\"\\u0077te\":{\"\\u0064type\":\"\\u00558\",\"shape\":[],\"data_offsets\":[0,1]}}", 1)
                    .getFirst().name());
        }
    }

    @Nested
    class Metadata {

        @Test
        void isAMapInOrder() {
            try (SafeTensors open = TestFiles.open(file("{\"__metadata__\":{\"b\":\"1\",\"a\":\"2\",\"\":\"\"}}", 0))) {
                assertEquals(List.of("b", "a", ""), List.copyOf(open.metadata().keySet()));
                assertThrows(UnsupportedOperationException.class, () -> open.metadata().put("c", "3"));
            }
        }

        @Test
        void nullIsAnEmptyMap() {
            try (SafeTensors open = TestFiles.open(file("{\"__metadata__\":null}", 0))) {
                assertEquals(Map.of(), open.metadata());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"[]", "1", "\"a\"", "true", "{\"a\":1}", "{\"a\":null}", "{\"a\":[]}", "{\"a\":{}}",
            "{\"a\":\"b\",\"c\":2.5}"})
        void otherValuesAreRefused(String value) {
            refused(Reason.INVALID_METADATA, "{\"__metadata__\":" + value + "}", 0);
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "null"})
        void twiceIsRefused(String value) {
            refused(Reason.INVALID_METADATA, "{\"__metadata__\":" + value + ",\"\\u005f_metadata__\":{}}", 0);
        }

        @Test
        void aKeyTwiceKeepsTheLast() {
            try (SafeTensors open = TestFiles.open(file("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0))) {
                assertEquals(Map.of("a", "2"), open.metadata());
            }
        }
    }

    @Nested
    class Entries {

        @ParameterizedTest
        @ValueSource(strings = {"{}", "null", "1", "\"a\"", "[]", "[\"F32\",[1],[0,4]]",
            "{\"shape\":[1],\"data_offsets\":[0,4]}", "{\"dtype\":\"F32\",\"data_offsets\":[0,4]}",
                    "{\"dtype\":\"F32\",\"shape\":[1]}",
            "{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}",
            "{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}",
            "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"data_offsets\":[0,4]}",
            "{\"dtype\":{\"F32\":null},\"shape\":[1],\"data_offsets\":[0,4]}",
            "{\"dtype\":null,\"shape\":[1],\"data_offsets\":[0,4]}",
            "{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}",
            "{\"dtype\":\"F32\",\"shape\":null,\"data_offsets\":[0,4]}",
            "{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}",
            "{\"dtype\":\"F32\",\"shape\":{},\"data_offsets\":[0,4]}",
            "{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}",
            "{\"dtype\":\"F32\",\"shape\":[[1]],\"data_offsets\":[0,4]}",
            "{\"dtype\":\"F32\",\"shape\":[null],\"data_offsets\":[0,4]}",
            "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[]}",
            "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}",
            "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}",
            "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":{\"0\":4}}",
            "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":null}"})
        void needTheThreeFieldsOnceAndOfTheirType(String value) {
            refused(Reason.INVALID_TENSOR_ENTRY, "{\"t\":" + value + "}", 4);
        }

        @ParameterizedTest
        @ValueSource(strings = {"-1", "-0", "1.0", "1e0", "18446744073709551616", "1E1"})
        void numbersAreUnsignedIntegers(String number) {
            refused(Reason.INVALID_TENSOR_ENTRY, "{\"t\":{\"dtype\":\"U8\",\"shape\":[" + number
                    + "],\"data_offsets\":[0,1]}}", 1);
            refused(Reason.INVALID_TENSOR_ENTRY, "{\"t\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0," + number
                    + "]}}", 1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"f32", "F32 ", "", "FLOAT32", "F8_E4M3FN", "F128", "__metadata__", "BF16\\u0000"})
        void dtypesAreSpelledExactly(String dtype) {
            refused(Reason.UNKNOWN_DTYPE, "{" + entry("t", dtype, "[1]", 0, 4) + "}", 4);
        }

        @ParameterizedTest
        @EnumSource
        void everyDtypeHasItsSize(DType dtype) {
            // Eight elements are whole bytes for all of them.
            assertEquals(dtype, accepted("{" + entry("t", dtype.name(), "[2,4]", 0, dtype.bits()) + "}",
                    dtype.bits()).getFirst().dtype());
            refused(Reason.SIZE_MISMATCH, "{" + entry("t", dtype.name(), "[2,4]", 0, dtype.bits() + 1) + "}",
                    dtype.bits() + 1);
        }

        @Test
        void aNameTwiceIsRefused() {
            refused(Reason.DUPLICATE_TENSOR, "{" + entry("t", "U8", "[1]", 0, 1) + "," + entry("t", "U8", "[1]", 1, 2)
                    + "}", 2);
            refused(Reason.DUPLICATE_TENSOR, "{" + entry("t", "U8", "[1]", 0, 1) + "," + entry("\\u0074", "U8", "[1]",
                    0, 1) + "}", 1);
        }

        @Test
        void namesAreFree() {
            for (String name : List.of("", " ", "../../etc/passwd", "\\u0000", "\\n", "data_offsets", "\uD83D\uDE00",
                    "x".repeat(70_000))) {
                assertEquals(1, accepted("{" + entry(name, "U8", "[1]", 0, 1) + "}", 1).size());
            }
        }

        @Test
        void messagesHoldNoControlCharactersAndNoNovels() {
            String name = "\\u001b[31m\\n\u202E" + "x".repeat(100_000);
            SafeTensorsException e = refused(Reason.UNKNOWN_DTYPE, "{" + entry(name, "F9", "[1]", 0, 1) + "}", 1);
            assertTrue(e.getMessage().length() < 400, e.getMessage());
            assertEquals(0, e.getMessage().chars().filter(c -> Character.isISOControl(c) || c == 0x202E).count(),
                    e.getMessage());
        }
    }

    @Nested
    class Offsets {

        @Test
        void liesInTheOrderOfTheBytes() {
            List<TensorInfo> tensors = accepted("{" + entry("b", "U8", "[2]", 1, 3) + "," + entry("a", "U8", "[1]", 0,
                    1) + "}", 3);
            assertEquals(List.of("a", "b"), tensors.stream().map(TensorInfo::name).toList());
            assertThrows(UnsupportedOperationException.class, () -> tensors.remove(0));
        }

        @ParameterizedTest
        @CsvSource({"does not begin at 0, 1, 2, 2, 3", "hole, 0, 1, 2, 3", "overlap, 0, 2, 1, 3", "alias, 0, 3, 0, 3",
            "backwards, 0, 3, 3, 0",
            "inside, 0, 3, 1, 2"})
        void everyByteOnce(String what, long begin1, long end1, long begin2, long end2) {
            refused(Reason.INVALID_OFFSETS, "{" + entry("a", "U8", "[" + Math.abs(end1 - begin1) + "]", begin1, end1)
                    + ","
                    + entry("b", "U8", "[" + Math.abs(end2 - begin2) + "]", begin2, end2) + "}", 3);
        }

        @Test
        void twoThousandAliasesAreRefused() {
            StringBuilder header = new StringBuilder("{");
            for (int i = 0; i < 2000; i++) {
                header.append(i == 0 ? "" : ",").append(entry("t" + i, "U8", "[1000]", 0, 1000));
            }
            refused(Reason.INVALID_OFFSETS, header + "}", 1000);
        }

        @Test
        void emptyTensorsSitAtBoundariesOnly() {
            String two = entry("a", "U8", "[1]", 0, 1) + "," + entry("b", "U8", "[1]", 1, 2);
            for (int at = 0; at <= 2; at++) {
                accepted("{" + two + "," + entry("e", "F32", "[0]", at, at) + "," + entry("f", "F32", "[3,0]", at, at)
                        + "}", 2);
            }
            refused(Reason.INVALID_OFFSETS,
                    "{" + entry("a", "U8", "[2]", 0, 2) + "," + entry("e", "F32", "[0]", 1, 1) + "}", 2);
            refused(Reason.INVALID_OFFSETS, "{" + entry("e", "F32", "[0]", 9, 9) + "}", 0);
        }

        @Test
        void mustCoverTheFile() {
            refused(Reason.FILE_SIZE_MISMATCH, "{" + entry("a", "U8", "[2]", 0, 2) + "}", 1);
            refused(Reason.FILE_SIZE_MISMATCH, "{" + entry("a", "U8", "[2]", 0, 2) + "}", 3);
            refused(Reason.FILE_SIZE_MISMATCH, "{}", 1);
            accepted("{}", 0);
        }

        @ParameterizedTest
        @ValueSource(strings = {"9223372036854775807", "9223372036854775808", "18446744073709551615"})
        void endsBeyondAllFilesAreRefused(String end) {
            String header = "{\"t\":{\"dtype\":\"U8\",\"shape\":[" + end + "],\"data_offsets\":[0," + end + "]}}";
            // A shape of more than 2^61 bytes overflows in bits, whatever the file's size.
            refused(Reason.SIZE_OVERFLOW, header, 1);
        }

        @Test
        void sumsOfClaimsDoNotWrap() {
            StringBuilder header = new StringBuilder("{");
            long size = (1L << 61) - 1; // the largest whose bits fit
            for (int i = 0; i < 9; i++) {
                header.append(i == 0 ? "" : ",").append("\"t" + i + "\":{\"dtype\":\"U8\",\"shape\":[" + size
                        + "],\"data_offsets\":["
                        + Long.toUnsignedString(i * size) + "," + Long.toUnsignedString((i + 1) * size) + "]}");
            }
            refused(Reason.INVALID_OFFSETS, header + "}", 1); // the last claim's end has wrapped
        }

        @Test
        void aTerabyteClaimedAllocatesNothing() {
            refused(Reason.FILE_SIZE_MISMATCH, "{" + entry("t", "F32", "[274877906944]", 0, 1L << 40) + "}", 100);
        }
    }

    @Nested
    class Sizes {

        @ParameterizedTest
        @ValueSource(strings = {"[9223372036854775808,2]", "[4294967296,4294967296]", "[9223372036854775808,4,0]",
            "[18446744073709551615,18446744073709551615]", "[4611686018427387905]", "[4294967296,4294967297]"})
        void overflowIsSeenFromTheLeft(String shape) {
            refused(Reason.SIZE_OVERFLOW, "{" + entry("t", "F32", shape, 0, 4) + "}", 4);
        }

        @ParameterizedTest
        @ValueSource(strings = {"[0,18446744073709551615]", "[18446744073709551615,0]", "[0,9223372036854775808,4]"})
        void zeroTimesAnythingIsEmpty(String shape) {
            TensorInfo tensor = accepted("{" + entry("t", "U8", shape, 0, 0) + "}", 0).getFirst();
            assertEquals(0, tensor.elementCount());
            assertEquals(shape.replace(",", ", "), tensor.shape().toString());
        }

        @ParameterizedTest
        @ValueSource(strings = {"[4294967312]", "[4295032832]", "[65536,65537]"})
        void dimensionsAreNotCutTo32Bits(String shape) {
            refused(Reason.SIZE_MISMATCH, "{" + entry("t", "U8", shape, 0, 16) + "}", 16);
        }

        @Test
        void subByteTypesFillWholeBytes() {
            accepted("{" + entry("t", "F4", "[2]", 0, 1) + "}", 1);
            accepted("{" + entry("t", "F6_E2M3", "[4]", 0, 3) + "}", 3);
            refused(Reason.PARTIAL_BYTE, "{" + entry("t", "F4", "[3]", 0, 2) + "}", 2);
            refused(Reason.PARTIAL_BYTE, "{" + entry("t", "F6_E3M2", "[]", 0, 1) + "}", 1);
        }

        @Test
        void scalarsHaveOneElement() {
            TensorInfo tensor = accepted("{" + entry("t", "F64", "[]", 0, 8) + "}", 8).getFirst();
            assertEquals(List.of(), tensor.shape());
            assertEquals(1, tensor.elementCount());
        }

        @Test
        void anyRank() {
            String shape = "[" + "1,".repeat(9_999) + "1]";
            assertEquals(10_000, accepted("{" + entry("t", "U8", shape, 0, 1) + "}", 1).getFirst().shape().size());
        }

        @Test
        void bothSizesAreInTheMessage() {
            SafeTensorsException e = refused(Reason.SIZE_MISMATCH, "{" + entry("wte", "F16", "[3,5]", 0, 60) + "}", 60);
            assertEquals("tensor 'wte': expected 30 bytes for F16 [3, 5], got 60 (in test.safetensors)",
                    e.getMessage());
        }
    }
}
