package io.github.logitlens.tools;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.BatchOptions;
import io.github.logitlens.LensBatch;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Outcome;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.internal.view.Json;
import io.github.logitlens.internal.view.RunJson;
import java.io.IOException;
import java.io.Writer;

/// Many prompts' results as lines of JSON: `logitlens.run/1` with the line's `id` and number, or `logitlens.error/1` in its place.
final class ManyPrompts {

    private final LogitLens lens;
    private final LensOptions options;
    private final Hooks hooks;
    private final PromptLines lines;
    private boolean failed;

    ManyPrompts(LogitLens lens, LensOptions options, Hooks hooks, PromptLines lines) {
        this.lens = lens;
        this.options = options;
        this.hooks = hooks;
        this.lines = lines;
    }

    /// Whether any line could not be read or run.
    boolean anyFailed() {
        return failed;
    }

    /// Reads and runs all lines. Each result is sent at once: somebody may wait for it before asking for the next.
    void write(Writer out) throws IOException {
        BatchOptions batch = BatchOptions.defaults().whileReady(lines::ready);
        try (LensBatch outcomes = lens.batch(lines, options, hooks, batch)) {
            while (outcomes.hasNext()) {
                write(outcomes.next(), lines.line(), out);
            }
        }
    }

    private void write(Outcome outcome, PromptLines.Line line, Writer out) throws IOException {
        try (JsonGenerator json = Json.compact(out)) {
            json.writeStartObject();
            if (line.id().isPresent()) {
                json.writeFieldName("id");
                json.writeRawValue(line.id().get());
            }
            json.writeNumberField("line", line.number());
            if (line.fault().isPresent()) {
                error(line.fault().get().reason(), line.fault().get().message(), json);
            } else {
                switch (outcome) {
                    case Outcome.Read read -> RunJson.members(read.result(), json);
                    case Outcome.Refused refused -> error(refused.reason(), refused.message(), json);
                }
            }
            json.writeEndObject();
            json.writeRaw('\n');
        }
        out.flush();
    }

    private void error(Enum<?> reason, String message, JsonGenerator json) throws IOException {
        failed = true;
        json.writeStringField("schema", "logitlens.error/1");
        json.writeStringField("reason", reason.name());
        json.writeStringField("message", message);
    }
}
