package io.github.logitlens.tools;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.ExplanationText;
import io.github.logitlens.internal.view.TokenJson;
import io.github.logitlens.tools.view.TokenTable;
import io.github.logitlens.weights.Checkpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// `lens tokens`: how the tokenizer splits a text.
final class TokensCommand implements SubCommand {

    private static final EnumSet<Format> FORMATS = EnumSet.of(Format.TABLE, Format.JSON, Format.JSONL);

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
            .build();

    private final Stdio stdio;

    private final PromptArgument text = new PromptArgument();

    private final Argument<Boolean> jsonl = Argument.flag("--jsonl",
            "Many texts: one JSON string a line in, from standard input or @FILE, one JSON array of ids a line out.");

    private final Argument<Boolean> explain = Argument.flag("--explain",
            "How the tokens come about: pre-tokens, their bytes, the merges in order, the ids.");

    private final ModelOptions model = new ModelOptions();

    private final OutputOptions output = new OutputOptions(FORMATS);

    private CommandSpec spec;

    TokensCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        spec = spec("tokens", "lens tokens [OPTIONS] PROMPT",
                "Shows how the model's tokenizer splits a text: ids, bytes and text of each token.",
                text, jsonl, explain, model, output);
        return spec;
    }

    @Override
    public Integer call() {
        Format format = output.format(FORMATS, jsonl.get() ? Optional.of(Format.JSONL) : Optional.empty());
        if (explain.get() && format != Format.TABLE) {
            throw new ParameterException(spec.commandLine(), "--explain: expected no other format, got " + format);
        }
        if (explain.get()) {
            String explained = text.text(stdio);
            Gpt2Tokenizer tokenizer = tokenizer();
            output.write(stdio, out -> ExplanationText.write(tokenizer.explain(explained, text.specialTokens()), out));
        } else if (format == Format.JSONL) {
            PromptArgument.Source source = text.source(stdio);
            Gpt2Tokenizer tokenizer = tokenizer();
            output.write(stdio, out -> encodeLines(source, tokenizer, out));
        } else {
            Prompt prompt = text.read(stdio);
            Gpt2Tokenizer tokenizer = tokenizer();
            PromptArgument.note(prompt, tokenizer, stdio);
            List<Token> tokens = tokenizer.tokens(prompt.ids(tokenizer));
            output.write(stdio, format,
                    out -> TokenTable.write(tokens, output.tableWidth(stdio), out), out -> TokenJson.write(model.name(), tokens, out));
        }
        return Main.DONE;
    }

    /// A tokenizer needs no weights: a directory may hold nothing else.
    private Gpt2Tokenizer tokenizer() {
        Optional<Path> directory = model.files(stdio);
        if (directory.isEmpty()) {
            return Gpt2Tokenizer.gpt2();
        }
        return Gpt2Tokenizer.find(directory.get()).orElseGet(() -> {
            // What is no model at all is refused here.
            try (Checkpoint checkpoint = Checkpoint.open(directory.get())) {
                return Gpt2Tokenizer.of(directory.get(), checkpoint.config().vocabSize());
            }
        });
    }

    /// Answers each line as it comes: before waiting for more input, what is done is sent.
    private void encodeLines(PromptArgument.Source source, Gpt2Tokenizer tokenizer, Writer out) throws IOException {
        try (InputStream in = source.bytes()) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            long number = 1;
            int b;
            do {
                b = in.read();
                if (b >= 0 && b != '\n') {
                    line.write(b);
                } else if (b == '\n' || line.size() > 0) {
                    String where = source.name() + ", line " + number++;
                    int[] ids = tokenizer.encode(parse(ByteBuffer.wrap(line.toByteArray()), where), text.specialTokens());
                    TokenJson.writeIds(ids, out);
                    line.reset();
                    if (in.available() == 0) {
                        out.flush();
                    }
                }
            } while (b >= 0);
        }
    }

    private static String parse(ByteBuffer line, String where) {
        try (JsonParser parser = JSON.createParser(PromptArgument.Source.decode(line, where))) {
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                String value = parser.getText();
                if (parser.nextToken() == null) {
                    return value;
                }
            }
            throw new CommandException(where + ": expected one JSON string, got something else");
        } catch (JsonProcessingException e) {
            throw new CommandException(where + ": expected one JSON string: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new AssertionError("a text in memory is always readable", e);
        }
    }
}
