package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The explorer's page in Firefox: the way through it that everybody goes. All the rest is tested in Chromium.
@Tag("browser")
class ExplorerFirefoxTest {

    private static final String LEFT = "\uE012";
    private static final String UP = "\uE013";
    private static final String FRANCE = "The capital of France is";

    private static void settled(Firefox firefox) {
        firefox.until("document.documentElement.dataset.ready === 'true' && document.documentElement.dataset.state !== 'busy'");
    }

    private static String text(Firefox firefox, String selector) {
        return firefox.js("document.querySelector('" + selector + "')?.textContent").asText();
    }

    @Test
    void thePageWorksInFirefox(@TempDir Path profile) throws Exception {
        try (Firefox firefox = Firefox.start("ExplorerFirefoxTest", profile);
                ExplorerServer server = ExplorerServer.start(0, "demo", "test", System.err); LogitLens lens = LogitLens.open("demo")) {
            firefox.open(server.address() + "#lesson=first.1");
            settled(firefox);
            assertTrue(text(firefox, "#answer").endsWith("▸␣Paris 96 %"), text(firefox, "#answer"));
            assertTrue(text(firefox, "#tour").startsWith("1 of 3"), text(firefox, "#tour"));
            firefox.js("document.querySelector('#tour [data-key=leave]').click()");

            LensResult france = lens.run(FRANCE, LensOptions.defaults().track(" Paris"));
            firefox.js("(() => { const box = document.querySelector('#prompt'); box.focus(); box.select(); })()");
            firefox.type(FRANCE);
            firefox.until("document.querySelector('.grid').getAttribute('aria-colcount') === '5'");
            settled(firefox);
            firefox.until("[...document.querySelectorAll('.thread-place')].every(each => each.textContent !== '–')");
            assertEquals(france.track(" Paris", -1).stream().map(step -> String.format(Locale.ROOT, "#%,d", step.rank())).toList().toString(),
                    firefox.js("`[${[...document.querySelectorAll('.thread-place')].map(each => each.textContent).join(', ')}]`").asText());

            firefox.js("document.querySelector('.grid-active-cell').focus()");
            firefox.type(UP + LEFT);
            assertTrue(firefox.js("document.activeElement.getAttribute('aria-label')").asText().startsWith("Layer 6, position 3, after ␣France"));
            JsonNode cell = firefox.js("(({x, y, width, height}) => [x + width / 2, y - 2.5 * height])(document.activeElement.getBoundingClientRect())");
            firefox.click(cell.get(0).asDouble(), cell.get(1).asDouble());
            firefox.until("location.hash.includes('point=blocks.3.hook_resid_post')");
            assertEquals(france.top(france.layer(3), 3).getFirst().token().display().replace(' ', '␣'), text(firefox, ".beside .bar-token .token"));

            for (String panel : new String[] {"table", "heat", "words", "lines"}) {
                firefox.js("document.querySelector('[data-panel=" + panel + "]').click()");
                firefox.until("document.querySelector('#panel-" + panel + "').childElementCount > 0");
            }
            assertTrue(firefox.js("document.querySelector('.chart canvas').width").asInt() > 200, "the lines are drawn");
            assertEquals(0, firefox.js("Math.max(0, document.documentElement.scrollWidth - innerWidth)").asInt(), "nothing sticks out");
            String address = firefox.js("location.hash").asText();
            firefox.reload();
            settled(firefox);
            assertEquals(address, firefox.js("location.hash").asText());
            // More than one colour: the grid is painted.
            assertTrue(ImageIO.read(new ByteArrayInputStream(firefox.picture())).getWidth() > 1000);
            assertTrue(firefox.js("new Set(document.querySelector('.grid-canvas').getContext('2d').getImageData(100, 60, 300, 150).data).size")
                    .asInt() > 20);
            assertEquals("[]", firefox.said().toString());
        }
    }
}
