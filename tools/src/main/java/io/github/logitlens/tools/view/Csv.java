package io.github.logitlens.tools.view;

import io.github.logitlens.Bos;
import io.github.logitlens.Provenance;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// What all CSV files have in common (RFC 4180, UTF-8): the columns that say what a line was made with, and texts that are safe in
/// a spreadsheet.
///
/// Texts are decoration, as a screen shows them, and never a formula for the spreadsheet that opens the file: where the first letter
/// is one of `= + - @`, an apostrophe stands before the text. Numbers are in the shortest form that reads back equal.
public final class Csv {

    /// The first columns of every file.
    static final List<String> FIRST = List.of("model", "bos", "layerNorm", "lens");
    /// The last columns of every file.
    static final List<String> LAST = List.of("weightsSha256", "tokenizerSha256", "lensSha256", "edits", "version");

    private Csv() {
    }

    /// The fields of [#FIRST].
    static List<String> first(Provenance provenance) {
        return List.of(text(provenance.modelId()), Boolean.toString(provenance.bos() == Bos.PREPEND),
                provenance.layerNorm().key(), provenance.lens());
    }

    /// The fields of [#LAST].
    static List<String> last(Provenance provenance) {
        Map<String, String> fields = provenance.fields();
        return LAST.stream().map(fields::get).map(value -> value.matches("[\\w.-]*") ? value : text(value))
                .toList();
    }

    static String number(OptionalInt number) {
        return number.isPresent() ? Integer.toString(number.getAsInt()) : "";
    }

    /// A text as a spreadsheet may show it; always in quotes, so that no reader trims its spaces.
    ///
    /// @param display any text
    /// @return the field
    public static String text(String display) {
        boolean formula = display.stripLeading().matches("(?s)[=+\\-@＝＋－＠].*");
        return "\"" + (formula ? "'" : "") + display.replace("\"", "\"\"") + "\"";
    }

    /// Writes a line of fields without commas, quotes and line ends, or quoted already.
    static void line(List<String> fields, Writer out) throws IOException {
        out.write(String.join(",", fields));
        out.write("\r\n");
    }
}
