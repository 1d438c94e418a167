package io.github.logitlens.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.fixtures.Bits;
import io.github.logitlens.fixtures.Values;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Multiply-add without the instruction gives its bits.
class FmaTest {

    private static final int TRIALS = 200_000;

    private static void assertSame(float a, float b, float c) {
        float expected = Math.fma(a, b, c);
        float actual = Fma.emulated(a, b, c);
        assertTrue(Bits.same(expected, actual), () -> "fma(" + Float.toHexString(a) + ", " + Float.toHexString(b) + ", "
                + Float.toHexString(c) + "): expected " + Float.toHexString(expected) + ", got " + Float.toHexString(actual));
    }

    @ParameterizedTest
    @EnumSource
    void anyValues(Values values) {
        Random random = new Random(values.ordinal());
        for (int trial = 0; trial < TRIALS; trial++) {
            assertSame(values.next(random), values.next(random), values.next(random));
        }
    }

    /// A product of half of the last place of `c`, or a hair more or less: where the sum is rounded twice, it goes wrong here.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"INFINITE", "NAN", "ANY"})
    void sumsInTheMiddleBetweenTwoFloatsAndBesideIt(Values values) {
        float[] nearOne = {1 - 0x1p-23f, 1 - 0x1p-24f, 1, 1, 1 + 0x1p-23f};
        Random random = new Random(values.ordinal());
        for (int trial = 0; trial < TRIALS; trial++) {
            float c = values.next(random);
            int half = Math.getExponent((double) Math.ulp(c)) - 1;
            float a = Math.scalb(nearOne[random.nextInt(nearOne.length)], half / 2);
            float b = Math.scalb(nearOne[random.nextInt(nearOne.length)], half - half / 2);
            assertSame(a, b, c);
            assertSame(-a, b, c);
        }
    }

    /// `c` is odd in its last place, the product a little less than half of that place: too little less for a double.
    @Test
    void aSumThatADoubleRoundsToTheMiddle() {
        float a = 1 + 0x1p-23f;
        float b = 0x1p-24f - 0x1p-47f;
        float c = 1 + 0x1p-23f;
        assertEquals(1 + 0x1p-22f, (float) ((double) a * b + c), "rounded twice");
        assertEquals(c, Fma.emulated(a, b, c));
        assertEquals(-c, Fma.emulated(-a, b, -c));
    }

    /// One that slips in costs nothing where the instruction is, and a minute where it is not.
    @Test
    void nothingElseCallsJavasOwn() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
            List<String> callers = sources.filter(path -> path.toString().endsWith(".java")).filter(FmaTest::callsJavasOwn)
                    .map(path -> path.getFileName().toString()).toList();
            assertEquals(List.of("Fma.java"), callers);
        }
    }

    private static boolean callsJavasOwn(Path source) {
        try {
            return Files.readString(source).contains("Math.fma(");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
