package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.LensMetric;
import io.github.logitlens.TokenRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/// The grid and what goes with it: colours, the way of the answer, the layers that are played, the keyboard, 1024 tokens.
@Tag("browser")
class ExplorerGridTest extends PageTest {

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
        page.until("document.querySelector('.scrub-name').textContent !== 'Embedding writes'");
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
