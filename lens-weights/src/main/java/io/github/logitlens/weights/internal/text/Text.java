package io.github.logitlens.weights.internal.text;

/// Names that come out of a file, made fit for one line of a message.
public final class Text {

    private static final int MAX_LENGTH = 120;

    private Text() {
    }

    /// `name` in single quotes: control, format and private characters and lone surrogates as `\u001B`, cut after 120
    /// characters.
    public static String quote(String name) {
        return "'" + escape(name) + "'";
    }

    public static String escape(String name) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < name.length(); ) {
            if (i >= MAX_LENGTH) {
                return out.append("… ").append(name.length() - i).append(" more").toString();
            }
            int c = name.codePointAt(i);
            i += Character.charCount(c);
            switch (Character.getType(c)) {
                case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE,
                        Character.UNASSIGNED,
                     Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                        out.append(c < 0x10000 ? "\\u%04X".formatted(c) : "\\U%08X".formatted(c));
                default -> out.appendCodePoint(c);
            }
        }
        return out.toString();
    }
}
