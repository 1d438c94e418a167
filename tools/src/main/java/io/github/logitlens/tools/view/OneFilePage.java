package io.github.logitlens.tools.view;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The page in one file: style sheets, scripts and one run, so that it needs no server, no network and no other file.
///
/// It is `one-file.html` with what it refers to put in. The page's modules become functions that give what they export, each
/// behind those it imports; that takes no more than the two forms of import and export they are written in.
public final class OneFilePage {

    /// Where a run's JSON goes.
    private static final String RUN = "/*RUN*/";
    /// Where goes how it is looked at, and where it came from.
    private static final String VIEW = "/*VIEW*/";

    private static final Pattern STYLE = Pattern.compile(" *<link rel=\"stylesheet\" href=\"([\\w.-]+)\">");
    private static final Pattern SCRIPT = Pattern.compile(" *<script src=\"([\\w.-]+)\"( type=\"module\")?></script>");
    private static final Pattern IMPORT =
            Pattern.compile("^import (\\{[^}]*\\}|\\* as \\w+) from '\\./([\\w-]+)\\.js';$", Pattern.MULTILINE);
    private static final Pattern EXPORT =
            Pattern.compile("^export ((?:async )?(?:function\\*?|class|const) (\\w+))", Pattern.MULTILINE);

    /// What stands in the policy of `one-file.html`, before the scripts are known.
    private static final String ANY_SCRIPT = "script-src 'unsafe-inline'";
    private static final Pattern INLINE_SCRIPT = Pattern.compile("<script(?: type=\"module\")?>(.*?)</script>", Pattern.DOTALL);

    private OneFilePage() {
    }

    /// The page without a run, which goes where it says `/*RUN*/`; where it says `/*VIEW*/` goes an object, whose fields may be missing:
    /// `fragment`, the view as in the explorer's address, and `address`, where that is.
    ///
    /// @return the whole HTML document
    public static String template() {
        String page = replaced(STYLE, PageSource.text("one-file.html"), style ->
                "<style>\n" + PageSource.text(style.group(1)) + "</style>");
        page = replaced(SCRIPT, page, script -> script.group(2) == null
                ? "<script>\n" + PageSource.text(script.group(1)) + "</script>"
                : "<script type=\"module\">\n" + bundle(script.group(1)) + "</script>");
        return page.replace(ANY_SCRIPT, "script-src " + hashes(page));
    }

    /// JSON that cannot end the script it stands in: inside of a string an escape, and outside there is no such character.
    private static String embedded(String json) {
        return json.replace("<", "\\u003c");
    }

    /// What the content security policy lets run: exactly the scripts of the page, by their SHA-256.
    private static String hashes(String page) {
        return INLINE_SCRIPT.matcher(page).results().map(script -> "'sha256-" + sha256(script.group(1)) + "'")
                .collect(Collectors.joining(" "));
    }

    private static String sha256(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /// Writes the page of one run.
    ///
    /// @param runJson  the run, a document of schema `logitlens.run/1`
    /// @param fragment how it is looked at at first, as in the explorer's address behind the `#`
    /// @param out      where to; neither flushed nor closed
    /// @throws IOException if `out` fails
    public static void write(String runJson, String fragment, Writer out) throws IOException {
        String page = template().replace(VIEW, embedded(JsonNodeFactory.instance.objectNode().put("fragment", fragment).toString()));
        int at = page.indexOf(RUN);
        out.write(page, 0, at);
        out.write(embedded(runJson));
        out.write(page, at + RUN.length(), page.length() - at - RUN.length());
    }

    private static String bundle(String entry) {
        Map<String, String> modules = new LinkedHashMap<>();
        String name = entry.substring(0, entry.length() - ".js".length());
        collect(name, modules);
        return String.join("", modules.values());
    }

    /// A module behind all that it imports.
    private static void collect(String name, Map<String, String> modules) {
        String source = PageSource.text(name + ".js");
        IMPORT.matcher(source).results().map(found -> found.group(2)).filter(other -> !modules.containsKey(other))
                .forEach(other -> collect(other, modules));
        modules.put(name, asFunction(name, source));
    }

    private static String asFunction(String name, String source) {
        String exports = String.join(", ", EXPORT.matcher(source).results().map(found -> found.group(2)).toList());
        String body = replaced(IMPORT, source, OneFilePage::imported);
        body = replaced(EXPORT, body, found -> found.group(1));
        return "const " + variable(name) + " = (() => {\n" + body + "return {" + exports + "};\n})();\n";
    }

    /// `import {a} from './b.js'` as `const {a} = b`, `import * as a` as `const a = b`.
    private static String imported(MatchResult found) {
        String names = found.group(1).startsWith("*") ? found.group(1).substring("* as ".length()) : found.group(1);
        return "const " + names + " = " + variable(found.group(2)) + ";";
    }

    private static String variable(String module) {
        return "module_" + module.replace('-', '_');
    }

    private static String replaced(Pattern pattern, String in, Function<MatchResult, String> by) {
        return pattern.matcher(in).replaceAll(found -> Matcher.quoteReplacement(by.apply(found)));
    }
}
