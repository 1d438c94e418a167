package io.github.logitlens.tools.view.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.tools.view.RandomModel;
import io.github.logitlens.internal.view.SafeText;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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

class SvgGridTest {

    private static final GridChoice ENTROPY = new GridChoice(Quantity.named("entropy", List.of()), Scale.LINEAR, 1, false);

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
        new SvgGrid(choice).write(result, out);
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
        assertEquals(Set.of("title", "desc", "style", "rect", "text", "linearGradient", "stop", "g"), names);
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
        assertTrue(description.getTextContent().startsWith("A grid of 5 points of the residual stream by 2 of 2 token positions."),
                description.getTextContent());
        assertTrue(description.getTextContent().contains("Entropy, nats, from "), description.getTextContent());
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
