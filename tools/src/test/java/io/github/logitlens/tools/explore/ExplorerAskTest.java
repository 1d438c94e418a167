package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.LayerNormMode;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.PointKind;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/// What is asked and answered: the prompt, examples, options, the address, history; what has to be right of it whatever it is.
@Tag("browser")
class ExplorerAskTest extends PageTest {

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
}
