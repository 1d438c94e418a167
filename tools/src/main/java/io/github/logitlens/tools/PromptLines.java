package io.github.logitlens.tools;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.github.logitlens.Prompt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;

/// Prompts, one a line: a JSON string, or an object with `text` or `ids`, and an `id` that its outcome is to bear.
///
/// A line that is none of these is an empty prompt here, so that lines and outcomes are as many and in one order; [#line] says what is
/// wrong with it.
final class PromptLines implements Iterator<Prompt>, AutoCloseable {

    /// A line is held in memory several times over; no model reads a thousandth of this.
    private static final int MAX_BYTES = 64 << 20;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
            .build();

    private final PromptArgument.Source source;
    private final InputStream in;
    /// Given out, and not yet asked for by [#line].
    private final Deque<Line> lines = new ArrayDeque<>();
    private Optional<Line> next = Optional.empty();
    private long number;

    /// A line of the input.
    ///
    /// @param number from 1
    /// @param id     a JSON string or number as it was written, if it has one
    /// @param prompt the prompt, empty where the line is none
    /// @param fault  what is wrong with it
    record Line(long number, Optional<String> id, Prompt prompt, Optional<Fault> fault) {
    }

    /// Why a line is no prompt.
    record Fault(Reason reason, String message) {
    }

    /// Why a line is no prompt, as a constant.
    enum Reason {
        /// Its bytes are not UTF-8.
        NOT_UTF8,
        /// It is not one JSON value.
        NOT_JSON,
        /// It is JSON, but no prompt.
        NOT_A_PROMPT,
        /// It is too long to be one.
        LINE_TOO_LONG
    }

    private static final class FaultException extends Exception {

        private static final long serialVersionUID = 1L;

        private final Reason reason;

        FaultException(Reason reason, String message) {
            super(message);
            this.reason = reason;
        }
    }

    PromptLines(PromptArgument.Source source) {
        this.source = source;
        in = source.bytes();
    }

    @Override
    public boolean hasNext() {
        if (next.isEmpty()) {
            next = read();
        }
        return next.isPresent();
    }

    @Override
    public Prompt next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Line line = next.orElseThrow();
        next = Optional.empty();
        lines.add(line);
        return line.prompt();
    }

    /// The line of the earliest prompt that was not asked for yet.
    Line line() {
        return lines.remove();
    }

    /// Whether a prompt, or the beginning of one, is there to be read.
    boolean ready() {
        try {
            return next.isPresent() || in.available() > 0;
        } catch (IOException e) {
            return true;
        }
    }

    private Optional<Line> read() {
        try {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long length = 0;
            int b = in.read();
            if (b < 0) {
                return Optional.empty();
            }
            for (; b >= 0 && b != '\n'; b = in.read()) {
                if (++length <= MAX_BYTES) {
                    line.write(b);
                }
            }
            number++;
            return Optional.of(length > MAX_BYTES
                    ? bad(Optional.empty(), new FaultException(
                            Reason.LINE_TOO_LONG, "line: expected at most " + MAX_BYTES + " bytes, got " + length))
                    : parsed(ByteBuffer.wrap(line.toByteArray())));
        } catch (IOException e) {
            throw new CommandException(source.name() + ": " + e.getMessage(), e);
        }
    }

    private Line bad(Optional<String> id, FaultException fault) {
        return new Line(number, id, Prompt.ids(), Optional.of(new Fault(fault.reason, fault.getMessage())));
    }

    private Line parsed(ByteBuffer bytes) {
        Fields fields = new Fields();
        try {
            Prompt prompt = fields.read(decoded(bytes));
            return new Line(number, fields.id, prompt, Optional.empty());
        } catch (FaultException e) {
            return bad(fields.id, e);
        }
    }

    private static String decoded(ByteBuffer bytes) throws FaultException {
        try {
            return PromptArgument.Source.decode(bytes, "line");
        } catch (CommandException e) {
            throw new FaultException(Reason.NOT_UTF8, e.getMessage());
        }
    }

    /// What a line says, as far as it was read.
    private static final class Fields {

        private Optional<String> id = Optional.empty();
        private Optional<Prompt> prompt = Optional.empty();

        Prompt read(String line) throws FaultException {
            try (JsonParser json = JSON.createParser(line)) {
                switch (json.nextToken()) {
                    case VALUE_STRING -> prompt = Optional.of(Prompt.of(json.getText()));
                    case START_OBJECT -> object(json);
                    case null -> throw new FaultException(Reason.NOT_JSON, "line: expected a JSON string or object, got nothing");
                    default -> throw notAPrompt("a JSON string or object", json.currentToken().toString());
                }
                if (json.nextToken() != null) {
                    throw new FaultException(Reason.NOT_JSON, "line: expected one JSON value, got more");
                }
            } catch (JsonProcessingException e) {
                throw new FaultException(Reason.NOT_JSON, "line: expected JSON: " + e.getOriginalMessage());
            } catch (IOException e) {
                throw new AssertionError("a text in memory is always readable", e);
            }
            return prompt.orElseThrow(() -> notAPrompt("text or ids", "neither"));
        }

        private void object(JsonParser json) throws IOException, FaultException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                switch (field) {
                    case "id" -> id = Optional.of(id(json, value));
                    case "text" -> set(Prompt.of(text(json, value)));
                    case "ids" -> set(Prompt.ids(ids(json, value)));
                    default -> json.skipChildren();
                }
            }
        }

        private void set(Prompt found) throws FaultException {
            if (prompt.isPresent()) {
                throw notAPrompt("text or ids", "both");
            }
            prompt = Optional.of(found);
        }

        private static String id(JsonParser json, JsonToken value) throws IOException, FaultException {
            if (value == JsonToken.VALUE_STRING) {
                return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(json.getText())) + '"';
            }
            if (value == JsonToken.VALUE_NUMBER_INT || value == JsonToken.VALUE_NUMBER_FLOAT) {
                return json.getText();
            }
            throw notAPrompt("id to be a string or a number", value.toString());
        }

        private static String text(JsonParser json, JsonToken value) throws IOException, FaultException {
            if (value != JsonToken.VALUE_STRING) {
                throw notAPrompt("text to be a string", value.toString());
            }
            return json.getText();
        }

        private static int[] ids(JsonParser json, JsonToken value) throws IOException, FaultException {
            if (value != JsonToken.START_ARRAY) {
                throw notAPrompt("ids to be an array of whole numbers", value.toString());
            }
            IntStream.Builder ids = IntStream.builder();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || !json.getText().matches("-?\\d{1,9}")) {
                    throw notAPrompt("ids to be an array of whole numbers", json.getText() + " in it");
                }
                ids.add(json.getIntValue());
            }
            return ids.build().toArray();
        }

        private static FaultException notAPrompt(String expected, String got) {
            return new FaultException(Reason.NOT_A_PROMPT, "line: expected " + expected + ", got " + got);
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new CommandException(source.name() + ": " + e.getMessage(), e);
        }
    }
}
