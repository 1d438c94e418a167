package io.github.logitlens.tokenizer;

/// How error messages quote a file's content and name its lines.
final class Place {
    /// As many characters as are shown.
    static final int QUOTED = 60;

    private Place() {
    }

    /// ` (in merges.txt, line 12)`; `line` 0 is the file as a whole.
    static String in(String file, int line) {
        return " (in " + file + (line > 0 ? ", line " + line : "") + ")";
    }

    /// `text` in double quotes, without control characters, and cut where it is long.
    static String quote(String text) {
        return '"' + printable(text, QUOTED) + '"';
    }

    /// `text` without control characters, its first `length` characters.
    static String printable(String text, int length) {
        StringBuilder printable = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), length); i++) {
            char c = text.charAt(i);
            printable.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return printable.append(text.length() > length ? "…" : "").toString();
    }
}
