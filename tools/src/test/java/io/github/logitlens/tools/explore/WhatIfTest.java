package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.LensComparison;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Prompt;
import io.github.logitlens.SweepCell;
import io.github.logitlens.SweepMetric;
import io.github.logitlens.SweepOptions;
import io.github.logitlens.SweepSite;
import io.github.logitlens.TokenRef;
import io.github.logitlens.edit.Edits;
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

/// Edits on the page, in a real browser: made, seen, turned, undone, carried over from another prompt, found by a sweep.
@Tag("browser")
class WhatIfTest {

    private static final String EIFFEL = ExplorerPage.prompt("The Eiffel Tower is in");
    private static final String EDIT = "&edit=zero:L7H3";

    private static ExplorerServer server;
    private static ExplorerPage page;
    private static LensComparison effect;
    private static List<SweepCell> heads;

    @BeforeAll
    static void open() throws IOException {
        ChromeDriver driver = Chromium.start("WhatIfTest");
        server = ExplorerServer.start(0, "demo", "test", System.err);
        page = new ExplorerPage(driver, server.address());
        try (LogitLens lens = LogitLens.open("demo")) {
            effect = lens.compare("The Eiffel Tower is in", LensOptions.defaults().track(" Paris"), Edits.zeroHead(7, 3));
            heads = lens.ablate(Prompt.of("The Eiffel Tower is in"), SweepOptions.of(SweepMetric.logit(TokenRef.of(" Paris")))
                    .sites(SweepSite.HEAD)).grid(SweepSite.HEAD).cells();
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

    private static void untilChanged(String edits) {
        page.until("document.querySelector('#status').textContent.endsWith('changed: " + edits + "')");
    }

    private static void untilUnchanged() {
        page.until("document.documentElement.dataset.state === 'done' && !document.querySelector('#viewer').classList.contains('stale')"
                + " && !document.querySelector('#status').textContent.includes('changed')");
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.2f", value).replaceFirst("[+-]0\\.00$", "0.00").replace('-', '−');
    }

    @Test
    void anEditIsPutTogetherAndAdded() {
        page.open(EIFFEL + "&panel=whatif&at=3&point=blocks.4.hook_resid_post");
        assertEquals("zero:L4.resid_post@3", page.js("return document.querySelector('.edit-written input').value"));
        page.choose("What is done", "steer");
        page.choose("To what", "L4.mlp_out");
        page.js("const t = document.querySelector('[aria-label=\"Towards which token\"]'); t.value = ' Rome'; t.dispatchEvent(new Event('input'))");
        assertEquals("steer:L4.mlp_out@3*2=unembed: Rome", page.js("return document.querySelector('.edit-written input').value"));
        page.click(".edit-form [type=submit]");
        untilChanged("steer:L4.mlp_out@3*2=unembed: Rome");
        assertEquals(List.of("steer:L4.mlp_out@3*2=unembed: Rome"), page.texts(".edit code"));
    }

    @Test
    void whatAnEditCannotBeIsTold() {
        page.open(EIFFEL + "&panel=whatif");
        page.js("document.querySelector('.edit-written input').value = 'zero:L99H0'");
        page.click(".edit-form [type=submit]");
        page.until("document.querySelector('#alert').textContent.includes('L99H0')");
        page.click(".edit .close");
        untilUnchanged();
        // The refused run is told on the console too.
        Chromium.forget();
    }

    @Test
    void theDifferenceIsThatOfTheLibraryWithItsCone() {
        page.open(EIFFEL + EDIT);
        untilChanged("zero:L7H3");
        page.click("[data-show=difference]");
        page.until("document.querySelector('.legend').textContent.includes('Change of the logit of ␣Paris')");
        double change = effect.logitChange(TokenRef.of(" Paris"), effect.before().finalPoint(), -1);
        String cell = (String) page.js("return document.querySelector('.grid-active-cell').getAttribute('aria-label')");
        assertTrue(cell.contains("change of the logit " + signed(change).replace("+", "")), cell);
        assertTrue(page.text(".card").contains("Before") && page.text(".card").contains("After"), page.text(".card"));
        page.js("document.querySelector('.grid-active-cell').focus()");
        page.press(Keys.ARROW_UP);
        page.until("document.querySelector('.grid-active-cell').getAttribute('aria-label').includes('out of reach')");
        page.click("[data-show=before]");
        untilUnchanged();
        assertTrue(page.fragment().contains("show=before"), page.fragment());
        page.open(EIFFEL + EDIT + "&show=difference&change=kl");
        page.until("document.querySelector('.legend').textContent.includes('KL(A ‖ B)')");
    }

    @Test
    void editsAreTurnedRemovedAndUndone() {
        page.open(EIFFEL + EDIT + "%0Azero:L3.mlp_out");
        untilChanged("zero:L7H3, zero:L3.mlp_out");
        page.click(".edit .plain");
        untilChanged("zero:L3.mlp_out");
        assertTrue(page.fragment().contains("off=0"), page.fragment());
        assertEquals("edit 0", page.js("return document.activeElement.dataset.key"), "the focus stays");
        page.press(Keys.chord(Keys.CONTROL, "z"));
        untilChanged("zero:L7H3, zero:L3.mlp_out");
        page.click(".edit:last-child .close");
        untilChanged("zero:L7H3");
        page.click("[data-key=undo]");
        untilChanged("zero:L7H3, zero:L3.mlp_out");
        page.click("[data-key=redo]");
        untilChanged("zero:L7H3");
        page.js("history.back()");
        untilChanged("zero:L7H3, zero:L3.mlp_out");
    }

    @Test
    void aCellOfAnotherPromptIsPutIntoTheGridByKeyboard() {
        page.open(EIFFEL + "&panel=whatif&from=Big+Ben+is+in&point=blocks.6.hook_resid_post");
        page.until("document.querySelectorAll('.second .heat-cell').length === 36");
        page.js("document.querySelector('.second .heat-cell').focus()");
        page.press(Keys.END);
        page.press(Keys.ENTER);
        assertEquals("L7.resid_post@3 is to be put at Layer 6, position 6.", page.text(".second-told p"));
        page.click("[data-key=put]");
        untilChanged("patch:L6.resid_post@6=L7.resid_post@3");
    }

    @Test
    void aCellOfAnotherPromptIsDraggedOntoTheGrid() {
        page.open(EIFFEL + "&panel=whatif&from=Big+Ben+is+in");
        page.until("document.querySelectorAll('.second .heat-cell').length === 36");
        page.js("""
                const data = new DataTransfer();
                const from = document.querySelector('[data-key="L4.resid_post@3"]');
                from.dispatchEvent(new DragEvent('dragstart', {bubbles: true, dataTransfer: data}));
                const grid = document.querySelector('.grid');
                const box = document.querySelector('.grid-active-cell').getBoundingClientRect();
                const at = {bubbles: true, cancelable: true, dataTransfer: data, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 - 2 * box.height};
                grid.dispatchEvent(new DragEvent('dragover', at));
                grid.dispatchEvent(new DragEvent('drop', at));
                """);
        untilChanged("patch:L5.resid_post@6=L4.resid_post@3");
    }

    @Test
    void aSweepIsThatOfTheLibraryAndItsCellsAreEdits() {
        page.open(EIFFEL + "&panel=sweep");
        page.choose("What is changed", "ablate");
        page.until("document.querySelector('.sweep-panel [role=status]').textContent.includes('press a cell')");
        assertEquals(heads.stream().map(cell -> signed(cell.effect())).toList(), page.texts(".sweep-map .heat-cell"));
        page.click(".sweep-map tbody tr:last-child td:last-child .heat-cell");
        untilChanged("zero:L7H3");
        page.until("document.querySelector('.sweep-map tbody tr:last-child td:last-child .heat-cell').getAttribute('aria-pressed') === 'true'");
        page.click("[data-site=mlp_out]");
        page.until("document.querySelectorAll('.sweep-map .heat-cell').length === 8");
        assertTrue(page.fragment().contains("sweep=ablate") && page.fragment().contains("site=mlp_out"), page.fragment());
    }

    @Test
    void aSweepOfPatchesNeedsAnotherPromptAndIsStopped() {
        page.open(EIFFEL + "&panel=sweep&sweep=patch");
        page.until("document.querySelector('.sweep-panel [role=status]').textContent.includes('other prompt')");
        assertTrue(!page.shown(".sweep-map"));
        page.open(EIFFEL + "&panel=sweep&sweep=patch&from=The+Colosseum+is+in&site=head");
        page.until("document.querySelectorAll('.sweep-map .heat-cell:not(:disabled)').length === 32");
        page.open(ExplorerPage.prompt("word" + " word".repeat(200)) + "&panel=sweep&sweep=patch&from=a" + "+word".repeat(200));
        page.until("document.querySelector('.sweep-map .heat-cell:not(:disabled)')");
        page.click(".sweep-ask button");
        page.until("document.querySelector('.sweep-panel [role=status]').textContent.startsWith('Stopped after')");
    }

    @Test
    void anotherPromptAndAnotherLensStandBesideTheRun() {
        page.open(EIFFEL + "&panel=whatif&from=The+Colosseum+is+in");
        page.until("document.querySelectorAll('.second .heat-cell').length === 63");
        page.choose("Compare with", "prompt");
        page.until("document.querySelector('#answer').textContent.includes('␣Paris') && document.querySelector('#answer').textContent.includes('␣Rome')");
        String cell = (String) page.js("return document.querySelector('.grid-active-cell').getAttribute('aria-label')");
        assertTrue(cell.contains("first choice ␣Rome, before ␣Paris"), cell);
        page.choose("Compare with", "tuned");
        page.until("document.querySelector('#changes').textContent.includes('the tuned lens')");
        page.until("document.documentElement.dataset.state === 'done' && !document.querySelector('#answer').textContent.includes('␣Rome')");
        page.click("#changes .close");
        page.until("document.querySelector('#changes').hidden");
        assertTrue(!page.fragment().contains("other="), page.fragment());
    }

    @Test
    void theModelWritesOnUntilItEnds() {
        page.open(EIFFEL);
        page.click("#writing button:first-child");
        page.until("document.querySelector('#prompt').value === 'The Eiffel Tower is in Paris' && document.documentElement.dataset.state === 'done'");
        page.js("history.back()");
        page.until("document.querySelector('#prompt').value === 'The Eiffel Tower is in' && document.querySelectorAll('.append').length === 10"
                + " && !document.querySelector('#writing').hidden");
        page.click("#writing button:last-child");
        page.until("document.querySelector('#status').textContent === 'The model ends here.'");
        assertEquals("The Eiffel Tower is in Paris.", page.js("return document.querySelector('#prompt').value"));
        page.open(EIFFEL);
        page.click(".card li:nth-child(2) .append");
        page.until("document.querySelector('#prompt').value === 'The Eiffel Tower is in the'");
    }
}
