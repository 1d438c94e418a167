package io.github.logitlens.tools.view.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.LayerNormMode;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.tools.view.RandomModel;
import io.github.logitlens.internal.view.SafeText;
import io.github.logitlens.tools.view.draw.Theme;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class GridPictureTest {

    private static final GridChoice ENTROPY = new GridChoice(Quantity.named("entropy", LensOptions.defaults()), Scale.LINEAR, 1, false);

    @TempDir
    private static Path dir;

    private static LogitLens lens;

    @BeforeAll
    static void open() throws IOException {
        lens = LogitLens.open(RandomModel.write(dir.resolve("random")).toString());
    }

    @AfterAll
    static void close() {
        lens.close();
    }

    private static Document parsed(LensResult result, GridChoice choice) throws Exception {
        StringWriter out = new StringWriter();
        GridPicture.of(result, choice).writeSvg(Theme.AUTO, out);
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new InputSource(new StringReader(out.toString())));
    }

    private static List<Element> elements(Element within, String name) {
        NodeList nodes = within.getElementsByTagNameNS("http://www.w3.org/2000/svg", name);
        return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
    }

    static Iterable<String> prompts() {
        return Prompts.ALL.values();
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void hasACellForEachPointAndPositionWithItsTokenAsText(String prompt) throws Exception {
        LensResult result = lens.run(prompt, LensOptions.defaults().topK(1));
        Element svg = parsed(result, ENTROPY).getDocumentElement();
        List<String> expected = new ArrayList<>();
        for (LensPoint point : result.points()) {
            for (int position : result.positions()) {
                expected.add(point.label() + ", position " + position + ": "
                        + SafeText.cut(result.top(point, position).getFirst().token().display(), 9));
            }
        }
        List<String> drawn = new ArrayList<>();
        for (Element cell : elements(svg, "g")) {
            String place = elements(cell, "title").getFirst().getTextContent().replaceAll("(?s), after .*", "");
            drawn.add(place + ": " + SafeText.cut(elements(cell, "text").getFirst().getTextContent(), 9));
        }
        assertEquals(new TreeSet<>(expected), new TreeSet<>(drawn));
        assertEquals(expected.size(), drawn.size());
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void holdsNothingButShapesAndText(String prompt) throws Exception {
        Element svg = parsed(lens.run(prompt, LensOptions.defaults().topK(1)), ENTROPY).getDocumentElement();
        Set<String> names = new TreeSet<>();
        NodeList all = svg.getElementsByTagName("*");
        IntStream.range(0, all.getLength()).forEach(i -> names.add(all.item(i).getNodeName()));
        assertEquals(Set.of("title", "desc", "metadata", "style", "rect", "text", "linearGradient", "stop", "g"), names);
        assertTrue(svg.getTextContent().codePoints().noneMatch(c -> c < ' ' && c != '\n' || c == 0xfffd));
    }

    @Test
    void describesItself() throws Exception {
        LensResult result = lens.run("Hello there", LensOptions.defaults().topK(1));
        Element svg = parsed(result, ENTROPY).getDocumentElement();
        assertEquals("img", svg.getAttribute("role"));
        assertEquals("title description", svg.getAttribute("aria-labelledby"));
        Element title = elements(svg, "title").getFirst();
        Element description = elements(svg, "desc").getFirst();
        assertEquals(List.of("title", "description"), List.of(title.getAttribute("id"), description.getAttribute("id")));
        assertTrue(description.getTextContent().startsWith("A grid of 5 points of the residual stream by 2 of 2 token positions, norm recomputed."),
                description.getTextContent());
        assertTrue(description.getTextContent().contains("Entropy, nats, from "), description.getTextContent());
    }

    @Test
    void saysWhatItWasMadeWith() throws Exception {
        LensResult result = lens.run("Hello there", LensOptions.defaults().topK(1).layerNorm(LayerNormMode.NONE));
        Element svg = parsed(result, ENTROPY).getDocumentElement();
        String metadata = elements(svg, "metadata").getFirst().getTextContent();
        result.provenance().fields().forEach((name, value) -> assertTrue(metadata.contains(name + ": " + value + "\n"), metadata));
        assertTrue(elements(svg, "desc").getFirst().getTextContent().endsWith("Made with " + result.provenance().line() + "."));
        String words = elements(svg, "text").stream().map(Element::getTextContent).collect(Collectors.joining(" "));
        assertTrue(words.contains(result.provenance().line()) && words.contains("norm none"), words);
    }

    @Test
    void theDecisionLayerIsFramedAndWhatIsKnownOfAPositionStandsBelow() throws Exception {
        LensResult result = lens.run("Hello there you", LensOptions.defaults().topK(1));
        Element svg = parsed(result, ENTROPY).getDocumentElement();
        List<String> framed = elements(svg, "g").stream()
                .filter(cell -> elements(cell, "rect").stream().anyMatch(rect -> rect.getAttribute("class").equals("text-line")))
                .map(cell -> elements(cell, "title").getFirst().getTextContent().replaceAll("(?s), after .*", "")).sorted().toList();
        assertEquals(result.positions().stream().map(position -> result.decisionLayer(position) + ", position " + position).sorted().toList(),
                framed);
        List<String> words = elements(svg, "text").stream().map(Element::getTextContent).toList();
        for (String label : List.of("decided", "first", "flips", "margin")) {
            assertTrue(words.contains(label), words.toString());
        }
        int flips = words.indexOf("flips");
        assertEquals(result.positions().stream().map(position -> Integer.toString(result.flips(position))).toList(),
                words.subList(flips + 1, flips + 1 + result.positions().size()));
    }

    @Test
    void trackedTokensHaveAPath() throws Exception {
        LensResult result = lens.run("Hello there", LensOptions.defaults().topK(1).track(" Paris").versus(" London"));
        Element svg = parsed(result, new GridChoice(Quantity.named("logitDifference", result.options()), Scale.LINEAR, 1, false))
                .getDocumentElement();
        // Two tokens in the charts of probability and rank, one line in that of their difference, two in the legend.
        assertEquals(2 + 2 + 1 + 2, elements(svg, "polyline").stream()
                .filter(line -> !line.getAttribute("class").equals("rule-line")).count());
        assertEquals(5 * result.points().size(), elements(svg, "circle").size());
    }

    @Test
    void everythingLiesWithinThePicture() throws Exception {
        LensResult result = lens.run(" a".repeat(40), LensOptions.defaults().topK(1));
        Element svg = parsed(result, ENTROPY).getDocumentElement();
        double width = Double.parseDouble(svg.getAttribute("width"));
        double height = Double.parseDouble(svg.getAttribute("height"));
        for (Element rect : elements(svg, "rect")) {
            double right = number(rect, "x") + number(rect, "width");
            double bottom = number(rect, "y") + number(rect, "height");
            assertTrue(right <= width && bottom <= height, right + " " + bottom);
        }
    }

    private static double number(Element element, String attribute) {
        return element.hasAttribute(attribute) ? Double.parseDouble(element.getAttribute(attribute)) : 0;
    }
}
