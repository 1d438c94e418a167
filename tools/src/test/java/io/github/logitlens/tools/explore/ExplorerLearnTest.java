package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// Guesses, first steps and lessons.
@Tag("browser")
class ExplorerLearnTest extends PageTest {

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
}
