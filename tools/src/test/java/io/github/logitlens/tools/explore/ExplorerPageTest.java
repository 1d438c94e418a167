package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.PointKind;
import io.github.logitlens.TokenRef;
import io.github.logitlens.tools.view.RandomModel;
import io.github.logitlens.tools.view.RunCsv;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;

/// Every feature of the explorer's page, driven in a real browser. An error on the console or a question to another host
/// fails any of these.
@Tag("browser")
class ExplorerPageTest {

    private static final String EIFFEL = "The Eiffel Tower is in";
    private static final String LAYER_4 = "blocks.4.hook_resid_post";
    private static final int LAST_ROW = 8;
    private static final int LAST_COLUMN = 6;

    private static ChromeDriver driver;
    private static ExplorerServer server;
    private static ExplorerPage page;
    private static LensResult eiffel;

    @BeforeAll
    static void open() throws IOException {
        driver = Chromium.start("ExplorerPageTest");
        server = ExplorerServer.start(0, "demo", "test", System.err);
        page = new ExplorerPage(driver, server.address());
        try (LogitLens lens = LogitLens.open("demo")) {
            eiffel = lens.run(EIFFEL, LensOptions.defaults().track(" Paris").track(" the"));
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

    /// A probability as the page writes it where it is of some per cent.
    private static String percent(double p) {
        return new BigDecimal(p * 100).round(new MathContext(p >= 0.0995 ? 3 : 2)).stripTrailingZeros().toPlainString() + " %";
    }

    private static String answer() {
        return page.text("#answer").replace("The model goes on with ", "");
    }

    // --- prompt and answer ---

    @Test
    void typing_runs_and_the_answer_stands_beside_the_prompt() {
        page.open("");
        assertEquals(EIFFEL, page.js("return document.querySelector('#prompt').value"));
        assertEquals("▸␣Paris 96 %", answer());
        page.type("The capital of France is");
        page.until("document.querySelector('.grid').getAttribute('aria-colcount') === '5'");
        page.settled();
        assertEquals("The capital of France is", page.js("return new URLSearchParams(location.hash.slice(1)).get('p')"));
        page.js("document.querySelector('.grid-active-cell').focus()");
        page.press(Keys.ARROW_LEFT);
        assertEquals("Layer 7 after ␣France position 3, id 4881", page.text(".beside .card-title").replace("×", ""));
        assertEquals("bytes 20 46 72 61 6e 63 65", page.find(".beside .card-title .faint").getAttribute("title"));
        assertTrue(page.text("#status").startsWith("The model goes on with ␣"), page.text("#status"));
    }

    @Test
    void each_of_the_seven_examples_runs() {
        page.open("");
        List<String> examples = List.of(EIFFEL, "Barack Obama was the", "The capital of France is", "import numpy as", "def fibonacci(n):",
                "Once upon a time", "The quick brown fox");
        assertEquals(examples, page.texts(".example"));
        try (LogitLens lens = LogitLens.open("demo")) {
            for (int i = 0; i < examples.size(); i++) {
                page.click(".example:nth-child(" + (i + 1) + ")");
                page.settled();
                LensResult expected = lens.run(examples.get(i));
                assertTrue(answer().startsWith("▸" + expected.top(expected.finalPoint(), -1).getFirst().token().display().replace(' ', '␣') + " "),
                        answer());
                assertEquals("", page.text("#alert"));
            }
        }
    }

    @Test
    void back_and_forward_go_through_what_was_asked() {
        page.open("");
        page.click(".example:nth-child(4)");
        page.settled();
        page.click(".example:nth-child(6)");
        page.settled();
        driver.navigate().back();
        page.until("document.querySelector('#prompt').value === 'import numpy as'");
        page.settled();
        assertEquals("▸␣np", answer().substring(0, 4));
        driver.navigate().back();
        page.until("document.querySelector('#answer').textContent.includes('Paris')");
        driver.navigate().forward();
        page.until("document.querySelector('#answer').textContent.includes('np')");
        page.click("[data-metric=klToFinal]");
        driver.navigate().back();
        page.until("document.querySelector('[data-metric=probability]').getAttribute('aria-pressed') === 'true'");
    }

    @Test
    void the_history_has_what_was_asked_and_said_and_leads_back() {
        page.open("");
        page.js("sessionStorage.clear()");
        page.open("");
        page.click(".example:nth-child(4)");
        page.settled();
        page.click("#past summary");
        assertEquals(List.of("import numpy as ▸ ␣np", EIFFEL + " ▸ ␣Paris"),
                page.texts(".past button").stream().map(text -> text.replaceFirst(" \\S+ \\S*% · demo$", "")).toList());
        page.click(".past li:nth-child(2) button");
        page.settled();
        assertEquals("▸␣Paris 96 %", answer());
    }

    @Test
    void options_change_the_run() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.option("bos", true);
        page.until("document.querySelector('#status').textContent.includes('8 tokens × 9 rows')");
        page.option("resid_mid", true);
        page.until("document.querySelector('#status').textContent.includes('8 tokens × 17 rows')");
        page.option("topK", 3);
        page.until("document.querySelectorAll('.beside .bars li').length === 3");
        page.option("bottomK", 2);
        page.until("document.querySelectorAll('.beside .bars li').length === 5");
        page.option("layers", "::4");
        page.until("document.querySelector('#status').textContent.includes('8 tokens × 6 rows')");
        assertEquals("Options · 5", page.text("#options summary"));
        for (String field : List.of("k=3", "bos=1", "also=resid_mid", "bottom=2", "layers=%3A%3A4")) {
            assertTrue(page.fragment().contains(field), page.fragment());
        }
        page.option("layers", "nonsense");
        page.until("document.querySelector('#alert').textContent !== ''");
        assertTrue(page.text("#alert").contains("nonsense"), page.text("#alert"));
        assertTrue(page.shown("#viewer.stale"), "what is shown is of another run");
        Chromium.forget(); // the browser itself reports the refusal's status
    }

    @Test
    void lenses_norms_and_parts_are_the_librarys() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&lens=tuned&point=blocks.2.hook_resid_post");
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult tuned = lens.run(EIFFEL, LensOptions.defaults().readout(lens.readout("tuned")));
            assertEquals(percent(tuned.top(tuned.layer(2), -1).getFirst().probability()), page.text(".beside .bar-number"));
            page.open(ExplorerPage.prompt(EIFFEL) + "&norm=frozen&also=head&point=blocks.6.attn.hook_result.1");
            LensResult frozen = lens.run(EIFFEL, LensOptions.defaults().layerNorm(LayerNormMode.FROZEN)
                    .points(PointKind.EMBED, PointKind.HEAD, PointKind.RESID_POST));
            assertEquals("L6H1", page.text(".beside .card-title strong"));
            var head = frozen.points().stream().filter(point -> point.label().equals("L6H1")).findFirst().orElseThrow();
            assertEquals(frozen.top(head, -1).getFirst().token().display().replace(' ', '␣'), page.text(".beside .bar-token"));
            assertEquals(String.valueOf(frozen.points().indexOf(frozen.decisionLayer(-1))),
                    page.js("return document.querySelector('.pin-decided').closest('[data-row]').dataset.row"));
        }
        page.open(ExplorerPage.prompt(EIFFEL) + "&stop=3");
        assertTrue(answer().endsWith("after Layer 3"), answer());
    }

    @Test
    void an_address_brings_the_same_view_again() {
        page.open(ExplorerPage.prompt(EIFFEL)
                + "&k=4&metric=entropy&scale=log&at=4&point=blocks.5.hook_resid_post&track=6342,262&lines=rank");
        page.until("document.querySelectorAll('.chart-legend li').length === 2");
        assertTrue(page.text(".beside .card-title").startsWith("Layer 5 after ␣Tower"), page.text(".beside .card-title"));
        assertEquals("entropy", page.find("select[aria-label='Colours by']").getAttribute("value"));
        assertEquals("log", page.find("select[aria-label=Scale]").getAttribute("value"));
        assertEquals("rank", page.find(".segments [data-quantity][aria-pressed=true]").getAttribute("data-quantity"));
        String address = page.fragment();
        driver.navigate().refresh();
        page.settled();
        assertEquals(address, page.fragment());
    }

    @Test
    void an_address_that_cannot_be_shown_is_shown_as_near_as_can_be_and_that_is_said() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&k=1000&model=/home/somebody/model&track=6342,99999999");
        assertEquals("▸␣Paris 96 %", answer());
        for (String note : List.of("/home/somebody/model is not on this machine", "at most 100 tokens", "do not exist")) {
            assertTrue(page.text("#status").contains(note), page.text("#status"));
        }
        assertEquals(100, page.texts(".beside .bars li").size());
    }

    @Test
    void what_is_shown_of_another_prompt_is_dimmed() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.find("#prompt").sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
        page.until("document.querySelector('#viewer').classList.contains('stale')");
        page.until("document.querySelector('#status').textContent.includes('nothing is asked yet')");
        page.type(" word".repeat(300));
        page.until("document.querySelector('#alert').textContent.includes('256')");
        assertTrue(page.shown("#viewer.stale"));
        Chromium.forget(); // the browser itself reports the refusal's status
        page.type(EIFFEL);
        page.until("document.querySelector('#alert').textContent === '' && !document.querySelector('#viewer').classList.contains('stale')");
    }

    @Test
    void what_is_not_written_to_its_end_is_not_run() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.js("""
                const box = document.querySelector('#prompt');
                box.focus();
                box.value = 'に';
                box.dispatchEvent(new InputEvent('input', {isComposing: true, bubbles: true}));
                """);
        ExplorerPage.pause(700);
        assertTrue(page.fragment().startsWith("p=The+Eiffel"), page.fragment());
        page.js("document.querySelector('#prompt').dispatchEvent(new CompositionEvent('compositionend', {bubbles: true}))");
        page.until("location.hash.startsWith('#p=%E3%81%AB')");
    }

    @Test
    void the_longest_prompt_of_the_model_runs_and_can_be_walked() {
        page.open(ExplorerPage.prompt("word" + " word".repeat(255)) + "&also=resid_mid&k=2");
        page.until("document.querySelector('#status').textContent.includes('256 tokens × 17 rows')");
        page.until("document.querySelector('.grid').scrollLeft > 10000"); // the last position is in sight
        page.js("document.querySelector('.grid-active-cell').focus()");
        page.press(Keys.chord(Keys.CONTROL, Keys.HOME));
        assertTrue(label().startsWith("Embedding, position 0,"), label());
        page.until("document.querySelector('.grid').scrollLeft === 0");
        page.press(Keys.chord(Keys.CONTROL, Keys.END));
        assertTrue(label().startsWith("Layer 7, position 255,"), label());
        page.until("document.querySelector('.grid').scrollLeft > 10000");
    }

    @Test
    void a_guess_comes_before_the_answer() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.click("#guess");
        assertFalse(answer().contains("Paris"), answer());
        assertTrue(page.shown("#viewer.covered"));
        page.find("[name=guess]").sendKeys("the", Keys.ENTER);
        page.until("document.querySelector('#answer').textContent.includes('you said ␣the: #2, 3 %')");
        assertTrue(answer().startsWith("▸␣Paris 96 %"), answer());
        assertFalse(page.shown("#viewer.covered"));
        assertTrue(page.texts(".chart-legend .token").contains("␣the"));
        page.click(".example:nth-child(4)"); // guessed first too, as long as that is chosen
        page.until("document.querySelector('#prompt').value === 'import numpy as' && document.querySelector('#viewer').inert");
        assertFalse(answer().contains("np"), answer());
        page.click("#guess");
        page.until("document.querySelector('#answer').textContent.includes('np')");
        page.click(".example:nth-child(6)");
        page.until("document.querySelector('#answer').textContent.includes('there')");
    }

    @Test
    void a_first_visit_is_shown_three_steps() {
        page.open("");
        assertFalse(page.shown("#tour"), "not the first visit");
        page.js("sessionStorage.first = 1; localStorage.removeItem('lens-toured')");
        page.open(ExplorerPage.prompt("Once upon a time"));
        assertFalse(page.shown("#tour"), "who follows a link sees what it shows");
        page.open("");
        page.until("document.querySelector('#tour').textContent.startsWith('1 of 3')");
        page.click("#tour .primary");
        page.until("document.querySelector('[data-metric=answer]').getAttribute('aria-pressed') === 'true'");
        page.click("#tour .primary");
        page.click("#tour .primary");
        assertFalse(page.shown("#tour"));
        page.open("");
        assertFalse(page.shown("#tour"), "seen already");
        page.js("sessionStorage.removeItem('first')");
    }

    @Test
    void a_lesson_is_a_state_that_can_be_left_and_come_back_to() {
        page.open("");
        page.fromMenu("Learn", "says");
        page.until("document.querySelector('#viewer').inert && document.activeElement.name === 'guess'");
        assertFalse(answer().contains("Paris") || page.text("#status").contains("Paris"), "before the guess");
        page.click("#tour .primary"); // without one
        page.until("!document.querySelector('#viewer').inert");
        page.click("#tour .primary");
        page.until("document.querySelector('.beside .card-title').textContent.startsWith('Layer 4')");
        assertTrue(page.text("#tour").startsWith("3 of 5 · What a layer says"), page.text("#tour"));
        assertTrue(page.fragment().endsWith("&lesson=says.3"), page.fragment());
        page.click(".example:nth-child(4)");
        page.until("document.querySelector('#tour').textContent.includes('This step again')");
        page.settled();
        assertEquals("▸␣np", answer().substring(0, 4));
        page.click("#tour [data-key=again]");
        page.settled();
        assertEquals("▸␣Paris 96 %", answer());
        String address = page.fragment();
        driver.navigate().refresh();
        page.settled();
        assertEquals(address, page.fragment());
        assertTrue(page.text("#tour").startsWith("3 of 5"), page.text("#tour"));
        driver.navigate().back();
        page.until("document.querySelector('#tour').textContent.includes('This step again')");
        page.click("#tour [data-key=leave]");
        assertFalse(page.shown("#tour"));
        assertFalse(page.fragment().contains("lesson"), page.fragment());
    }

    /// The steps of the lessons say what the library says: LessonsTest. Here they are what the page shows.
    @Tag("slow")
    @Test
    void every_step_of_every_lesson_can_be_shown() {
        page.open("");
        for (String lesson : List.of("says", "late", "head", "patch")) {
            page.fromMenu("Learn", lesson);
            String last = "Done";
            do {
                page.until("document.querySelector('.toured') !== null && document.querySelector('.toured').getClientRects().length > 0");
                page.settled();
                assertEquals("", page.text("#alert"), page.fragment());
                last = page.text("#tour .primary");
                page.click("#tour .primary");
            } while (last.equals("Next"));
            page.until("document.querySelector('#tour').hidden");
        }
        assertEquals("▸␣London 65 %", answer());
    }

    // --- grid, thread, layers and card ---

    private static String label() {
        return (String) page.js("return document.querySelector('.grid-active-cell').getAttribute('aria-label')");
    }

    @Test
    void pointing_shows_the_cells_first_tokens_and_choosing_keeps_them() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.hover(5, LAST_COLUMN);
        page.until("!document.querySelector('.card-floating').hidden");
        String the = percent(eiffel.top(eiffel.layer(4), -1).getFirst().probability());
        assertEquals("Layer 4", page.text(".card-floating strong"));
        assertEquals("␣the", page.text(".card-floating .bar-token"));
        assertEquals(the, page.text(".card-floating .bar-number"));
        assertEquals(5, page.texts(".card-floating .bars li").size());
        assertEquals(List.of("5"), page.js("return [...document.querySelectorAll('.thread-row.lit')].map(e => e.dataset.row)"));
        page.clickCell(5, LAST_COLUMN);
        assertEquals(the, page.text(".beside .bar-number"));
        assertEquals(10, page.texts(".beside .bars li").size());
        assertTrue(page.fragment().contains("point=" + LAYER_4), page.fragment());
        assertFalse(page.fragment().contains("at="), "the last position needs no naming: " + page.fragment());
    }

    @Test
    void the_way_of_the_answer_is_the_librarys() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.until("[...document.querySelectorAll('.thread-place')].every(e => e.textContent !== '–')");
        assertEquals(eiffel.track(" Paris", -1).stream().map(step -> "#" + step.rank()).toList(), page.texts(".thread-place"));
        assertEquals(eiffel.points().indexOf(eiffel.decisionLayer(-1)) + 1,
                ((Number) page.js("return [...document.querySelectorAll('.thread-rows li')].findIndex(li => li.querySelector('.pin-decided')) + 1")).intValue());
        page.js("document.querySelector('.thread-row[aria-current]').focus()");
        page.keys(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ENTER);
        page.until("location.hash.includes('point=blocks.5.hook_resid_post')");
        assertEquals("5", page.js("return String(document.activeElement.dataset.row - 1)"), "the focus stays on the row");
        assertEquals("Layer 5", page.text(".beside .card-title strong"));
    }

    @Test
    void the_layers_are_played() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.js("const s = document.querySelector('.scrub input'); s.value = 0; s.dispatchEvent(new Event('input'))");
        assertEquals("Embedding writes", page.text(".scrub-name"));
        page.click(".play");
        page.until("document.querySelector('.scrub-name').textContent === 'Layer 1 writes'");
        page.click(".play");
        String stopped = page.text(".scrub-name");
        ExplorerPage.pause(1200);
        assertEquals(stopped, page.text(".scrub-name"));
        int row = ((Number) page.js("return document.querySelector('.scrub input').valueAsNumber")).intValue();
        assertEquals(IntStream.range(0, 7).mapToObj(position -> eiffel.top(eiffel.points().get(row), position).getFirst().token().display()
                .replace(' ', '␣')).toList(), page.texts(".written"));
    }

    @Test
    void colours_follow_the_metric_and_the_scale() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&at=0&point=blocks.0.hook_resid_post");
        // Viridis at the probabilities of the output, 0.965, and of layer 3, 0.224, by its published table.
        assertNear(List.of(231, 228, 25), page.colour(LAST_ROW, LAST_COLUMN));
        assertNear(List.of(62, 74, 137), page.colour(4, LAST_COLUMN));
        List<?> linear = page.colour(6, LAST_COLUMN);
        page.choose("Scale", "log");
        assertNotEquals(linear, page.colour(6, LAST_COLUMN));
        page.click("[data-metric=answer]");
        assertNear(List.of(253, 231, 37), page.colour(LAST_ROW, 2)); // in front: the bright end
        assertTrue(page.text(".legend .meaning").contains("the answer is in front"), page.text(".legend .meaning"));
        page.choose("Colours by", "cosineToFinal");
        page.until("document.querySelector('.legend .meaning').textContent.startsWith('Cosine to final')");
        assertNear(List.of(253, 231, 37), page.colour(LAST_ROW, LAST_COLUMN)); // the final point: exactly 1, the high end
    }

    private static void assertNear(List<Integer> expected, List<?> actual) {
        for (int c = 0; c < expected.size(); c++) {
            assertEquals(expected.get(c), ((Number) actual.get(c)).doubleValue(), 12, expected + " " + actual);
        }
    }

    @Test
    void every_metric_the_library_has_can_be_shown() {
        page.open(ExplorerPage.prompt(EIFFEL));
        for (LensMetric metric : LensMetric.values()) {
            page.choose("Colours by", metric.key());
            page.until("document.querySelector('.legend .meaning').title.startsWith(\"" + metric.meaning() + "\")");
            assertFalse(page.text(".legend").contains("NaN"), page.text(".legend"));
            assertEquals("", page.text("#alert"));
        }
    }

    @Test
    void a_followed_tokens_rank_can_colour_the_grid() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.choose("Colours by", "tracked.rank");
        page.until("document.querySelector('.legend .meaning').textContent.startsWith('Tracked token: rank of ␣Paris')");
        page.until("document.querySelector('.grid-active-cell').getAttribute('aria-label').endsWith('tracked token: rank #1')");
    }

    @Test
    void two_tokens_can_be_compared_in_colours() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&metric=logitDifference&track=6342");
        page.until("document.querySelector('#status').textContent.includes('follow a token')");
        page.find("[name=track]").sendKeys(" the", Keys.ENTER);
        page.until("document.querySelector('.legend .meaning').textContent.startsWith('Logit difference of ␣Paris, less ␣the')");
        double difference = eiffel.logitDifference(TokenRef.of(" Paris"), TokenRef.of(" the"),
                eiffel.finalPoint(), -1);
        assertTrue(label().endsWith("logit difference " + String.format(Locale.ROOT, "%.2f", difference)), label());
    }

    @Test
    void the_whole_grid_can_be_used_by_keyboard_and_the_card_follows() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.js("document.querySelector('.grid-active-cell').focus()");
        assertEquals("Layer 7, position 6, after ␣in: first choice ␣Paris; probability 96.5 %", label());
        page.keys(Keys.ARROW_UP, Keys.ARROW_LEFT);
        assertTrue(label().startsWith("Layer 6, position 5, after ␣is"), label());
        assertTrue(page.text(".beside .card-title").startsWith("Layer 6 after ␣is"), page.text(".beside .card-title"));
        page.keys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT); // at the edge nothing moves
        assertTrue(label().startsWith("Layer 7, position 6"), label());
        page.keys(Keys.HOME, Keys.PAGE_UP);
        assertTrue(label().startsWith("Embedding, position 0"), label());
        page.press(Keys.chord(Keys.CONTROL, Keys.END));
        assertEquals("␣Paris", page.text(".beside .bar-token"));
        assertEquals(1L, page.js("return document.querySelectorAll('.grid [tabindex=\"0\"]').length"));
        assertEquals("9", page.find(".grid").getAttribute("aria-rowcount"));
        assertEquals("7", page.find(".grid").getAttribute("aria-colcount"));
    }

    /// Grids, tables and lists are one stop each, however long the prompt.
    @Test
    void the_tab_key_comes_through_the_page_in_few_steps() {
        page.open(ExplorerPage.prompt("word" + " word".repeat(200)) + "&panel=heat");
        page.js("document.activeElement.blur(); window.scrollTo(0, 0)");
        List<Object> stops = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            page.press(Keys.TAB);
            if (Boolean.TRUE.equals(page.js("return document.activeElement === document.body"))) {
                break;
            }
            stops.add(page.js("const e = document.activeElement; return e.id || e.className || e.textContent"));
        }
        assertTrue(stops.size() >= 15 && stops.size() <= 36, stops.size() + ": " + stops);
    }

    // --- the panels of one position ---

    @Test
    void the_layer_table_and_the_heat_map_are_the_librarys_numbers() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&panel=table");
        page.until("document.querySelector('.layers tbody tr td:last-child').textContent !== '–'");
        List<WebElement> lines = driver.findElements(By.cssSelector("#panel-table tbody tr"));
        assertEquals(eiffel.points().size(), lines.size());
        for (int point = 0; point < lines.size(); point++) {
            var reading = eiffel.reading(eiffel.points().get(point), -1);
            List<String> cells = lines.get(point).findElements(By.cssSelector("td")).stream().map(WebElement::getText).toList();
            assertEquals(reading.top().getFirst().token().display().replace(' ', '␣'), cells.get(0));
            double p = reading.top().getFirst().probability();
            assertEquals(p > 0.9995 ? "> 99.9 %" : percent(p), cells.get(1));
            assertEquals(String.format(Locale.ROOT, "%.2f", reading.entropy()), cells.get(2));
            assertEquals(String.format(Locale.ROOT, "%.2f", reading.klToFinal()), cells.get(3));
            assertEquals("#" + eiffel.track(" Paris", -1).get(point).rank(), cells.get(4).replace(",", ""));
        }
        page.click("[data-panel=heat]");
        assertEquals(9 * 10L, page.js("return document.querySelectorAll('.heat-cell').length"));
        assertTrue(page.fragment().contains("panel=heat"), page.fragment());
    }

    @Test
    void what_is_said_in_words_is_what_the_library_says() {
        page.open(ExplorerPage.prompt("The capital of France is") + "&panel=words");
        page.until("document.querySelectorAll('.observations li').length >= 6");
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult result = lens.run("The capital of France is", LensOptions.defaults());
            String words = page.text(".observations");
            var top = result.top(result.finalPoint(), -1).getFirst();
            assertTrue(words.contains(top.token().display().replace(' ', '␣') + " with " + percent(top.probability())), words);
            assertTrue(words.contains(result.decisionLayer(-1).label()), words);
            for (String name : List.of("Answer", "Decided", "First seen", "How sure", "Biggest step", "Changes of mind", "Undecided")) {
                assertTrue(words.contains(name), name);
            }
        }
    }

    @Test
    void another_position_is_chosen_by_its_head_and_another_layer_by_its_name() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.clickCell(-1, 3);
        assertTrue(page.fragment().contains("at=3"), page.fragment());
        assertTrue(page.text(".beside .card-title").startsWith("Layer 7 after el"), page.text(".beside .card-title"));
        page.clickCell(2, -1);
        assertTrue(page.text(".beside .card-title").startsWith("Layer 1 after el"), page.text(".beside .card-title"));
    }

    // --- tracking ---

    @Test
    void the_distinct_first_choices_are_followed_at_first() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.until("document.querySelector('.chart-legend li:nth-child(3) .legend-value')?.textContent !== '–'");
        assertEquals(List.of("␣Paris", "␣the", "␣in"), page.texts(".chart-legend .token"));
        assertEquals(percent(eiffel.track(" the", -1).getLast().probability()),
                page.text(".chart-legend li:nth-child(2) .legend-value"));
        for (String quantity : List.of("logit", "rank")) {
            page.click("[data-quantity=" + quantity + "]");
            page.until("document.querySelector('.segments [data-quantity][aria-pressed=true]').dataset.quantity === '" + quantity + "'");
        }
        page.until("document.querySelector('.chart-legend .legend-value').textContent === '#1'");
        assertTrue(page.shown(".chart canvas"));
    }

    @Test
    void tokens_are_followed_by_typing_and_by_clicking_and_stay_when_the_prompt_changes() {
        page.open(ExplorerPage.prompt(EIFFEL));
        WebElement box = page.find("[name=track]");
        box.sendKeys(" London", Keys.ENTER);
        page.until("document.querySelectorAll('.chart-legend li').length === 4");
        page.until("[...document.querySelectorAll('.chart-legend .token')].at(-1).textContent === '␣London'");
        page.clickCell(6, LAST_COLUMN);
        page.click(".beside .bars li:nth-child(3) button");
        page.until("document.querySelectorAll('.chart-legend li').length === 5");
        page.type("The Eiffel Tower is located in");
        page.until("document.querySelector('.grid').getAttribute('aria-colcount') === '8'");
        page.settled();
        assertTrue(page.texts(".chart-legend .token").contains("␣London"), "still followed");
        page.click(".chart-legend li:first-child .close");
        page.until("document.querySelectorAll('.chart-legend li').length === 4");
        assertTrue(page.fragment().contains("track="), page.fragment());
        page.click("[aria-label^='Reset']");
        page.until("!location.hash.includes('track=')");
    }

    /// An answer that comes while somebody stands on a button, or presses it, is not to take it away.
    @Test
    void followed_tokens_keep_their_buttons_and_the_focus_on_them() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&track=6342,262,287");
        page.until("document.querySelector('.chart-legend li:nth-child(3) .legend-value')?.textContent !== '–'");
        page.js("window.second = document.querySelector('.chart-legend li:nth-child(2) .close'); window.second.focus()");
        page.choose("Colours by", "margin"); // a new run, whose paths are read again
        page.until("document.querySelector('.chart-legend li:nth-child(3) .legend-value')?.textContent !== '–'");
        assertEquals(Boolean.TRUE, page.js("return document.activeElement === window.second && window.second.isConnected"));
        page.press(Keys.ENTER);
        page.until("document.querySelectorAll('.chart-legend li').length === 2");
        assertEquals("Stop following ␣in", page.js("return document.activeElement.getAttribute('aria-label')"));
        page.press(Keys.ENTER);
        assertEquals("Stop following ␣Paris", page.js("return document.activeElement.getAttribute('aria-label')"));
        page.press(Keys.ENTER);
        assertEquals("track", page.js("return document.activeElement.name"), "the last one leaves the box to type in");
    }

    /// Nothing that can be chosen, dropped or written into the address makes the page run for ever.
    @Test
    void a_colour_without_a_token_to_show_runs_once() {
        for (String address : List.of("&metric=tracked.rank&track=", "&metric=tracked.logit&track=", "&metric=tracked.foo",
                "&metric=nothing")) {
            page.open(ExplorerPage.prompt(EIFFEL) + address);
            assertSettled();
        }
        page.open(ExplorerPage.prompt(EIFFEL) + "&metric=tracked.rank&track=6342");
        page.until("document.querySelector('.legend .meaning').textContent.startsWith('Tracked token: rank')");
        page.click(".chart-legend .close");
        page.until("document.querySelector('#status').textContent.includes('follow a token, and the colours will show it')");
        assertSettled();
        page.open(ExplorerPage.prompt(EIFFEL) + "&metric=tracked.logit");
        page.until("document.querySelector('.legend .meaning').textContent.startsWith('Tracked token: logit of ␣Paris')");
        assertSettled();
    }

    /// Asks how many runs the page has asked for, twice.
    private static void assertSettled() {
        page.settled();
        String runs = "return performance.getEntriesByType('resource').filter(e => e.name.endsWith('/api/run')).length";
        page.until("[...document.querySelectorAll('.thread-place')].every(e => e.textContent !== '–')"); // the paths are there too
        Object before = page.js(runs);
        ExplorerPage.pause(400);
        assertEquals(before, page.js(runs), page.fragment());
        assertTrue(((Number) before).intValue() <= 4, "runs: " + before);
    }

    @Test
    void the_card_shows_the_run_that_is_shown() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&point=" + LAYER_4);
        assertEquals(10, page.texts(".beside .bars li").size());
        page.option("topK", 20);
        page.until("document.querySelectorAll('.beside .bars li').length === 20");
        page.clickCell(5, 3);
        assertFalse(page.text(".beside .numbers").contains("Margin"), page.text(".beside .numbers"));
        page.choose("Colours by", "margin");
        page.until("document.querySelector('.beside .numbers').textContent.includes('Margin')");
        page.option("resid_mid", true);
        page.until("document.querySelector('#status').textContent.includes('7 tokens × 17 rows')");
        assertEquals("Layer 4", page.text(".beside .card-title strong"));
        String address = page.fragment();
        driver.navigate().refresh();
        page.settled();
        assertEquals("Layer 4", page.text(".beside .card-title strong"));
        assertEquals(address, page.fragment());
        page.clickCell(9, 3); // a middle point, which is not there without them
        assertEquals("Layer 4 mid", page.text(".beside .card-title strong"));
        page.option("resid_mid", false);
        page.until("document.querySelector('#status').textContent.includes('7 tokens × 9 rows')");
        assertEquals("Layer 7", page.text(".beside .card-title strong"), "the last row, where there is no such layer");
    }

    @Test
    void a_model_is_called_by_a_short_name_and_its_card_is_its_own(@TempDir Path files) throws Exception {
        Path other = Files.createDirectory(files.resolve("other"));
        RandomModel.write(other);
        try (ExplorerServer two = ExplorerServer.start(0, other.toString(), "test", System.err)) {
            ExplorerPage both = new ExplorerPage(driver, two.address());
            driver.get("about:blank");
            Chromium.forget();
            both.open(ExplorerPage.prompt(EIFFEL) + "&model=demo&point=blocks.1.hook_resid_post");
            assertTrue(both.text(".model").contains("This is not GPT-2"), both.text(".model"));
            String before = both.text(".beside .bars");
            assertEquals("other", both.js("return document.querySelector('[name=model]').options[0].value"));
            both.js("const m = document.querySelector('[name=model]'); m.value = 'other'; m.dispatchEvent(new Event('change'))");
            both.until("document.querySelector('#status').textContent.includes('7 tokens × 5 rows')");
            assertNotEquals(before, both.text(".beside .bars"));
            assertTrue(both.fragment().contains("model=other"), both.fragment());
            Chromium.assertQuiet(two.address());
            Chromium.forget();
        }
    }

    @Test
    void the_grid_keeps_its_cell_when_the_prompt_is_read_anew() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.js("document.querySelector('.grid-active-cell').focus()");
        page.press(Keys.chord(Keys.CONTROL, Keys.HOME));
        page.keys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
        assertTrue(label().startsWith("Layer 0, position 1,"), label());
        page.choose("Colours by", "margin");
        page.until("document.querySelector('.legend .meaning').textContent.startsWith('Margin')");
        assertTrue(label().startsWith("Layer 0, position 1,"), label());
        assertEquals(Boolean.TRUE, page.js("return document.activeElement.className === 'grid-active-cell'"));
        page.option("resid_mid", true);
        page.until("document.querySelector('#status').textContent.includes('7 tokens × 17 rows')");
        assertTrue(label().startsWith("Layer 0, position 1,"), label());
    }

    @Test
    void panels_that_are_drawn_anew_leave_the_focus_where_it_was() {
        String key = "return document.activeElement.dataset.key ?? document.activeElement.textContent";
        for (String[] place : new String[][] {{"table", "#panel-table tbody tr:nth-child(3) td button"}, {"table", "#panel-table tbody tr:nth-child(3) th button"},
                {"heat", ".heat tbody tr:nth-child(2) td:nth-child(4) button"}, {"words", ".beside .bars li:nth-child(2) button"},
                {"lines", "[data-quantity=rank]"}, {"lines", "[data-metric=surprisal]"}, {"lines", "[data-panel=words]"},
                {"lines", ".thread-rows li:nth-child(3) button"}}) {
            page.open(ExplorerPage.prompt(EIFFEL) + "&point=" + LAYER_4 + "&at=3&panel=" + place[0]);
            page.js("document.querySelector(arguments[0]).focus()", place[1]);
            Object before = page.js(key);
            page.press(Keys.ENTER);
            page.settled();
            assertEquals(before, page.js(key), place[1]);
        }
    }

    @Test
    void a_text_of_several_tokens_or_of_two_meanings_is_asked_back() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.find("[name=track]").sendKeys("Paris", Keys.ENTER);
        page.until("document.querySelectorAll('.answers button').length === 2");
        assertEquals(List.of("Paris", "␣Paris"), page.texts(".answers button"));
        page.find("[name=track]").sendKeys("fibonacci", Keys.ENTER);
        page.until("document.querySelector('.answers').textContent.includes('tokens; follow one of them')");
        page.click(".answers button");
        page.until("document.querySelectorAll('.chart-legend li').length === 4");
    }

    // --- export ---

    @Test
    void copying_gives_a_call_a_command_and_a_request() {
        Chromium.allowClipboard();
        page.open(ExplorerPage.prompt("say \"hi\"\n$HOME's") + "&bos=1&k=3&track=6342&metric=entropy");
        assertEquals("""
                try (LogitLens lens = LogitLens.open("demo")) {
                    LensResult r = lens.run("say \\"hi\\"\\n$HOME's",
                            LensOptions.defaults().topK(3).bos(Bos.PREPEND).track(TokenRef.of(6342)));
                    r.top(r.finalPoint(), -1).getFirst();
                }
                """, copied("java"));
        String prompt = "-- $'say \"hi\"\\x0a$HOME\\'s'";
        assertEquals("lens run --model demo --top-k 3 --position all --bos --track id:6342 " + prompt, copied("command"));
        assertEquals("lens run --model demo --top-k 3 --position all --bos --track id:6342 --format svg --metric entropy --scale linear "
                + "--output grid.svg " + prompt, copied("picture"));
        assertTrue(copied("link").startsWith(server.address().toString()));
        assertTrue(copied("request").contains("\"prompt\": \"say \\\"hi\\\"\\n$HOME's\""), copied("request"));
    }

    @Test
    void special_tokens_are_tokens_where_that_is_chosen() {
        Chromium.allowClipboard();
        page.open(ExplorerPage.prompt("<|endoftext|>The"));
        page.until("document.querySelector('#status').textContent.includes('8 tokens')");
        page.option("special", true);
        page.until("document.querySelector('#status').textContent.includes('2 tokens')");
        assertTrue(page.fragment().contains("special=1"), page.fragment());
        assertEquals("lens run --model demo --top-k 10 --position all --special -- '<|endoftext|>The'", copied("command"));
        assertTrue(copied("java").contains(".specialTokens(SpecialTokens.PARSE)"), copied("java"));
    }

    private String copied(String what) {
        driver.executeAsyncScript("const done = arguments[0]; navigator.clipboard.writeText('').then(done)");
        page.js("document.querySelector('#status').textContent = ''");
        page.fromMenu("Copy as", what);
        page.until("document.querySelector('#status').textContent.endsWith('copied.')");
        return (String) driver.executeAsyncScript("const done = arguments[0]; navigator.clipboard.readText().then(done)");
    }

    @Test
    void the_json_download_is_the_run(@TempDir Path files) throws Exception {
        JsonNode run = new ObjectMapper().readTree(download("json", files).toFile());
        assertEquals("logitlens.run/1", run.path("schema").asText());
        assertEquals(eiffel.provenance().weightsSha256(), run.path("provenance").path("weightsSha256").asText());
        assertEquals(9 * 7, run.path("readings").size());
        JsonNode last = run.path("readings").get(9 * 7 - 1);
        assertEquals(eiffel.reading(eiffel.finalPoint(), -1).entropy(), last.path("entropy").doubleValue());
        assertEquals(eiffel.top(eiffel.finalPoint(), -1).getFirst().probability(), last.path("top").get(0).path("probability").doubleValue());
    }

    @Test
    void csv_svg_and_png_downloads_are_what_their_names_say(@TempDir Path files) throws Exception {
        StringWriter table = new StringWriter();
        try (LogitLens lens = LogitLens.open("demo")) {
            new RunCsv().write(lens.run(EIFFEL, LensOptions.defaults().metrics(LensMetric.SURPRISAL)), table);
        }
        assertEquals(table.toString(), Files.readString(download("csv", files)));
        var svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(download("svg", files).toFile());
        assertEquals("svg", svg.getDocumentElement().getTagName());
        assertEquals("img", svg.getDocumentElement().getAttribute("role"));
        for (String text : List.of(EIFFEL, "Probability, linear", "Paris", "demo")) {
            assertTrue(svg.getDocumentElement().getTextContent().contains(text), text);
        }
        assertTrue(ImageIO.read(download("png", files).toFile()).getWidth() > 1000);
    }

    private Path download(String kind, Path files) throws IOException, InterruptedException {
        return download(kind, files, "");
    }

    private Path download(String kind, Path files, String view) throws IOException, InterruptedException {
        Chromium.downloadTo(files);
        page.open(ExplorerPage.prompt(EIFFEL) + view);
        page.fromMenu("Download", kind.equals("json") ? "result" : kind);
        Path file = Chromium.downloaded(files, "." + kind);
        assertEquals("lens-the-eiffel-tower-is-in." + kind, file.getFileName().toString());
        return file;
    }

    @Test
    void the_one_file_download_shows_the_same_view_without_a_server(@TempDir Path files) throws Exception {
        Path file = download("html", files, "&metric=klToFinal&at=3&point=" + LAYER_4 + "&panel=words");
        Chromium.forget();
        driver.get(file.toUri().toString());
        page.until("document.querySelectorAll('.observations li').length >= 5");
        assertEquals("The Eiffel Tower is in ▸ ␣Paris · Logit Lens", driver.getTitle());
        assertTrue(page.text("#from").startsWith("Made at " + server.address()), page.text("#from"));
        assertTrue(label().startsWith("Layer 4, position 3, after el"), label());
        assertEquals("true", page.find("[data-metric=klToFinal]").getAttribute("aria-pressed"));
        page.hover(LAST_ROW, LAST_COLUMN);
        page.until("!document.querySelector('.card-floating').hidden");
        assertEquals("␣Paris", page.text(".card-floating .bar-token"));
        page.clickCell(LAST_ROW, LAST_COLUMN);
        assertTrue(label().startsWith("Layer 7, position 6"), label());
        assertFalse(Files.readString(file).contains("src=\""));
        Chromium.assertQuiet(file.toUri());
    }

    // --- text that is not only text ---

    @Test
    void hostile_text_is_text(@TempDir Path files) throws Exception {
        String hostile = "<img src=x onerror=window.hurt=1></script><script>window.hurt=1</script>/*VIEW*/$&"
                + "\u202eabc\u0000\u0007\u2028 &lt; {{7*7}} javascript:alert(1) 中文 العربية \ud83d\ude42";
        page.open(ExplorerPage.prompt(hostile));
        page.until("document.querySelector('#status').textContent.includes('tokens ×')");
        page.js("document.querySelector('.grid').scrollLeft = 0");
        page.clickCell(3, -1);
        page.click("#past summary");
        assertEquals(0L, page.js("return document.querySelectorAll('main img, main script, .past img').length"));
        assertEquals(Boolean.FALSE, page.js("return 'hurt' in window"));
        String shown = (String) page.js("return document.querySelector('#viewer').textContent + document.querySelector('#answer').textContent");
        assertFalse(shown.matches("(?s).*[\\x00-\\x08\u2028\u202e].*"), "control and direction characters are written as escapes");
        Chromium.downloadTo(files);
        page.fromMenu("Download", "html");
        Path file = Chromium.downloaded(files, ".html");
        Chromium.forget();
        driver.get(file.toUri().toString());
        page.until("document.querySelectorAll('.written').length >= 5");
        assertEquals(Boolean.FALSE, page.js("return 'hurt' in window"));
        Chromium.assertQuiet(file.toUri());
    }

    // --- light, dark, narrow, wide ---

    @Test
    void light_and_dark_follow_the_system_and_the_button() {
        page.open("");
        String light = (String) page.js("return getComputedStyle(document.body).backgroundColor");
        Chromium.prefer("dark");
        page.until("getComputedStyle(document.body).backgroundColor !== '" + light + "'");
        page.click("#theme");
        page.until("getComputedStyle(document.body).backgroundColor === '" + light + "'");
        driver.navigate().refresh();
        page.settled();
        assertEquals(light, page.js("return getComputedStyle(document.body).backgroundColor"));
        page.js("localStorage.clear()");
    }

    @Test
    void nothing_sticks_out_of_a_phone_or_a_wide_screen() {
        for (int width : new int[] {320, 375, 820, 1280, 1600, 2200}) {
            Chromium.resize(width, 800);
            page.open(ExplorerPage.prompt("A longer prompt, so that the grid is wider than a phone: " + EIFFEL) + "&point=" + LAYER_4);
            assertEquals(0L, page.js("return Math.max(0, document.documentElement.scrollWidth - innerWidth)"), "at " + width);
        }
    }

    @Test
    void the_first_screen_has_the_answer_and_the_grid() {
        for (int[] size : new int[][] {{375, 700}, {1280, 800}, {1600, 900}}) {
            Chromium.resize(size[0], size[1]);
            page.open(ExplorerPage.prompt(EIFFEL) + (size[0] == 375 ? "" : "&also=attn_out&layers=0:6")); // fourteen rows, one more than GPT-2 small has
            long bottom = ((Number) page.js("return document.querySelector('.grid').getBoundingClientRect().bottom")).longValue();
            assertTrue(bottom <= size[1], bottom + " of " + size[1]);
            assertTrue(page.shown("#answer .headline"));
        }
        assertTrue(((Number) page.js("return document.documentElement.scrollHeight")).intValue() <= 900, "nothing below the fold");
    }

    @Test
    void everything_that_can_be_used_has_a_name() {
        page.open("point=" + LAYER_4);
        assertEquals(List.of(), page.js("""
                return [...document.querySelectorAll('button, input, select, textarea, [role=grid], [role=gridcell]')]
                    .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length))
                    .map(e => e.outerHTML);
                """));
    }

    // --- 1024 tokens × 49 points ---

    /// What keeps scrolling smooth is tested; how smooth it is depends on the machine, and is printed.
    @Test
    void scrolling_1024_tokens_by_49_points_draws_only_what_is_seen(@TempDir Path files) throws IOException {
        Path file = LargeRun.write(files.resolve("large.html"), 1024, 49);
        Chromium.forget();
        driver.get(file.toUri().toString());
        page.until("document.querySelectorAll('.written').length >= 5");
        double rate = ((Number) driver.executeAsyncScript("""
                const done = arguments[0];
                const host = document.querySelector('.grid');
                host.scrollIntoView();
                const frames = [];
                const step = now => {
                  frames.push(now);
                  host.scrollLeft += 130;
                  host.scrollTop = 300 + 300 * Math.sin(frames.length / 7);
                  if (now - frames[0] < 1200) {
                    requestAnimationFrame(step);
                  } else {
                    done((frames.length - 1) * 1000 / (now - frames[0]));
                  }
                };
                host.scrollLeft = 0;
                requestAnimationFrame(step);
                """)).doubleValue();
        System.out.printf(Locale.ROOT, "explorer: %.0f frames a second while 1024 tokens × 49 points scroll%n", rate);
        long elements = (long) page.js("return document.querySelectorAll('.grid *').length;");
        assertTrue(elements < 4000, elements + " elements for " + 1024 * 49 + " cells");
        Chromium.assertQuiet(file.toUri());
    }
}
