package io.github.logitlens.internal.view;

import io.github.logitlens.Bos;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.LensComparison;
import io.github.logitlens.LensResult;
import io.github.logitlens.Prompt;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// The lines above a result that say what was run: model, tokens, BOS, layer norm mode, what computed it.
public final class RunHeader {

    /// Columns before the values.
    public static final int INDENT = 10;

    private static final int TOKENS_SHOWN = 64;
    private static final int SHOWN_HASH = 12;

    private final String compute;
    private final int width;

    /// A header of a certain width.
    ///
    /// @param compute kernels and threads, in a few words
    /// @param width   columns that its lines of tokens may take
    public RunHeader(String compute, int width) {
        this.compute = Objects.requireNonNull(compute, "compute");
        this.width = width;
    }

    /// Writes the lines.
    ///
    /// @param result what they are about
    /// @param out    where to
    /// @throws IOException if `out` fails
    public void write(LensResult result, Writer out) throws IOException {
        field("model", result.modelId() + ", " + result.config().nLayers() + " layers, dModel " + result.config().dModel(), out);
        List<Token> tokens = result.tokens();
        field("tokens", tokens.size() + ": " + quoted(tokens), out);
        field("BOS", result.options().bos() == Bos.NONE ? "none" : "prepended, position 0", out);
        Optional<String> weights = result.provenance().lensSha256();
        if (weights.isPresent()) {
            field("lens", result.provenance().lens() + ", sha256 " + weights.get().substring(0, SHOWN_HASH) + "…", out);
        }
        field("norm", norm(result.options().layerNorm()), out);
        edits("edit", result, OptionalInt.empty(), out);
        if (result.stopped()) {
            field("stopped", "after layer " + result.options().stopAfter().getAsInt()
                    + ": the last row is not the model's output", out);
        }
        field("compute", compute, out);
    }

    /// Writes what two results were made with, one below the other; the second only where it is another.
    ///
    /// @param comparison the results
    /// @param width      the terminal's columns; empty for lines in one piece
    /// @param out        where to
    /// @throws IOException if `out` fails
    public void writeBoth(LensComparison comparison, OptionalInt width, Writer out) throws IOException {
        LensResult before = comparison.before();
        LensResult after = comparison.after();
        field("model", before.modelId() + (before.modelId().equals(after.modelId()) ? "" : ", with " + after.modelId()), width, out);
        field("tokens", before.tokens().size() + ": " + quoted(before.tokens()), out);
        if (!after.tokens().equals(before.tokens())) {
            field("with", after.tokens().size() + ": " + quoted(after.tokens()), out);
            field("aligned", "by " + comparison.alignment().key() + ", " + comparison.positions().size() + " positions", out);
        }
        field("BOS", before.options().bos() == Bos.NONE ? "none" : "prepended, position 0", out);
        field("lens", before.provenance().lens() + ", norm " + before.options().layerNorm().key(), out);
        edits("edit A", before, width, out);
        edits("edit B", after, width, out);
    }

    private static void edits(String name, LensResult result, OptionalInt width, Writer out) throws IOException {
        List<List<Prompt>> sources = result.provenance().editSources();
        for (int i = 0; i < sources.size(); i++) {
            field(name, SafeText.escaped(result.edits().get(i)) + from(sources.get(i)), width, out);
        }
    }

    /// Writes the lines, none of them wider than the header where it has spaces to be broken at.
    ///
    /// @param result what they are about
    /// @param out    where to
    /// @throws IOException if `out` fails
    public void writeWithin(LensResult result, Writer out) throws IOException {
        StringWriter lines = new StringWriter();
        write(result, lines);
        for (String line : lines.toString().split("\n")) {
            out.write(Wrapping.wrapped(line, width) + "\n");
        }
    }

    private static String from(List<Prompt> sources) {
        return sources.isEmpty() ? ""
                : sources.stream().map(source -> "\"" + SafeText.escaped(source.toString()) + "\"").collect(Collectors.joining(", ", " from ", ""));
    }

    private static String norm(LayerNormMode mode) {
        return switch (mode) {
            case RECOMPUTED -> "recomputed, each row by its own statistics";
            case FROZEN -> "frozen, each row by the final row's scale";
            case NONE -> "none, the bare product with the unembedding";
        };
    }

    /// Writes one line: a name and its value.
    ///
    /// @param name  at most nine columns
    /// @param value the rest of the line
    /// @param out   where to
    /// @throws IOException if `out` fails
    public static void field(String name, String value, Writer out) throws IOException {
        out.write(TextWidth.padded(name, INDENT) + value + "\n");
    }

    /// Writes a name and its value, in several lines where a terminal is narrow.
    ///
    /// @param name  at most nine columns
    /// @param value the rest
    /// @param width the terminal's columns; empty for one line
    /// @param out   where to
    /// @throws IOException if `out` fails
    public static void field(String name, String value, OptionalInt width, Writer out) throws IOException {
        String line = TextWidth.padded(name, INDENT) + value;
        out.write((width.isPresent() ? Wrapping.wrapped(line, width.getAsInt()) : line) + "\n");
    }

    public static String quoted(Token token) {
        return SafeText.isolated("\"" + token.display() + "\"");
    }

    /// The tokens in lines of the header's width, the middle of a long prompt left out.
    private String quoted(List<Token> tokens) {
        StringBuilder text = new StringBuilder();
        int used = INDENT + 4;
        for (int position = 0; position < tokens.size(); position++) {
            boolean cut = tokens.size() > TOKENS_SHOWN && position == TOKENS_SHOWN / 2;
            String word = cut ? "… (" + (tokens.size() - TOKENS_SHOWN) + " more) …" : quoted(tokens.get(position));
            int wordWidth = TextWidth.of(word) + 1;
            if (used + wordWidth > width && !text.isEmpty()) {
                text.append('\n').append(" ".repeat(INDENT));
                used = INDENT;
            } else if (!text.isEmpty()) {
                text.append(' ');
            }
            text.append(word);
            used += wordWidth;
            if (cut) {
                position = tokens.size() - TOKENS_SHOWN / 2 - 1;
            }
        }
        return text.toString();
    }
}
