package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.chrome.ChromeDriver;

/// The explorer's page for who does not see it, or sees it otherwise: by axe-core, by its own contrasts, in forced colours, in
/// narrow windows and without motion.
@Tag("browser")
@Tag("slow")
class ExplorerAccessTest {

    private static final String EIFFEL = ExplorerPage.prompt("The Eiffel Tower is in");
    private static final String CELL = "&at=3&point=blocks.4.hook_resid_post";

    private static final String ALL_RULES = "{}";
    /// axe's category of colours, but for the one that asks more than AA.
    private static final String RULES_OF_COLOUR = "{\"runOnly\": [\"color-contrast\", \"link-in-text-block\"]}";

    private static ChromeDriver driver;
    private static ExplorerServer server;
    private static ExplorerPage page;
    private static String axe;

    @BeforeAll
    static void open() throws IOException {
        driver = Chromium.start("ExplorerAccessTest");
        server = ExplorerServer.start(0, "demo", "test", System.err);
        page = new ExplorerPage(driver, server.address());
        try (InputStream in = ExplorerAccessTest.class.getResourceAsStream("/axe.min.js")) {
            axe = new String(in.readAllBytes(), StandardCharsets.UTF_8);
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
    }

    /// The states of the page that are looked at, each a name, a fragment and what is done there.
    private record State(String name, String fragment, Runnable then) {
    }

    private static List<State> states() {
        Runnable nothing = () -> { };
        return List.of(
                new State("at first", "", nothing),
                new State("a cell", EIFFEL + CELL, nothing),
                new State("a table", EIFFEL + CELL + "&panel=table", nothing),
                new State("a heat map", EIFFEL + CELL + "&panel=heat", nothing),
                new State("words", EIFFEL + "&panel=words", nothing),
                new State("why", EIFFEL + CELL + "&panel=why&edit=zero:L7H3", () -> page.until("document.querySelectorAll('.arc').length > 0")),
                new State("why, a neuron", EIFFEL + "&panel=why&less=3576&part=L7.n124",
                        () -> page.until("document.querySelectorAll('.promoted li').length > 0")),
                new State("what if, the difference", EIFFEL + "&panel=whatif&edit=zero:L7H3%0Acut:L4H0@6/3&off=1&show=difference&from=Big+Ben+is+in",
                        () -> page.until("document.querySelectorAll('.second .heat-cell').length > 0")),
                new State("a sweep", EIFFEL + "&panel=sweep&sweep=ablate&edit=zero:L7H3",
                        () -> page.until("document.querySelector('.sweep-panel [role=status]').textContent.includes('press a cell')")),
                new State("logits", EIFFEL + "&lines=logit", nothing),
                new State("ranks in colours", EIFFEL + "&metric=tracked.rank&track=6342,262&lines=rank", nothing),
                new State("where the answer emerges", EIFFEL + "&metric=answer", nothing),
                new State("no value at the last position", EIFFEL + "&metric=surprisal", nothing),
                new State("many rows", EIFFEL + "&also=resid_mid,head&bottom=3", nothing),
                new State("many tokens", ExplorerPage.prompt("word" + " word".repeat(120)) + "&panel=heat", nothing),
                new State("options", EIFFEL, () -> page.js("document.querySelector('#options details').open = true")),
                new State("about", EIFFEL, () -> page.js("document.querySelector('.about').open = true")),
                new State("history", EIFFEL, () -> page.js("document.querySelector('#past details').open = true")),
                new State("a menu", EIFFEL, () -> page.js("document.querySelector('.menu').open = true")),
                new State("explanations", EIFFEL + "&panel=table", () -> page.js("document.querySelectorAll('.why').forEach(e => { e.open = true; })")),
                new State("first steps", EIFFEL + "&lesson=first.1", nothing),
                new State("a lesson that was left", EIFFEL + "&lesson=late.1", nothing),
                new State("a guess", EIFFEL, () -> page.click("#guess")),
                new State("a refusal", EIFFEL + "&layers=nonsense", nothing),
                new State("nothing asked", EIFFEL, () -> {
                    page.find("#prompt").sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
                    page.until("document.querySelector('#viewer').classList.contains('stale')");
                }),
                new State("a token of two meanings", EIFFEL, () -> {
                    page.find("[name=track]").sendKeys("Paris", Keys.ENTER);
                    page.until("document.querySelectorAll('.answers button').length === 2");
                }));
    }

    /// Every state by all rules, and again in the dark by those that look at colours: of everything else the theme is not asked.
    @Test
    void axeFindsNothing() {
        List<String> violations = new ArrayList<>();
        for (State state : states()) {
            show(state, 1400);
            look(state.name() + " at 1400", ALL_RULES, violations);
            Chromium.prefer("dark");
            look(state.name() + " in the dark", RULES_OF_COLOUR, violations);
            Chromium.prefer("light");
        }
        for (State state : states().subList(0, 9)) {
            show(state, 375);
            look(state.name() + " at 375", ALL_RULES, violations);
        }
        assertEquals(List.of(), violations);
    }

    private static void show(State state, int width) {
        Chromium.resize(width, 900);
        page.open(state.fragment());
        state.then().run();
        page.js(axe);
    }

    private static void look(String what, String rules, List<String> violations) {
        List<?> found = (List<?>) driver.executeAsyncScript("""
                const [rules, done] = arguments;
                // What is stale is dimmed on purpose: it is not for reading.
                const drawn = new Promise(then => requestAnimationFrame(() => requestAnimationFrame(then)));
                drawn.then(() => axe.run({exclude: ['.stale']}, {resultTypes: ['violations'], ...JSON.parse(rules)}))
                    .then(({violations}) => done(violations.flatMap(({id, nodes}) => nodes.map(node =>
                        `${id}: ${node.target} ${node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ''}`))));
                """, rules);
        found.forEach(violation -> violations.add(what + ": " + violation));
    }

    /// That axe does look: a text on a ground of its own colour in the dark, and a button that says nothing.
    @Test
    void axeFindsWhatIsWrong() {
        page.open(EIFFEL);
        page.js(axe);
        page.js("""
                const [text, button] = ['p', 'button'].map(name => document.createElement(name));
                Object.assign(text, {id: 'wrong', textContent: 'faint'});
                Object.assign(text.style, {color: 'light-dark(#000, #444)', background: 'light-dark(#fff, #333)'});
                button.id = 'mute';
                document.querySelector('main').prepend(text, button);
                """);
        List<String> violations = new ArrayList<>();
        look("light", ALL_RULES, violations);
        Chromium.prefer("dark");
        look("dark", RULES_OF_COLOUR, violations);
        assertEquals(2, violations.size(), violations.toString());
        assertTrue(violations.get(0).startsWith("light: button-name: #mute"), violations.toString());
        assertTrue(violations.get(1).startsWith("dark: color-contrast: #wrong"), violations.toString());
    }

    /// What axe does not measure: lines of charts, edges of fields, frames on the surface they are drawn on.
    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void linesAndEdgesStandOut(String theme) {
        Chromium.prefer(theme);
        page.open("");
        Map<?, ?> contrasts = (Map<?, ?>) page.js("""
                const style = getComputedStyle(document.documentElement);
                const light = name => {
                  const hex = style.getPropertyValue(name).trim();
                  const [r, g, b] = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16) / 255)
                      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                };
                const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
                const found = {};
                for (const ground of ['--surface', '--raised', '--ground']) {
                  for (const line of ['--edge', '--bar', '--for', '--against', ...Array.from({length: 8}, (_, i) => `--line-${i}`)]) {
                    found[`3 ${line} on ${ground}`] = ratio(line, ground);
                  }
                  for (const text of ['--ink', '--faint', '--accent', '--action', '--alarm']) {
                    found[`4.5 ${text} on ${ground}`] = ratio(text, ground);
                  }
                }
                for (const text of ['--ink', '--faint', '--accent']) {
                  found[`4.5 ${text} on --wash`] = ratio(text, '--wash');
                }
                found['4.5 --action-ink on --action'] = ratio('--action-ink', '--action');
                found['4.5 --surface on --accent'] = ratio('--surface', '--accent');
                return found;
                """);
        assertEquals(56, contrasts.size());
        contrasts.forEach((pair, ratio) -> assertTrue(((Number) ratio).doubleValue() >= Double.parseDouble(pair.toString().split(" ")[0]),
                pair + ": " + ratio));
    }

    @Test
    void linesAreToldApartWithoutColours() {
        page.open(EIFFEL + "&track=6342,262,287,257,11,318,764,612");
        List<?> dashes = (List<?>) page.js("return [...document.querySelectorAll('.swatch path')].map(p => p.getAttribute('stroke-dasharray'))");
        assertEquals(8, dashes.size());
        assertEquals(8, dashes.stream().distinct().count(), dashes.toString());
    }

    @Test
    void forcedColoursLeaveEdgesAndWhatIsPressed() {
        driver.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", "forced-colors", "value", "active"))));
        page.open(EIFFEL + CELL + "&panel=table");
        String different = """
                const [a, b] = [...document.querySelectorAll(arguments[0])].slice(0, 2).map(e => getComputedStyle(e));
                return a.backgroundColor !== b.backgroundColor || a.outlineStyle !== b.outlineStyle;
                """;
        assertEquals(Boolean.TRUE, page.js(different, ".segments button"));
        assertEquals(Boolean.TRUE, page.js("""
                const chosen = getComputedStyle(document.querySelector('.thread-row[aria-current]'));
                return chosen.outlineStyle === 'solid';
                """));
        assertEquals(Boolean.TRUE, page.js("return getComputedStyle(document.querySelector('#prompt')).borderTopStyle === 'solid'"));
    }

    @Test
    void nothingMovesForWhoWantsNoMotion() {
        driver.executeCdpCommand("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
        page.open(EIFFEL);
        assertEquals(0L, page.js("""
                return [...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0
                    || getComputedStyle(e).animationName !== 'none').length;
                """));
    }

    /// 1280 pixels at 400 % are 320.
    @Test
    void nothingIsCutOffWhereThereIsLittleRoom() {
        for (int width : new int[] {320, 640}) {
            Chromium.resize(width, 720);
            for (String panel : List.of("lines", "table", "heat", "words", "why", "whatif", "sweep")) {
                page.open(EIFFEL + CELL + "&panel=" + panel);
                assertEquals(0L, page.js("return Math.max(0, document.documentElement.scrollWidth - innerWidth)"), panel + " at " + width);
            }
        }
        assertEquals(List.of(), page.js("""
                return [...document.querySelectorAll('button, select, input, summary')].filter(e => e.offsetParent && e.getClientRects().length)
                    .map(e => [e, e.getBoundingClientRect()]).filter(([e, box]) => box.height < 24 && e.type !== 'checkbox' && e.type !== 'range')
                    .map(([e, box]) => `${e.className} ${e.textContent.slice(0, 20)} ${box.height}`);
                """), "targets of 24 pixels");
    }
}
