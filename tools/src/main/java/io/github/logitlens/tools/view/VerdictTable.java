package io.github.logitlens.tools.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.internal.view.Columns;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.tools.verify.Verdict;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.OptionalInt;

/// Verdicts as a table, or as JSON lines.
public final class VerdictTable {

    private VerdictTable() {
    }

    /// Writes a line for each verdict and one that counts them.
    ///
    /// @param verdicts what was compared
    /// @param width    the terminal's columns, as [Columns] heeds them; empty for the full form
    /// @param out      where to
    /// @throws IOException if `out` does
    public static void write(List<Verdict> verdicts, OptionalInt width, Writer out) throws IOException {
        Columns columns = new Columns();
        columns.row("", List.of("Quantity", "Expected", "Actual", "|Δ|", "Source"));
        for (Verdict verdict : verdicts) {
            columns.row(verdict.passed() ? "pass" : "FAIL", List.of(verdict.quantity(), verdict.expected(), verdict.actual(),
                    verdict.difference(), verdict.source()));
        }
        columns.write(width, out);
        long passed = verdicts.stream().filter(Verdict::passed).count();
        out.write("\n" + passed + " of " + verdicts.size() + " as expected\n");
    }

    /// Writes an array of objects with the fields of [Verdict].
    ///
    /// @param verdicts what was compared
    /// @param out      where to
    /// @throws IOException if `out` does
    public static void writeJson(List<Verdict> verdicts, Writer out) throws IOException {
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartArray();
            for (Verdict verdict : verdicts) {
                json.writeStartObject();
                json.writeStringField("quantity", verdict.quantity());
                json.writeStringField("source", verdict.source());
                json.writeStringField("expected", verdict.expected());
                json.writeStringField("actual", verdict.actual());
                json.writeStringField("difference", verdict.difference());
                json.writeBooleanField("passed", verdict.passed());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        out.write('\n');
    }
}
