package io.github.logitlens.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// Reads JSON files as streams. Apart from [TokenizerFiles], so that a JVM looks for the JSON library only where there is one
/// to read.
final class JsonFile {
    /// Characters shown of what the JSON library says, which quotes the file.
    private static final int LONGEST_REPORT = 300;

    /// Names are keys of our own tables and few repeat: no table of Jackson's for them. Buffers kept for the next file would keep
    /// this library's class loader, too, on a thread that outlives it.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private JsonFile() {
    }

    /// What is done with a token and its id, read at `line` of `file`.
    interface IdReader {
        void read(String symbol, int id, String file, int line);
    }

    /// Reads the object at hand, `{"!": 0, "\"": 1, …}`.
    static void readIds(JsonParser json, String file, IdReader reader) throws IOException {
        expect(json, JsonToken.START_OBJECT, "tokens: expected an object of tokens and ids", file);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String symbol = json.currentName();
            json.nextToken();
            reader.read(symbol, readId(json, symbol, file), file, line(json));
        }
    }

    private static int readId(JsonParser json, String symbol, String file) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || json.getNumberType() != JsonParser.NumberType.INT) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE, "id of token " + Place.quote(symbol)
                    + ": expected an integer of 32 bits, got " + found(json) + Place.in(file, line(json)));
        }
        return json.getIntValue();
    }

    /// Reads the one JSON value of a file.
    interface JsonReader {
        void read(JsonParser json) throws IOException;
    }

    /// Reads a file, which is one JSON value.
    static void parse(TokenizerFiles files, String file, JsonReader reader) {
        // Jackson's own reader of bytes would let ill-formed UTF-8 pass.
        try (InputStream in = files.open(file);
             JsonParser json = FACTORY.createParser(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()))) {
            json.nextToken();
            reader.read(json);
            if (json.nextToken() != null) {
                throw new TokenizerFormatException(Reason.BAD_JSON,
                        "json: expected the end of the file, got " + found(json) + Place.in(file, line(json)));
            }
        } catch (JacksonException e) {
            throw new TokenizerFormatException(Reason.BAD_JSON,
                    "json: expected well-formed JSON of sane depth and sizes, got: "
                            + Place.printable(e.getOriginalMessage(), LONGEST_REPORT)
                            + Place.in(file, e.getLocation() == null ? 0 : e.getLocation().getLineNr()), e);
        } catch (CharacterCodingException e) {
            throw new TokenizerFormatException(Reason.BAD_ENCODING,
                    "json: expected UTF-8, got other bytes" + Place.in(file, 0), e);
        } catch (IOException e) {
            throw TokenizerFiles.unreadable(file, e);
        }
    }

    /// Refuses the value at hand unless it is a `token`; `expected` begins the message.
    static void expect(JsonParser json, JsonToken token, String expected, String file) throws IOException {
        if (json.currentToken() != token) {
            throw new TokenizerFormatException(Reason.BAD_STRUCTURE,
                    expected + ", got " + found(json) + Place.in(file, line(json)));
        }
    }

    /// The value at hand, for a message.
    static String found(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case null -> "the end of the file";
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            default -> Place.quote(json.getText());
        };
    }

    static int line(JsonParser json) {
        return json.currentTokenLocation().getLineNr();
    }
}
