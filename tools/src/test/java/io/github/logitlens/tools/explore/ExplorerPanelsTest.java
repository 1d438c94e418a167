package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.tools.view.RandomModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/// The card, the panels of one position, and the tokens that are followed.
@Tag("browser")
class ExplorerPanelsTest extends PageTest {

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
}
