package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logitlens.fixtures.Golden;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// tuned-lens' hash of an unembedding. The texts are what NumPy 1.24.2 prints.
class UnembeddingHashTest {

    static List<String> fixtures() {
        return Golden.TINY;
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void aModelHasTheHashThatPythonMakes(String name) {
        try (LogitLens lens = LogitLens.open(Golden.folder(name))) {
            assertEquals(Golden.lenses().entry("unembed_hash", name).textValue(), UnembeddingHash.of(lens.model().unembedding()));
        }
    }

    private static String text(float[]... rows) {
        return UnembeddingHash.text(rows.length, rows[0].length, row -> rows[row]);
    }

    @Test
    void tiesGoToTheEvenDigitOfTheExactValue() {
        assertEquals("""
                [[ 0.1 -1.2  0.2]
                 [ 0.2  0.1 -0. ]
                 [12.   0.3 -0. ]]""", text(new float[] {0.05f, -1.25f, 0.25f}, new float[] {0.15f, 0.06f, -0.04f},
                new float[] {12, 0.35f, -0.0f}));
    }

    @Test
    void magnitudesFarApartHaveExponents() {
        assertEquals("""
                [[ 4.2e-04 -1.2e+00  5.0e-01]
                 [ 1.5e-01  4.0e-02 -4.0e-02]]""", text(new float[] {0.00042f, -1.25f, 0.5f}, new float[] {0.15f, 0.04f, -0.04f}));
        assertEquals("[[2.e+03 1.e+00 0.e+00]]", text(new float[] {2000, 1, 0}));
        assertEquals("[[ 1.e+06  1.e+00 -0.e+00]]", text(new float[] {9.96e5f, 1, -0.0f}));
    }

    @Test
    void ofMoreThanAThousandElementsTheMiddleIsLeftOut() {
        assertEquals("""
                [[  1.    1.1   1.2 ...   4.4   4.5   4.6]
                 [  4.8   4.9   5.  ...   8.1   8.2   8.4]
                 [  8.5   8.6   8.8 ...  11.9  12.   12.1]
                 ...
                 [139.8 139.9 140.  ... 143.1 143.2 143.4]
                 [143.5 143.6 143.8 ... 146.9 147.  147.1]
                 [147.2 147.4 147.5 ... 150.6 150.8 150.9]]""", UnembeddingHash.text(40, 30, row -> {
            float[] values = new float[30];
            for (int i = 0; i < values.length; i++) {
                values[i] = (row * 30 + i) / 8f + 1;
            }
            return values;
        }));
    }

    @Test
    void fewColumnsAreAllThere() {
        assertEquals("""
                [[0.0e+00 1.4e-01 2.9e-01]
                 [4.3e-01 5.7e-01 7.1e-01]
                 [8.6e-01 1.0e+00 1.1e+00]
                 ...
                 [1.7e+02 1.7e+02 1.7e+02]
                 [1.7e+02 1.7e+02 1.7e+02]
                 [1.7e+02 1.7e+02 1.7e+02]]""", UnembeddingHash.text(400, 3, row ->
                new float[] {3 * row / 7f, (3 * row + 1) / 7f, (3 * row + 2) / 7f}));
    }

    @Test
    void aLongLineIsBroken() {
        float[] values = new float[40];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        assertEquals("""
                [[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.
                  18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29. 30. 31. 32. 33. 34. 35.
                  36. 37. 38. 39.]]""", text(values));
    }
}
