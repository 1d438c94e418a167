package io.github.logitlens.tools.view.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.tools.view.draw.ColourMap;
import io.github.logitlens.tools.view.draw.Drawing;
import io.github.logitlens.tools.view.draw.Ink;
import io.github.logitlens.tools.view.draw.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeatFigureTest {

    private static List<String> labels(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> name + i).toList();
    }

    private static HeatMap map(String name, double[]... values) {
        return HeatMap.of(name, labels("r", values.length), labels("c", values[0].length), values).axes("layer", "position");
    }

    private static HeatFigure signed(HeatMap... maps) {
        return HeatFigure.of("A figure", List.of(maps)).shows("Logit difference", "nats", Kind.SIGNED, Scale.LINEAR);
    }

    private static Map<String, Shape.Box> cells(Drawing drawing) {
        return drawing.shapes().stream().filter(Shape.Hint.class::isInstance).map(Shape.Hint.class::cast)
                .collect(Collectors.toMap(Shape.Hint::text, hint -> (Shape.Box) hint.shapes().getFirst()));
    }

    @Test
    void aCellHasTheColourOfItsNumberOnTheScaleOfAllMaps() {
        Map<String, Shape.Box> cells = cells(signed(map("a", new double[] {-1, 0}, new double[] {2, Double.NaN}),
                map("b", new double[] {4})).drawing());
        assertEquals(Map.of("a\nlayer r0, position c0: -1", ColourMap.DIVERGING.at(0.375), "a\nlayer r0, position c1: 0", ColourMap.DIVERGING.at(0.5),
                "a\nlayer r1, position c0: 2", ColourMap.DIVERGING.at(0.75), "a\nlayer r1, position c1: none", Ink.EMPTY,
                "b\nlayer r0, position c0: 4", ColourMap.DIVERGING.at(1)),
                cells.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().fill())));
    }

    @Test
    void theTriangleLeavesOutWhatAQueryDoesNotSee() {
        double[][] values = {{1, 9}, {0.5, 0.5}};
        Drawing drawing = HeatFigure.of("x", List.of(map("a", values).triangle())).drawing();
        assertEquals(3, cells(drawing).size());
        assertTrue(drawing.description().contains("from 0.500 to 1"), drawing.description());
    }

    @Test
    void rowsAreBelowAndColumnsBesideEachOther() {
        Map<String, Shape.Box> cells = cells(signed(map("a", new double[] {1, 2}, new double[] {3, 4})).drawing());
        Shape.Box first = cells.get("a\nlayer r0, position c0: 1");
        assertTrue(cells.get("a\nlayer r0, position c1: 2").x() >= first.x() + first.width());
        assertTrue(cells.get("a\nlayer r1, position c0: 3").y() >= first.y() + first.height());
    }

    private static Stream<Shape> flat(List<Shape> shapes) {
        return shapes.stream().flatMap(shape -> shape instanceof Shape.Hint hint ? flat(hint.shapes()) : Stream.of(shape));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 12, 12", "3, 12, 40", "1, 49, 1024", "144, 14, 14", "8, 3, 200", "2, 100, 2"})
    void everythingLiesWithinThePicture(int maps, int rows, int columns) {
        double[][] values = new double[rows][columns];
        Arrays.stream(values).forEach(row -> Arrays.setAll(row, i -> i % 7 - 3));
        Drawing drawing = signed(IntStream.range(0, maps).mapToObj(i -> map("L" + i, values).note("a note")).toArray(HeatMap[]::new)).drawing();
        assertEquals((long) maps * rows * columns, drawing.shapes().stream().filter(Shape.Hint.class::isInstance).count());
        flat(drawing.shapes()).forEach(shape -> {
            switch (shape) {
                case Shape.Box box -> assertTrue(box.x() >= 0 && box.y() >= 0 && box.width() > 0 && box.height() > 0
                        && box.x() + box.width() <= drawing.width() && box.y() + box.height() <= drawing.height(), box.toString());
                case Shape.Words words -> assertTrue(words.y() <= drawing.height() && words.x() <= drawing.width(), words.toString());
                default -> { }
            }
        });
    }

    @Test
    void marksAndNumbersAreDrawn() {
        Drawing drawing = signed(map("a", new double[] {1.5, -2.25}).numbers().mark(0, 1)).drawing();
        assertEquals(2, drawing.shapes().stream().filter(Shape.Frame.class::isInstance).count(), "a ring of two colours");
        List<String> words = flat(drawing.shapes()).filter(Shape.Words.class::isInstance).map(shape -> ((Shape.Words) shape).text()).toList();
        assertTrue(words.containsAll(List.of("1.500", "-2.250", "A figure", "layer ↓ position →", "c1", "r0")), words.toString());
        assertTrue(words.contains("Logit difference, nats, linear"), words.toString());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertEquals("heat map: expected numbers for 2 rows of 1, at least one of each, got 1 rows of [1]",
                assertThrows(IllegalArgumentException.class, () ->
                        HeatMap.of("", labels("r", 2), labels("c", 1), new double[][] {{1}})).getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> map("a", new double[] {1}).mark(0, 1));
        assertThrows(IllegalArgumentException.class, () -> HeatFigure.of("x", List.of()));
        assertEquals("scale log: expected numbers of at least 0, got -1 (Probability)",
                assertThrows(IllegalArgumentException.class, () -> HeatFigure.of("x", List.of(map("a", new double[] {-1, 1})))
                        .shows("Probability", "", Kind.PROBABILITY, Scale.LOG).drawing()).getMessage());
    }
}
