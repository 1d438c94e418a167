package io.github.logitlens.tools.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.TokenRef;
import io.github.logitlens.tools.view.RunCsv;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is taken away, and text that is not only text.
@Tag("browser")
class ExplorerExportTest extends PageTest {

    @Test
    void copying_gives_a_call_a_command_and_a_request() {
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
        page.open(ExplorerPage.prompt("<|endoftext|>The"));
        page.until("document.querySelector('#status').textContent.includes('8 tokens')");
        page.option("special", true);
        page.until("document.querySelector('#status').textContent.includes('2 tokens')");
        assertTrue(page.fragment().contains("special=1"), page.fragment());
        assertEquals("lens run --model demo --top-k 10 --position all --special -- '<|endoftext|>The'", copied("command"));
        assertTrue(copied("java").contains(".specialTokens(SpecialTokens.PARSE)"), copied("java"));
    }

    /// What the page gives to the clipboard. Its own is taken away: a browser without a window may never say that it has it.
    private String copied(String what) {
        page.js("""
                document.querySelector('#status').textContent = '';
                Object.getPrototypeOf(navigator.clipboard).writeText = async text => { window.written = text; };""");
        page.fromMenu("Copy as", what);
        page.until("document.querySelector('#status').textContent.endsWith('copied.')");
        return (String) page.js("return window.written");
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
}
