package io.github.logitlens.tools.view.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.LensOptions;
import io.github.logitlens.tools.view.draw.ColourMap;
import io.github.logitlens.tools.view.draw.Ink;
import io.github.logitlens.tools.view.draw.Rgb;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ColoursTest {

    /// Entries of the published table of 256, most of which are not among the knots.
    @ParameterizedTest
    @CsvSource({"0, 440154", "1, 440256", "32, 472d7b", "64, 3b528b", "101, 2a778e", "128, 21918c", "192, 5ec962",
        "223, aadc32", "255, fde725"})
    void viridisIsThePublishedOne(int entry, String hex) {
        Rgb published = Rgb.parse(hex);
        Rgb ours = ColourMap.SEQUENTIAL.at(entry / 255.0);
        assertTrue(Math.abs(published.red() - ours.red()) <= 1 && Math.abs(published.green() - ours.green()) <= 1
                && Math.abs(published.blue() - ours.blue()) <= 1, published + " " + ours);
    }

    @Test
    void lightnessOnlyGrows() {
        List<Double> luminance = IntStream.rangeClosed(0, 1000).mapToObj(i -> ColourMap.SEQUENTIAL.at(i / 1000.0).luminance()).toList();
        IntStream.range(1, luminance.size())
                .forEach(i -> assertTrue(luminance.get(i) >= luminance.get(i - 1) - 0.002, "at " + i));
    }

    @Test
    void inkIsReadableOnEveryColour() {
        for (int i = 0; i <= 1000; i++) {
            Rgb colour = ColourMap.SEQUENTIAL.at(i / 1000.0);
            assertTrue(colour.contrast(colour.ink()) >= 4.5, colour.toString());
        }
    }

    @Test
    void theDivergingMapDarkensAlikeFromItsMiddle() {
        double before = ColourMap.DIVERGING.at(0.5).luminance();
        for (int i = 1; i <= 500; i++) {
            Rgb below = ColourMap.DIVERGING.at(0.5 - i / 1000.0);
            Rgb above = ColourMap.DIVERGING.at(0.5 + i / 1000.0);
            double darker = Math.max(below.luminance(), above.luminance());
            assertTrue(darker <= before + 0.002, "at " + i);
            assertEquals(below.luminance(), above.luminance(), 0.11, "at " + i);
            assertTrue(below.contrast(below.ink()) >= 4.5 && above.contrast(above.ink()) >= 4.5, below + " " + above);
            before = darker;
        }
        // Blue and orange lie on the axis that red-green blindness leaves alone.
        assertTrue(ColourMap.DIVERGING.at(0).blue() > ColourMap.DIVERGING.at(0).red() + 100);
        assertTrue(ColourMap.DIVERGING.at(1).red() > ColourMap.DIVERGING.at(1).blue() + 100);
    }

    @Test
    void textIsReadableOnBothGrounds() {
        for (boolean dark : new boolean[] {false, true}) {
            for (Ink ink : Ink.values()) {
                double contrast = ink.in(dark).contrast(Ink.GROUND.in(dark));
                double least = switch (ink) {
                    case GROUND, EMPTY, RULE -> 1;
                    default -> 4.5;
                };
                assertTrue(contrast >= least, ink + " on " + (dark ? "dark: " : "light: ") + contrast);
            }
            assertTrue(Ink.TEXT.in(dark).contrast(Ink.EMPTY.in(dark)) >= 4.5);
        }
    }

    @Test
    void zeroIsTheMiddleOfNumbersWithASign() {
        ColourScale scale = scale("logitDifference", Scale.LINEAR, -1, 4, Double.NaN);
        assertEquals(List.of(-4.0, 4.0), List.of(scale.low(), scale.high()));
        assertEquals(List.of(0.0, 0.5, 0.625, 1.0), List.of(scale.place(-4), scale.place(0), scale.place(1), scale.place(9)));
        double[] values = IntStream.rangeClosed(-100, 100).mapToDouble(i -> i).toArray();
        values[0] = -1e9;
        ColourScale clipped = scale("logitDifference", Scale.CLIP, values);
        assertEquals(List.of(-95.0, 95.0), List.of(clipped.low(), clipped.high()));
    }

    @Test
    void contrastIsThatOfTheGuideline() {
        assertEquals(21, Rgb.BLACK.contrast(Rgb.WHITE), 1e-9);
        assertEquals(4.54, Rgb.WHITE.contrast(Rgb.parse("767676")), 0.005);
    }

    private static Rgb xterm(int index) {
        List<Rgb> sixteen = List.of(new Rgb(0, 0, 0), new Rgb(205, 0, 0), new Rgb(0, 205, 0), new Rgb(205, 205, 0),
                new Rgb(0, 0, 238), new Rgb(205, 0, 205), new Rgb(0, 205, 205), new Rgb(229, 229, 229), new Rgb(127, 127, 127),
                new Rgb(255, 0, 0), new Rgb(0, 255, 0), new Rgb(255, 255, 0), new Rgb(92, 92, 255), new Rgb(255, 0, 255),
                new Rgb(0, 255, 255), new Rgb(255, 255, 255));
        if (index < 16) {
            return sixteen.get(index);
        }
        int[] steps = {0, 95, 135, 175, 215, 255};
        int cube = index - 16;
        return new Rgb(steps[cube / 36], steps[cube / 6 % 6], steps[cube % 6]);
    }

    /// Ink and ground of an escape sequence, as xterm shows them.
    private static List<Rgb> shown(String escape) {
        Matcher all = Pattern.compile("\u001b\\[38;2;(\\d+);(\\d+);(\\d+);48;2;(\\d+);(\\d+);(\\d+)m").matcher(escape);
        if (all.matches()) {
            int[] n = IntStream.rangeClosed(1, 6).map(i -> Integer.parseInt(all.group(i))).toArray();
            return List.of(new Rgb(n[0], n[1], n[2]), new Rgb(n[3], n[4], n[5]));
        }
        Matcher few = Pattern.compile("\u001b\\[(30|97);(?:(4\\d|10\\d)|48;5;(\\d+))m").matcher(escape);
        assertTrue(few.matches(), escape.replace('\u001b', '^'));
        int ground = few.group(3) != null
                ? Integer.parseInt(few.group(3))
                : Integer.parseInt(few.group(2)) - (few.group(2).startsWith("10") ? 92 : 40);
        return List.of(xterm(few.group(1).equals("30") ? 0 : 15), xterm(ground));
    }

    @ParameterizedTest
    @EnumSource(value = ColourDepth.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void everyDepthGrowsLighterAndStaysReadable(ColourDepth depth) {
        double before = -1;
        for (int i = 0; i <= 200; i++) {
            List<Rgb> shown = shown(depth.paint(i / 200.0, ColourMap.SEQUENTIAL));
            assertTrue(shown.get(0).contrast(shown.get(1)) >= 4.0, shown.toString());
            assertTrue(shown.get(1).luminance() >= before - 0.04, i + ": " + shown);
            before = shown.get(1).luminance();
        }
        assertTrue(before > 0.6, "the brightest is not bright: " + before);
    }

    @Test
    void noDepthMeansNoEscape() {
        assertEquals("x", ColourDepth.NONE.painted("x", 0.5, ColourMap.SEQUENTIAL));
        assertEquals("x", ColourDepth.TRUE_COLOUR.painted("x", Double.NaN, ColourMap.SEQUENTIAL));
        assertEquals("x", ColourDepth.NONE.bold(ColourDepth.NONE.faint("x")));
    }

    private static ColourScale scale(String metric, Scale scale, double... values) {
        return ColourScale.of(Quantity.named(metric, LensOptions.defaults().track(" x").versus(" y")), scale, values);
    }

    @Test
    void linearRunsFromLowestToHighest() {
        ColourScale scale = scale("residualNorm", Scale.LINEAR, 3, 1, Double.NaN, 5, Double.POSITIVE_INFINITY);
        assertEquals(List.of(0.0, 0.5, 1.0, 1.0), List.of(scale.place(1), scale.place(3), scale.place(5), scale.place(9)));
        assertTrue(Double.isNaN(scale.place(Double.NaN)));
    }

    @Test
    void probabilitiesAlwaysRunFromZeroToOne() {
        assertEquals(0.25, scale("probability", Scale.LINEAR, 0.25, 0.3).place(0.25));
        assertEquals(0.25, scale("tracked.probability", Scale.LINEAR, 0.25, 0.3).place(0.25));
    }

    @Test
    void logRunsInEqualFactorsDownToATenThousandth() {
        ColourScale scale = scale("residualNorm", Scale.LOG, 0, 1e-9, 0.1, 10);
        assertEquals(1e-3, scale.low(), 1e-15);
        assertEquals(List.of(0.0, 0.0, 1.0), List.of(scale.place(0), scale.place(1e-9), scale.place(10)));
        assertEquals(0.5, scale.place(0.1), 1e-12);
    }

    @Test
    void logOfANegativeNumberIsRefused() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> scale("logit", Scale.LOG, 1, -2.5));
        assertEquals("scale log: expected numbers of at least 0, got -2.500 (Logit)", e.getMessage());
    }

    @Test
    void clipLeavesOutTheTails() {
        double[] values = IntStream.rangeClosed(0, 100).mapToDouble(i -> i).toArray();
        values[100] = 1e9;
        ColourScale scale = scale("residualNorm", Scale.CLIP, values);
        assertEquals(List.of(5.0, 95.0), List.of(scale.low(), scale.high()));
        assertEquals(List.of(0.0, 0.5, 1.0), List.of(scale.place(1), scale.place(50), scale.place(1e9)));
    }

    @Test
    void rankOneIsTheBrightest() {
        ColourScale scale = scale("rank", Scale.LOG, 100, 10_000);
        assertEquals(List.of(1.0, 0.5, 0.0), List.of(scale.place(1), scale.place(100), scale.place(10_000)));
        assertEquals(List.of(10_000.0, 1.0), List.of(scale.darkest(), scale.brightest()));
    }

    @Test
    void theNearestIsTheBrightest() {
        for (String metric : List.of("entropy", "klToFinal", "klFromFinal", "jsd", "totalVariation", "surprisal", "surprisalBits")) {
            ColourScale scale = scale(metric, Scale.LINEAR, 0, 1, 4);
            assertEquals(List.of(1.0, 0.75, 0.0), List.of(scale.place(0), scale.place(1), scale.place(4)), metric);
            assertEquals(List.of(4.0, 0.0), List.of(scale.darkest(), scale.brightest()));
        }
    }

    @Test
    void oneNumberAloneIsInTheMiddle() {
        assertEquals(0.5, scale("entropy", Scale.LINEAR, 2, 2).place(2));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "0.9523, 0.952", "0.00000213, 2.1e-06", "-35.119, -35.12", "50257, 50257", "1e9, 1.00e+09",
        "NaN, none", "Infinity, ∞", "-Infinity, -∞"})
    void figuresAreShort(double value, String figure) {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertEquals(figure, ShortNumber.of(value, false));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void barsAreExactToAnEighth() {
        assertEquals("          ", Blocks.bar(0, 10));
        assertEquals("▏         ", Blocks.bar(0.0125, 10));
        assertEquals("█████     ", Blocks.bar(0.5, 10));
        assertEquals("██████████", Blocks.bar(1, 10));
        assertEquals("▁▄█ ", Blocks.heights(0, 0.45, 1, Double.NaN));
    }
}
