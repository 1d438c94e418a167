package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.tools.view.RandomModel;
import io.github.logitlens.tools.view.RunCsv;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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

    private static String probability(double p) {
        return String.format(Locale.ROOT, "%.3f", p);
    }

    // --- prompt ---

    @Test
    void typing_shows_tokens_with_id_and_bytes_and_runs() {
        page.open("");
        page.type("The capital of France is");
        page.until("document.querySelector('.token-count').textContent === '5 tokens'");
        assertEquals(List.of("The", "␣capital", "␣of", "␣France", "␣is"), page.texts(".chip"));
        assertEquals("token 3: id 4881, bytes 20 46 72 61 6e 63 65", page.find(".chip:nth-child(4)").getAttribute("title"));
        page.until("document.querySelector('#status').textContent.startsWith('5 tokens × 9 points')");
        assertEquals("The capital of France is", page.js("return new URLSearchParams(location.hash.slice(1)).get('p')"));
    }

    @Test
    void each_of_the_seven_examples_runs() {
        page.open("");
        assertEquals(List.of(EIFFEL, "Barack Obama was the", "The capital of France is", "import numpy as", "def fibonacci(n):",
                "Once upon a time", "The quick brown fox"), page.texts(".example"));
        for (WebElement example : driver.findElements(By.cssSelector(".example"))) {
            example.click();
            page.settled();
            assertEquals(example.getText(), page.js("return new URLSearchParams(location.hash.slice(1)).get('p') ?? arguments[0]", EIFFEL));
            assertTrue(page.text("#status").contains("The model goes on with"), page.text("#status"));
            assertEquals("", page.text("#alert"));
        }
    }

    @Test
    void options_change_the_run() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.click("[name=bos]");
        page.until("document.querySelectorAll('.chip').length === 8");
        page.settled();
        page.click("[name=mid]");
        page.until("document.querySelector('#status').textContent.startsWith('8 tokens × 17 points')");
        page.js("const k = document.querySelector('[name=topK]'); k.value = 3; k.dispatchEvent(new Event('change'))");
        page.until("document.querySelectorAll('.heat thead th').length === 4");
        assertTrue(page.fragment().contains("k=3") && page.fragment().contains("bos=1") && page.fragment().contains("mid=1"));
    }

    @Test
    void an_address_brings_the_same_view_again() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&k=4&metric=entropy&scale=log&at=4&point=6&track=6342,262&lines=rank");
        page.until("document.querySelectorAll('.chart-legend li').length === 2");
        assertEquals("Layer 5", page.text(".card-pinned .card-title strong"));
        assertEquals("entropy", page.find("select[aria-label=Metric]").getAttribute("value"));
        assertEquals("log", page.find("select[aria-label=Scale]").getAttribute("value"));
        assertEquals("4", page.find("input[aria-label=Position]").getAttribute("value"));
        assertEquals("rank", page.find(".segments [aria-pressed=true]").getAttribute("data-quantity"));
        String address = page.fragment();
        driver.navigate().refresh();
        page.settled();
        assertEquals(address, page.fragment());
    }

    @Test
    void too_long_a_prompt_is_refused_in_words_and_the_page_lives_on() {
        page.open(ExplorerPage.prompt(" word".repeat(300)));
        assertTrue(page.text("#alert").contains("256"), page.text("#alert"));
        Chromium.forget(); // the browser itself reports the refusal's status
        page.type(EIFFEL);
        page.until("document.querySelector('#status').textContent.startsWith('7 tokens')");
        assertEquals("", page.text("#alert"));
    }

    @Test
    void the_longest_prompt_of_the_model_runs_and_can_be_walked() {
        page.open(ExplorerPage.prompt("word" + " word".repeat(255)) + "&mid=1&k=2");
        page.until("document.querySelector('#status').textContent.startsWith('256 tokens × 17 points')");
        page.until("document.querySelector('.grid').scrollLeft > 10000"); // the last position is in sight
        page.js("document.querySelector('.grid-active-cell').focus()");
        page.press(Keys.chord(Keys.CONTROL, Keys.HOME));
        assertTrue(label().startsWith("Embedding, position 0,"), label());
        page.until("document.querySelector('.grid').scrollLeft === 0");
        page.press(Keys.chord(Keys.CONTROL, Keys.END));
        assertTrue(label().startsWith("Layer 7, position 255,"), label());
        page.until("document.querySelector('.grid').scrollLeft > 10000");
    }

    // --- grid and card ---

    private static String label() {
        return (String) page.js("return document.querySelector('.grid-active-cell').getAttribute('aria-label')");
    }

    @Test
    void hovering_shows_the_cells_first_tokens_and_clicking_keeps_them() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.hover(5, LAST_COLUMN);
        page.until("!document.querySelector('.card-floating').hidden");
        String the = probability(eiffel.top(eiffel.layer(4), -1).getFirst().probability());
        assertEquals("Layer 4", page.text(".card-floating strong"));
        assertEquals("\" the\"", page.text(".card-floating .bar-token"));
        assertEquals(the, page.text(".card-floating .bar-number"));
        assertEquals(10, page.texts(".card-floating .bar").size());
        page.clickCell(5, LAST_COLUMN);
        page.until("!document.querySelector('.card-pinned').hidden");
        assertEquals(the, page.text(".card-pinned .bar-number"));
        assertTrue(page.fragment().contains("point=5"), page.fragment());
        page.click(".card-pinned .close");
        assertFalse(page.shown(".card-pinned"));
    }

    @Test
    void colours_follow_the_metric_and_the_scale() {
        page.open(ExplorerPage.prompt(EIFFEL));
        // Viridis at the probabilities of the output, 0.965, and of layer 3, 0.224, by its published table.
        assertNear(List.of(231, 228, 25), page.colour(LAST_ROW, LAST_COLUMN));
        assertNear(List.of(62, 74, 137), page.colour(4, LAST_COLUMN));
        List<?> linear = page.colour(6, LAST_COLUMN);
        page.choose("Scale", "log");
        assertNotEquals(linear, page.colour(6, LAST_COLUMN));
        page.choose("Metric", "klToFinal");
        page.choose("Scale", "linear");
        assertNear(List.of(68, 1, 84), page.colour(LAST_ROW, LAST_COLUMN)); // the final point: exactly 0, the low end
        assertTrue(page.text(".grid-panel .meaning").contains("KL(final ‖ point)"), page.text(".grid-panel .meaning"));
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
            page.choose("Metric", metric.key());
            page.until("document.querySelector('.grid-panel .meaning').textContent.startsWith(\"" + metric.label() + "\")");
            assertFalse(page.text(".legend-ticks").contains("NaN"), page.text(".legend-ticks"));
            assertEquals("", page.text("#alert"));
        }
    }

    @Test
    void a_tracked_tokens_rank_can_colour_the_grid() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.choose("Metric", "tracked.rank");
        page.until("document.querySelector('.grid-panel .meaning').textContent.startsWith('Tracked token: rank of \" Paris\"')");
        page.js("document.querySelector('.grid-active-cell').focus()");
        assertTrue(label().endsWith("tracked token: rank 1"), label());
    }

    @Test
    void the_whole_grid_can_be_used_by_keyboard() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.js("document.querySelector('.grid-active-cell').focus()");
        assertEquals("Layer 7, position 6, after \" in\": first choice \" Paris\"; probability 0.965", label());
        page.press(Keys.ARROW_UP);
        page.press(Keys.ARROW_LEFT);
        assertTrue(label().startsWith("Layer 6, position 5, after \" is\""), label());
        page.press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
        page.press(Keys.ARROW_RIGHT); // at the edge nothing moves
        assertTrue(label().startsWith("Layer 7, position 6"), label());
        page.press(Keys.HOME);
        page.press(Keys.PAGE_UP);
        assertTrue(label().startsWith("Embedding, position 0"), label());
        page.press(Keys.chord(Keys.CONTROL, Keys.END));
        page.press(Keys.ENTER);
        page.until("!document.querySelector('.card-pinned').hidden");
        assertEquals("\" Paris\"", page.text(".card-pinned .bar-token"));
        page.press(Keys.ESCAPE);
        assertFalse(page.shown(".card-pinned"));
        assertEquals(1L, page.js("return document.querySelectorAll('.grid [tabindex=\"0\"]').length"));
        assertEquals("9", page.find(".grid").getAttribute("aria-rowcount"));
        assertEquals("7", page.find(".grid").getAttribute("aria-colcount"));
    }

    // --- the panels of one position ---

    @Test
    void the_layer_table_and_the_heat_map_are_the_librarys_numbers() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.until("document.querySelector('.layers tbody tr td:nth-child(7)').textContent !== '–'");
        List<WebElement> rows = driver.findElements(By.cssSelector("#viewer .scroller .layers"));
        WebElement table = rows.stream().filter(each -> each.getText().contains("KL to final")).findFirst().orElseThrow();
        List<WebElement> lines = table.findElements(By.cssSelector("tbody tr"));
        assertEquals(eiffel.points().size(), lines.size());
        for (int point = 0; point < lines.size(); point++) {
            var reading = eiffel.reading(eiffel.points().get(point), -1);
            List<String> cells = lines.get(point).findElements(By.cssSelector("td")).stream().map(WebElement::getText).toList();
            assertEquals("\"" + reading.top().getFirst().token().display() + "\"", cells.get(0));
            assertEquals(probability(reading.top().getFirst().probability()), cells.get(1));
            assertEquals(String.format(Locale.ROOT, "%.2f", reading.entropy()), cells.get(3));
            assertEquals(String.format(Locale.ROOT, "%.2f", reading.klToFinal()), cells.get(4));
            assertEquals(eiffel.track(" Paris", -1).get(point).rank(), Integer.parseInt(cells.get(5).replace(",", "")));
        }
        assertEquals(9 * 10L, page.js("return document.querySelectorAll('.heat-cell').length"));
    }

    @Test
    void key_observations_say_what_the_library_says() {
        page.open(ExplorerPage.prompt("The capital of France is"));
        page.until("document.querySelectorAll('.observations li').length >= 6");
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult result = lens.run("The capital of France is", LensOptions.defaults());
            String words = page.text(".observations");
            assertTrue(words.contains("\"" + result.top(result.finalPoint(), -1).getFirst().token().display() + "\" with probability "
                    + probability(result.top(result.finalPoint(), -1).getFirst().probability())), words);
            assertTrue(words.contains(result.decisionLayer(-1).label()), words);
            for (String name : List.of("Final prediction", "Decision layer", "First appearance", "Confidence", "Biggest jump", "Flips")) {
                assertTrue(words.contains(name), name);
            }
        }
    }

    @Test
    void another_position_is_chosen_by_token_by_arrow_and_by_number() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.until("document.querySelectorAll('.chip').length === 7");
        page.click(".chip:nth-child(3)");
        assertTrue(page.text(".position-token").startsWith("after \"iff\""), page.text(".position-token"));
        page.click("[aria-label='Next position']");
        assertTrue(page.text(".position-token").startsWith("after \"el\""), page.text(".position-token"));
        assertTrue(page.fragment().contains("at=3"), page.fragment());
        assertTrue(page.text(".observations").contains("The prompt goes on with") || page.text(".observations").contains("It is what follows"));
    }

    // --- tracking ---

    @Test
    void the_distinct_first_choices_are_followed_at_first() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.until("document.querySelector('.chart-legend li:nth-child(3) .legend-value')?.textContent !== '–'");
        assertEquals(List.of("\" Paris\"", "\" the\"", "\" in\""), page.texts(".chart-legend .token"));
        assertEquals(probability(eiffel.track(" the", -1).getLast().probability()),
                page.text(".chart-legend li:nth-child(2) .legend-value"));
        for (String quantity : List.of("logit", "rank")) {
            page.click("[data-quantity=" + quantity + "]");
            page.until("document.querySelector('.segments [aria-pressed=true]').dataset.quantity === '" + quantity + "'");
        }
        page.until("document.querySelector('.chart-legend .legend-value').textContent === '1'");
        assertTrue(page.shown(".chart canvas"));
    }

    @Test
    void tokens_are_followed_by_typing_and_by_clicking_and_dropped_again() {
        page.open(ExplorerPage.prompt(EIFFEL));
        WebElement box = page.find("[name=track]");
        box.sendKeys(" London", Keys.ENTER);
        page.until("document.querySelectorAll('.chart-legend li').length === 4");
        page.until("[...document.querySelectorAll('.chart-legend .token')].at(-1).textContent === '\" London\"'");
        page.clickCell(6, LAST_COLUMN);
        page.click(".card-pinned .bars li:nth-child(3) button");
        page.until("document.querySelectorAll('.chart-legend li').length === 5");
        page.click(".chart-legend li:first-child .close");
        page.until("document.querySelectorAll('.chart-legend li').length === 4");
        assertTrue(page.fragment().contains("track="), page.fragment());
        page.click("[aria-label^='Follow the first choices']");
        page.until("document.querySelectorAll('.chart-legend li').length === 3");
        assertFalse(page.fragment().contains("track="), page.fragment());
    }

    /// An answer that comes while somebody stands on a button, or presses it, is not to take it away.
    @Test
    void followed_tokens_keep_their_buttons_and_the_focus_on_them() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&track=6342,262,287");
        page.until("document.querySelector('.chart-legend li:nth-child(3) .legend-value')?.textContent !== '–'");
        page.js("window.second = document.querySelector('.chart-legend li:nth-child(2) .close'); window.second.focus()");
        page.choose("Metric", "surprisal"); // a new run, whose paths are read again
        page.until("document.querySelector('.chart-legend li:nth-child(3) .legend-value')?.textContent !== '–'");
        assertEquals(Boolean.TRUE, page.js("return document.activeElement === window.second && window.second.isConnected"));
        page.press(Keys.ENTER);
        page.until("document.querySelectorAll('.chart-legend li').length === 2");
        assertEquals("Stop following \" in\"", page.js("return document.activeElement.getAttribute('aria-label')"));
        page.press(Keys.ENTER);
        assertEquals("Stop following \" Paris\"", page.js("return document.activeElement.getAttribute('aria-label')"));
        page.press(Keys.ENTER);
        assertEquals("track", page.js("return document.activeElement.name"), "the last one leaves the box to type in");
        page.js("document.querySelector('[data-quantity=rank]').focus()");
        page.press(Keys.ENTER);
        assertEquals("rank", page.js("return document.activeElement.dataset.quantity"));
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
        page.until("document.querySelector('.grid-panel .meaning').textContent.startsWith('Tracked token: rank')");
        page.click(".chart-legend .close");
        page.until("document.querySelector('#status').textContent.includes('Follow a token, and the colours will show')");
        assertSettled();
        page.open(ExplorerPage.prompt(EIFFEL) + "&metric=tracked.logit");
        page.until("document.querySelector('.grid-panel .meaning').textContent.startsWith('Tracked token: logit of \" Paris\"')");
        assertSettled();
    }

    /// Asks how many runs the page has asked for, twice.
    private static void assertSettled() {
        page.settled();
        String runs = "return performance.getEntriesByType('resource').filter(e => e.name.endsWith('/api/run')).length";
        page.until("document.querySelector('#status').textContent.includes('goes on with')");
        page.until("document.querySelector('.layers tbody tr td:nth-child(7)').textContent !== '–'"); // the paths are there too
        Object before = page.js(runs);
        ExplorerPage.pause(400);
        assertEquals(before, page.js(runs), page.fragment());
    }

    @Test
    void a_pinned_card_shows_the_run_that_is_shown() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&point=5");
        page.until("document.querySelectorAll('.card-pinned .bar').length === 10");
        page.js("const k = document.querySelector('[name=topK]'); k.value = 20; k.dispatchEvent(new Event('change'))");
        page.until("document.querySelectorAll('.card-pinned .bar').length === 20");
        assertFalse(page.text(".card-pinned .numbers").contains("Surprisal"), page.text(".card-pinned .numbers"));
        page.clickCell(5, 3);
        page.choose("Metric", "surprisal");
        page.until("document.querySelector('.card-pinned .numbers').textContent.includes('Surprisal')");
        page.click("[name=mid]");
        page.until("document.querySelector('#status').textContent.startsWith('7 tokens × 17 points')");
        page.until("location.hash.includes('point=10')"); // Layer 4 still, behind four more points
        assertEquals("Layer 4", page.text(".card-pinned .card-title strong"));
        String address = page.fragment();
        driver.navigate().refresh();
        page.settled();
        page.until("!document.querySelector('.card-pinned').hidden");
        assertEquals("Layer 4", page.text(".card-pinned .card-title strong"));
        assertEquals(address, page.fragment());
        page.clickCell(9, 3); // a middle point, which is not there without them
        page.until("document.querySelector('.card-pinned .card-title strong').textContent === 'Layer 4 mid'");
        page.click("[name=mid]");
        page.until("document.querySelector('#status').textContent.startsWith('7 tokens × 9 points')");
        page.until("document.querySelector('.card-pinned').hidden");
        assertFalse(page.fragment().contains("point="), page.fragment());
    }

    @Test
    void a_card_of_one_model_is_not_shown_for_another(@TempDir Path files) throws Exception {
        Path other = Files.createDirectory(files.resolve("other"));
        RandomModel.write(other);
        try (ExplorerServer two = ExplorerServer.start(0, other.toString(), "test", System.err)) {
            ExplorerPage both = new ExplorerPage(driver, two.address());
            both.open(ExplorerPage.prompt(EIFFEL) + "&model=demo&point=2");
            both.until("!document.querySelector('.card-pinned').hidden");
            both.js("const m = document.querySelector('[name=model]'); m.value = m.options[0].value; m.dispatchEvent(new Event('change'))");
            both.until("document.querySelector('#status').textContent.startsWith('7 tokens × 5 points')");
            assertFalse(both.shown(".card-pinned"), "the other model has not been asked");
            Chromium.assertQuiet(two.address());
            Chromium.forget();
        }
    }

    @Test
    void the_grid_keeps_its_marks_when_the_prompt_is_read_anew() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.js("document.querySelector('.grid-active-cell').focus()");
        page.press(Keys.chord(Keys.CONTROL, Keys.HOME));
        page.press(Keys.ARROW_DOWN);
        page.press(Keys.ARROW_RIGHT);
        page.press(Keys.ENTER);
        page.until("!document.querySelector('.card-pinned').hidden");
        assertTrue(label().startsWith("Layer 0, position 1,"), label());
        List<?> framed = page.frame(1, 1);
        page.choose("Metric", "surprisal");
        page.until("document.querySelector('.grid-panel .meaning').textContent.startsWith('Surprisal')");
        assertTrue(label().startsWith("Layer 0, position 1,"), label());
        assertEquals(framed, page.frame(1, 1), "the frame of the pinned cell");
        page.click("[name=mid]");
        page.until("document.querySelector('#status').textContent.startsWith('7 tokens × 17 points')");
        assertTrue(label().startsWith("Layer 0, position 1,"), label());
        assertEquals(framed, page.frame(2, 1), "the frame goes with its point");
        assertNotEquals(framed, page.frame(1, 1));
    }

    @Test
    void panels_that_are_drawn_anew_leave_the_focus_where_it_was() {
        page.open(ExplorerPage.prompt(EIFFEL) + "&point=5&at=3");
        page.until("!document.querySelector('.card-pinned').hidden");
        String key = "return document.activeElement.dataset.key ?? document.activeElement.getAttribute('aria-label')";
        for (String selector : List.of(".layers tbody tr:nth-child(3) .token", ".heat tbody tr:nth-child(2) td:nth-child(4) button",
                ".card-pinned .bars li:nth-child(2) button", "[aria-label='Next position']")) {
            page.js("document.querySelector(arguments[0]).focus()", selector);
            Object before = page.js(key);
            page.press(Keys.ENTER);
            page.settled();
            assertEquals(before, page.js(key), selector);
        }
        page.js("document.querySelector('input[aria-label=Position]').focus()");
        page.press(Keys.ARROW_DOWN);
        page.until("location.hash.includes('at=3')");
        assertEquals("Position", page.js(key));
    }

    @Test
    void a_text_of_several_tokens_or_of_two_meanings_is_asked_back() {
        page.open(ExplorerPage.prompt(EIFFEL));
        page.find("[name=track]").sendKeys("Paris", Keys.ENTER);
        page.until("document.querySelectorAll('.answers button').length === 2");
        assertEquals(List.of("\"Paris\"", "\" Paris\""), page.texts(".answers button"));
        page.find("[name=track]").sendKeys("fibonacci", Keys.ENTER);
        page.until("document.querySelector('.answers').textContent.includes('tokens; follow one of them')");
        page.click(".answers button");
        page.until("document.querySelectorAll('.chart-legend li').length === 4");
    }

    // --- export ---

    @Test
    void copying_gives_a_call_a_command_and_a_request() {
        Chromium.allowClipboard();
        page.open(ExplorerPage.prompt("say \"hi\"\n$HOME's") + "&bos=1&k=3&track=6342");
        assertEquals("""
                try (LogitLens lens = LogitLens.open("demo")) {
                    LensResult r = lens.run("say \\"hi\\"\\n$HOME's",
                            LensOptions.defaults().topK(3).bos(Bos.PREPEND).track(TokenRef.of(6342)));
                    r.top(r.finalPoint(), -1).getFirst();
                }
                """, copied("java"));
        assertEquals("lens run --model demo --top-k 3 --position all --bos --track id:6342 -- $'say \"hi\"\\x0a$HOME\\'s'",
                copied("command"));
        assertTrue(copied("link").startsWith(server.address().toString()));
        assertTrue(copied("json").contains("\"prompt\": \"say \\\"hi\\\"\\n$HOME's\""), copied("json"));
    }

    @Test
    void special_tokens_are_tokens_where_that_is_chosen() {
        Chromium.allowClipboard();
        page.open(ExplorerPage.prompt("<|endoftext|>The"));
        page.until("document.querySelector('#status').textContent.includes('8 tokens')");
        page.click("[name=special]");
        page.until("document.querySelector('#status').textContent.includes('2 tokens')");
        assertTrue(page.fragment().contains("special=1"), page.fragment());
        assertEquals("lens run --model demo --top-k 10 --position all --special -- '<|endoftext|>The'", copied("command"));
        assertTrue(copied("java").contains(".specialTokens(SpecialTokens.PARSE)"), copied("java"));
    }

    private String copied(String what) {
        driver.executeAsyncScript("const done = arguments[0]; navigator.clipboard.writeText('').then(done)");
        page.js("document.querySelector('#status').textContent = ''");
        page.fromMenu("Copy as", what.equals("json") ? "request" : what);
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
            new RunCsv().write(lens.run(EIFFEL), table);
        }
        assertEquals(table.toString(), Files.readString(download("csv", files)));
        var svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(download("svg", files).toFile());
        assertEquals("svg", svg.getDocumentElement().getTagName());
        assertTrue(svg.getDocumentElement().getTextContent().contains("Paris"));
        var png = ImageIO.read(download("png", files).toFile());
        assertEquals(2 * (92 + 7 * 86), png.getWidth());
        assertEquals(2 * (44 + 9 * 26), png.getHeight());
    }

    private Path download(String kind, Path files) throws IOException, InterruptedException {
        Chromium.downloadTo(files);
        page.open(ExplorerPage.prompt(EIFFEL));
        page.fromMenu("Download", kind.equals("json") ? "result" : kind);
        Path file = Chromium.downloaded(files, "." + kind);
        assertEquals("lens-the-eiffel-tower-is-in." + kind, file.getFileName().toString());
        return file;
    }

    @Test
    void the_one_file_download_shows_the_same_grid_without_a_server(@TempDir Path files) throws Exception {
        Path file = download("html", files);
        Chromium.forget();
        driver.get(file.toUri().toString());
        page.until("document.querySelectorAll('.observations li').length >= 5");
        page.js("document.querySelector('.grid-active-cell').focus()");
        assertTrue(label().endsWith("first choice \" Paris\"; probability 0.965"), label());
        page.hover(LAST_ROW, LAST_COLUMN);
        page.until("!document.querySelector('.card-floating').hidden");
        assertEquals("\" Paris\"", page.text(".card-floating .bar-token"));
        assertFalse(Files.readString(file).contains("src=\""));
        Chromium.assertQuiet(file.toUri());
    }

    // --- text that is not only text ---

    @Test
    void hostile_text_is_text(@TempDir Path files) throws Exception {
        String hostile = "<img src=x onerror=window.hurt=1></script><script>window.hurt=1</script>"
                + "\u202eabc\u0000\u0007\u2028 &lt; {{7*7}} javascript:alert(1) 中文 العربية \ud83d\ude42";
        page.open(ExplorerPage.prompt(hostile));
        page.until("document.querySelector('#status').textContent.includes('tokens ×')");
        page.js("document.querySelector('.grid').scrollLeft = 0");
        page.hover(3, 2);
        page.until("!document.querySelector('.card-floating').hidden");
        assertEquals(0L, page.js("return document.querySelectorAll('#viewer img, #viewer script, .chips img').length"));
        assertEquals(Boolean.FALSE, page.js("return 'hurt' in window"));
        String shown = (String) page.js("return [...document.querySelectorAll('.chips, #viewer')].map(e => e.textContent).join(' ')");
        assertFalse(shown.matches("(?s).*[\\x00-\\x08\u2028\u202e].*"), "control and direction characters are written as escapes");
        assertTrue(shown.contains("\\x00"), "NUL is shown");
        Chromium.downloadTo(files);
        page.fromMenu("Download", "html");
        Path file = Chromium.downloaded(files, ".html");
        Chromium.forget();
        driver.get(file.toUri().toString());
        page.until("document.querySelectorAll('.observations li').length >= 5");
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
        for (int width : new int[] {360, 820, 2200}) {
            Chromium.resize(width, 800);
            page.open(ExplorerPage.prompt("A longer prompt, so that the grid is wider than a phone: " + EIFFEL) + "&point=4");
            assertEquals(0L, page.js("return Math.max(0, document.documentElement.scrollWidth - innerWidth)"), "at " + width);
        }
    }

    @Test
    void everything_that_can_be_used_has_a_name() {
        page.open("point=3");
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
        page.until("document.querySelectorAll('.observations li').length >= 5");
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
