package io.github.logitlens.internal.view;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/// Tokens as JSON: one document, schema `logitlens.tokens/1`, or one array of ids a line.
public final class TokenJson {

    private TokenJson() {
    }

    /// Writes a document whose `tokens` have the form they have in a run.
    ///
    /// @param model  the name of the model whose tokens they are
    /// @param tokens the tokens
    /// @param out    where to
    /// @throws IOException if `out` fails
    public static void write(String model, List<Token> tokens, Writer out) throws IOException {
        try (JsonGenerator json = Json.document(out)) {
            json.writeStartObject();
            json.writeStringField("schema", "logitlens.tokens/1");
            json.writeStringField("model", model);
            writeTokens(tokens, json);
            json.writeEndObject();
        }
        out.write('\n');
    }

    public static void writeTokens(List<Token> tokens, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("tokens");
        for (int position = 0; position < tokens.size(); position++) {
            Token token = tokens.get(position);
            json.writeStartObject();
            json.writeNumberField("position", position);
            json.writeNumberField("id", token.id());
            json.writeStringField("text", token.text());
            json.writeStringField("bytes", token.hex());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /// The text, and the bytes too where the text does not tell them: a token may be a part of a character.
    public static void writeText(Token token, JsonGenerator json) throws IOException {
        String text = token.text();
        json.writeStringField("text", text);
        if (text.indexOf('\uFFFD') >= 0) {
            json.writeStringField("bytes", token.hex());
        }
    }

    /// Writes one line: an array of ids.
    ///
    /// @param ids *not modified*
    /// @param out where to
    /// @throws IOException if `out` fails
    public static void writeIds(int[] ids, Writer out) throws IOException {
        out.write('[');
        for (int i = 0; i < ids.length; i++) {
            out.write(i == 0 ? "" : ",");
            out.write(Integer.toString(ids[i]));
        }
        out.write("]\n");
    }
}
