package io.github.logitlens.internal.view;

import io.github.logitlens.Attention;
import io.github.logitlens.Bos;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.LensComparison;
import io.github.logitlens.LensResult;
import io.github.logitlens.Provenance;
import io.github.logitlens.Prompt;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.weights.Gpt2Config;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.Objects;
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
    /// @param hashes whether weights and tokenizer are named by their hashes, for which files are read again, and the version
    /// @param out    where to
    /// @throws IOException if `out` fails
    public void write(LensResult result, boolean hashes, Writer out) throws IOException {
        Provenance made = result.provenance();
        subject(result.config(), result.tokens(), made, out);
        field("lens", made.lens() + made.lensSha256().map(hash -> ", sha256 " + hash.substring(0, SHOWN_HASH) + "…").orElse(""), out);
        field("norm", norm(result.options().layerNorm()), out);
        if (result.stopped()) {
            field("stopped", "after layer " + result.options().stopAfter().getAsInt()
                    + ": the last row is not the model's output", out);
        }
        origin(made, hashes, out);
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
        edits("edit A", before.provenance(), width, out);
        edits("edit B", after.provenance(), width, out);
    }

    private static void edits(String name, Provenance made, OptionalInt width, Writer out) throws IOException {
        List<List<Prompt>> sources = made.editSources();
        for (int i = 0; i < sources.size(); i++) {
            field(name, SafeText.escaped(made.edits().get(i)) + from(sources.get(i)), width, out);
        }
    }

    /// Writes the lines about what heads attend to.
    ///
    /// @param attention what they are about
    /// @param hashes    as for a run
    /// @param out       where to
    /// @throws IOException if `out` fails
    public void write(Attention attention, boolean hashes, Writer out) throws IOException {
        subject(attention.config(), attention.tokens(), attention.provenance(), out);
        origin(attention.provenance(), hashes, out);
    }

    private void subject(Gpt2Config config, List<Token> tokens, Provenance made, Writer out) throws IOException {
        field("model", made.modelId() + ", " + config.nLayers() + " layers, dModel " + config.dModel(), out);
        field("tokens", tokens.size() + ": " + quoted(tokens), out);
        field("BOS", made.bos() == Bos.NONE ? "none" : "prepended, position 0", out);
        edits("edit", made, OptionalInt.empty(), out);
    }

    private static String from(List<Prompt> sources) {
        return sources.isEmpty() ? ""
                : sources.stream().map(source -> "\"" + SafeText.escaped(source.toString()) + "\"").collect(Collectors.joining(", ", " from ", ""));
    }

    private void origin(Provenance made, boolean hashes, Writer out) throws IOException {
        if (hashes) {
            field("weights", made.weightsSha256(), out);
            field("tokenizer", made.tokenizerSha256(), out);
            field("version", made.version(), out);
        }
        field("compute", compute, out);
    }

    /// Lines of a header, none of them wider than a terminal where they have spaces to be broken at.
    @FunctionalInterface
    public interface Lines {

        /// Writes them in full.
        void write(Writer out) throws IOException;
    }

    /// Writes lines, broken at spaces where they are wider than the header.
    ///
    /// @param lines such as those of [#write(LensResult, boolean, Writer)]
    /// @param out   where to
    /// @throws IOException if `out` fails
    public void within(Lines lines, Writer out) throws IOException {
        StringWriter all = new StringWriter();
        lines.write(all);
        for (String line : all.toString().split("\n")) {
            out.write(Wrapping.wrapped(line, width) + "\n");
        }
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
