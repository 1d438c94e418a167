package io.github.logitlens.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A page of the documentation, as the fenced blocks in it and what stands between them.
///
/// @param name  the page's path below the checkout, for messages
/// @param parts all of its text, in order
record DocsPage(String name, List<Part> parts) {

    private static final Pattern BLOCK = Pattern.compile("^```(\\S*)(?: ([^\\n`]*))?\\n(.*?)^```\\n", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern FILE = Pattern.compile("<!-- file: (\\S+) -->\\n\\z");
    private static final Pattern SPAN = Pattern.compile("`([^`\\n]+(?:\\n[^`\\n]+)?)`");

    /// Prose or a block.
    sealed interface Part {
    }

    /// What is no block.
    record Prose(String text) implements Part {

        /// The file that the block behind it is a part of, or an empty text.
        String file() {
            Matcher found = FILE.matcher(text);
            return found.find() ? found.group(1) : "";
        }
    }

    /// A fenced block.
    ///
    /// @param language what follows the fence, such as `java`
    /// @param kind     what follows that, or an empty text
    /// @param body     its lines, each with its end
    record Block(String language, String kind, String body) implements Part {

        Block with(String other) {
            return new Block(language, kind, other);
        }

        private String text() {
            return "```" + language + (kind.isEmpty() ? "" : " " + kind) + "\n" + body + "```\n";
        }
    }

    static DocsPage parse(String name, String text) {
        List<Part> parts = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        int from = 0;
        while (block.find()) {
            parts.add(new Prose(text.substring(from, block.start())));
            parts.add(new Block(block.group(1), block.group(2) == null ? "" : block.group(2), block.group(3)));
            from = block.end();
        }
        parts.add(new Prose(text.substring(from)));
        return new DocsPage(name, parts);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            text.append(switch (part) {
                case Prose prose -> prose.text();
                case Block block -> block.text();
            });
        }
        return text.toString();
    }

    /// What stands between backticks in the prose, line ends as blanks.
    List<String> spans() {
        List<String> spans = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Prose prose) {
                Matcher span = SPAN.matcher(prose.text());
                while (span.find()) {
                    spans.add(span.group(1).replace('\n', ' '));
                }
            }
        }
        return spans;
    }
}
