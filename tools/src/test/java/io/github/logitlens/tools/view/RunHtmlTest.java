package io.github.logitlens.tools.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.logitlens.Lens;
import io.github.logitlens.LensResult;
import io.github.logitlens.internal.view.RunJson;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RunHtmlTest {

    private static final String HOSTILE = "</script><!-- <script>alert(1)</script> <img src=x onerror=alert(2)> \u2028 & \"'";
    private static final Pattern POLICY =
            Pattern.compile("<meta http-equiv=\"Content-Security-Policy\" content=\"([^\"]*)\">");

    private static String html(LensResult result) throws IOException {
        StringWriter out = new StringWriter();
        new RunHtml().write(result, out);
        return out.toString();
    }

    private static List<MatchResult> scripts(String html) {
        return Pattern.compile("<script([^>]*)>(.*?)</script>", Pattern.DOTALL).matcher(html).results().toList();
    }

    @Test
    void hostileTextStaysWithinTheJsonOfTheRun() throws IOException {
        LensResult result = Lens.run(HOSTILE);
        String html = html(result);
        MatchResult run = scripts(html).stream().filter(script -> script.group(1).contains("id=\"run\"")).findFirst().orElseThrow();
        assertFalse(run.group(2).contains("<"), "an element or a comment could begin");
        StringWriter json = new StringWriter();
        new RunJson().write(result, json);
        ObjectMapper mapper = new ObjectMapper();
        assertEquals(mapper.readTree(json.toString()), mapper.readTree(run.group(2)));
        assertFalse(html.replace(run.group(2), "").contains("alert("), "the prompt is outside of the JSON");
        assertEquals(scripts(html(Lens.run("Hello"))).size(), scripts(html).size());
    }

    @Test
    void policyAllowsItsOwnScriptsAndNothingElse() throws Exception {
        String html = html(Lens.run(HOSTILE));
        Matcher policy = POLICY.matcher(html);
        assertTrue(policy.find());
        String rules = policy.group(1);
        assertTrue(rules.startsWith("default-src 'none';"), rules);
        assertTrue(policy.start() < html.indexOf("<script"), "the policy comes before the first script");
        List<String> hashes = new ArrayList<>();
        for (MatchResult script : scripts(html)) {
            if (!script.group(1).contains("application/json")) {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.group(2).getBytes(StandardCharsets.UTF_8));
                hashes.add("'sha256-" + Base64.getEncoder().encodeToString(digest) + "'");
            }
        }
        assertTrue(rules.contains("script-src " + String.join(" ", hashes) + ";"), rules);
        assertTrue(hashes.size() >= 2, hashes.toString());
    }

    @Test
    void refersToNoOtherFile() throws IOException {
        String html = html(Lens.run("Hello"));
        String markup = html;
        for (MatchResult script : scripts(html)) {
            markup = markup.replace(script.group(2), "");
        }
        assertFalse(Pattern.compile("\\b(src|href)=\"(?!data:)").matcher(markup).find(), markup);
        assertFalse(Pattern.compile("^import ", Pattern.MULTILINE).matcher(html).find());
        assertFalse(Pattern.compile("^export ", Pattern.MULTILINE).matcher(html).find());
    }
}
