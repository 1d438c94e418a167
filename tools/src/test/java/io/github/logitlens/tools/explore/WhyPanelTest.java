package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.Attribution;
import io.github.logitlens.AttributionOptions;
import io.github.logitlens.LogitLens;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;

/// The panel that says why, in a real browser.
@Tag("browser")
class WhyPanelTest {

    private static final String EIFFEL = ExplorerPage.prompt("The Eiffel Tower is in");
    private static final String READ = "document.querySelector('.why-columns')?.getAttribute('aria-busy') === 'false'";

    private static ExplorerServer server;
    private static ExplorerPage page;
    private static Attribution paris;

    @BeforeAll
    static void open() throws IOException {
        ChromeDriver driver = Chromium.start("WhyPanelTest");
        server = ExplorerServer.start(0, "demo", "test", System.err);
        page = new ExplorerPage(driver, server.address());
        try (LogitLens lens = LogitLens.open("demo")) {
            paris = lens.attribute("The Eiffel Tower is in", AttributionOptions.of(" Paris").neurons(8));
        }
    }

    @AfterAll
    static void close() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void fresh() {
        Chromium.resize(1400, 1000);
        Chromium.prefer("light");
        Chromium.forget();
    }

    @AfterEach
    void quiet() {
        Chromium.assertQuiet(server.address());
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.2f", value).replace('-', '−');
    }

    @Test
    void theCardsQuestionOpensWhatTheLibrarySays() {
        page.open(EIFFEL);
        page.click(".card .ask-why");
        page.until(READ);
        assertTrue(page.fragment().contains("panel=why"), page.fragment());
        List<String> expected = paris.strongest().stream().limit(12).map(part -> part.label() + " " + signed(part.logit())).toList();
        List<String> names = page.texts(".why-columns .parts .part-name");
        List<String> values = page.texts(".why-columns .parts .part-value");
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i), names.get(i) + " " + values.get(i));
        }
        String sum = page.text(".why-sum");
        assertTrue(sum.contains(String.format(Locale.ROOT, "add up to %.2f", paris.sum())), sum);
    }

    @Test
    void aHeadIsAblatedAndComesBackByKeyboard() {
        page.open(EIFFEL + "&panel=why");
        page.until(READ);
        page.until("document.querySelectorAll('.arc').length > 0");
        page.js("document.querySelector('.why-columns .parts .part-main').focus()");
        page.press(Keys.ARROW_RIGHT);
        assertEquals("ablate", page.js("return document.activeElement.textContent"));
        String edit = (String) page.js("return document.activeElement.dataset.key");
        assertEquals("zero:" + page.texts(".why-columns .part-name").getFirst(), edit);
        page.press(Keys.ENTER);
        page.until("document.querySelector('#status').textContent.includes('changed: " + edit + "')");
        page.until("document.querySelector(`[data-key=\"" + edit + "\"]`)?.getAttribute('aria-pressed') === 'true'");
        assertEquals(edit, page.js("return document.activeElement.dataset.key"), "the focus stays");
        page.press(Keys.ENTER);
        page.settled();
        assertTrue(!page.fragment().contains("edit="), page.fragment());
    }

    @Test
    void anEdgeIsCutFromTheTableOfWhatAHeadLooksAt() {
        page.open(EIFFEL + "&panel=why&part=L7H3");
        page.until("document.querySelectorAll('.arc').length > 0");
        assertEquals("iff 2", page.texts(".keys tbody th").getFirst());
        page.click(".keys tbody .change");
        page.until("document.querySelector('#status').textContent.includes('changed: cut:L7H3@6/2')");
        page.until("document.querySelector('.keys tbody')?.textContent.startsWith('iff') === false");
        page.js("history.back()");
        page.until("!document.querySelector('#status').textContent.includes('changed') && document.querySelector('.keys tbody')?.textContent.startsWith('iff')");
    }

    @Test
    void aNeuronSaysWhatItPromotes() {
        page.open(EIFFEL + "&panel=why");
        page.until(READ);
        String mlp = paris.strongest().stream().filter(part -> !part.neurons().isEmpty()).findFirst().orElseThrow().label();
        page.js("[...document.querySelectorAll('.part-main')].find(each => each.textContent.startsWith(arguments[0])).click()", mlp);
        page.until("document.querySelectorAll('.part-detail .part-main').length === 8");
        page.click(".part-detail .part-main");
        page.until("document.querySelectorAll('.promoted li').length === 20");
        page.open(page.fragment());
        page.until("document.querySelectorAll('.promoted li').length === 20");
    }

    @Test
    void anotherTokenIsExplainedAndCompared() {
        page.open(EIFFEL + "&panel=why&track=6342,3576");
        page.until(READ);
        page.choose("Compared with", "3576");
        page.until("document.querySelector('.why-sum').textContent.startsWith('How much higher')");
        assertTrue(page.fragment().contains("less=3576"), page.fragment());
        page.choose("Token to explain", "3576");
        page.until("document.querySelector('.why-sum').textContent.startsWith('The logit of ␣London')");
    }
}
