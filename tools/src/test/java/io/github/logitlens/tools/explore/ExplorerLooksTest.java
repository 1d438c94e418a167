package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The page light, dark, narrow and wide.
@Tag("browser")
class ExplorerLooksTest extends PageTest {

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
}
