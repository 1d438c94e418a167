package io.github.logitlens.tokenizer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/// GPT-2's tokenizer: byte-level BPE, the same ids as Hugging Face's `tokenizers`.
///
/// ```java
/// Gpt2Tokenizer tokenizer = Gpt2Tokenizer.gpt2();
/// tokenizer.encode("The Eiffel Tower is in")             // [464, 412, 733, 417, 8765, 318, 287]
/// tokenizer.decode(464, 412, 733, 417, 8765)             // "The Eiffel Tower"
/// tokenizer.singleToken(" Paris")                        // OptionalInt[6342]
/// tokenizer.token(6342).display()                        // " Paris"
/// ```
///
/// No token is added to what a text holds: no space in front, no `<|endoftext|>`.
///
/// Where implementations differ, this one has chosen:
/// * Letters and numbers are those of Unicode 14, whatever the JDK knows, as in `tokenizers` 0.21.0 (releases from 0.22.2 on
///   were seen to have Unicode 16). Only texts with one of the 9392 letters and numbers added since can give other ids, and
///   of those few do: such a letter right before `'s`, for one.
/// * A lone surrogate, which UTF-8 cannot hold, is read as U+FFFD, as in `tiktoken`; Python refuses the text.
/// * Ill-formed bytes decode to U+FFFD as the WHATWG encoding standard, Python and Rust have it; the JDK differs.
/// * An added token that is not in the vocabulary decodes to its own text, even where that is made of letters of the byte
///   alphabet (an added `é`, which Hugging Face decodes to the byte `E9`).
///
/// Immutable; any number of threads may use one.
public final class Gpt2Tokenizer {
    /// As many pieces as a message shows.
    private static final int SHOWN_PIECES = 16;

    private final Vocabulary vocabulary;
    private final MergeTable merges;
    private final AddedTokens addedTokens;
    private final List<AddedToken> addedTokenList;
    private final BytePairEncoder encoder;

    /// Loaded at the first call of [#gpt2()].
    private static final class Bundled {
        static final Gpt2Tokenizer GPT2 = new Gpt2Tokenizer(BundledFiles.read());
    }

    private Gpt2Tokenizer(ModelBuilder.Model model) {
        vocabulary = model.vocabulary();
        merges = model.merges();
        addedTokenList = model.addedTokens();
        addedTokens = new AddedTokens(addedTokenList);
        encoder = new BytePairEncoder(vocabulary, merges);
    }

    /// The tokenizer of GPT-2, every size of it, and of the models that share its vocabulary; the files are bundled, and
    /// read once.
    ///
    /// @return the tokenizer, always the same one
    public static Gpt2Tokenizer gpt2() {
        return Bundled.GPT2;
    }

    /// The tokenizer in `directory`: of `tokenizer.json`, or else of `vocab.json`, `merges.txt` and, if there is one,
    /// `added_tokens.json`. Any byte-level BPE with GPT-2's pattern will do, whatever the size of its vocabulary.
    ///
    /// ```java
    /// Gpt2Tokenizer.load(Path.of("distilgpt2")).vocabSize()    // 50257
    /// ```
    ///
    /// @param directory the directory
    /// @return the tokenizer
    /// @throws TokenizerFormatException if the files are missing, damaged, or those of another kind of tokenizer
    public static Gpt2Tokenizer load(Path directory) {
        return new Gpt2Tokenizer(TokenizerFiles.read(Objects.requireNonNull(directory, "directory")));
    }

    /// The tokenizer that a model's directory brings with it. A model without one has GPT-2's.
    ///
    /// ```java
    /// Gpt2Tokenizer.find(Path.of("mine")).orElseGet(Gpt2Tokenizer::gpt2)
    /// ```
    ///
    /// @param directory a model's directory
    /// @return the tokenizer that [#load] reads, empty if `directory` holds neither `tokenizer.json` nor `vocab.json`
    /// @throws TokenizerFormatException if there is one, and it is damaged or of another kind
    public static Optional<Gpt2Tokenizer> find(Path directory) {
        return TokenizerFiles.areIn(Objects.requireNonNull(directory, "directory"))
                ? Optional.of(load(directory))
                : Optional.empty();
    }

    /// The tokens of `text`, in which `<|endoftext|>` is thirteen ordinary characters.
    ///
    /// ```java
    /// tokenizer.encode("Hello world")    // [15496, 995]
    /// tokenizer.encode("")               // []
    /// ```
    ///
    /// @param text any text
    /// @return the ids, a new array
    public int[] encode(String text) {
        return encode(text, SpecialTokens.TEXT);
    }

    /// The tokens of `text`, with special tokens read as `mode` says.
    ///
    /// @param text any text
    /// @param mode whether special tokens are looked for
    /// @return the ids, a new array
    public int[] encode(String text, SpecialTokens mode) {
        Objects.requireNonNull(text, "text");
        IntSink out = new IntSink(text.length() / 3);
        if (addedTokens.matchNothing(mode)) {
            encoder.encode(Utf8Text.of(text), out);
            return out.toArray();
        }
        for (AddedTokens.Piece piece : addedTokens.split(text, mode)) {
            if (piece.isPlain()) {
                encoder.encode(Utf8Text.of(text, piece.start(), piece.end()), out);
            } else {
                out.add(piece.id());
            }
        }
        return out.toArray();
    }

    /// The tokens of `text` and the part of it that each covers; the ids are those of [#encode(String)].
    ///
    /// @param text any text
    /// @return the tokens in order
    public List<TokenSpan> encodeWithSpans(String text) {
        return encodeWithSpans(text, SpecialTokens.TEXT);
    }

    /// The tokens of `text` and the part of it that each covers; the ids are those of [#encode(String, SpecialTokens)].
    ///
    /// @param text any text
    /// @param mode whether special tokens are looked for
    /// @return the tokens in order
    public List<TokenSpan> encodeWithSpans(String text, SpecialTokens mode) {
        Objects.requireNonNull(text, "text");
        List<TokenSpan> spans = new ArrayList<>();
        int codePoint = 0;
        for (AddedTokens.Piece piece : addedTokens.split(text, mode)) {
            int codePointEnd = codePoint + text.codePointCount(piece.start(), piece.end());
            if (piece.isPlain()) {
                addSpans(text, piece.start(), piece.end(), codePoint, spans);
            } else {
                spans.add(new TokenSpan(piece.id(), piece.start(), piece.end(), codePoint, codePointEnd));
            }
            codePoint = codePointEnd;
        }
        return List.copyOf(spans);
    }

    private void addSpans(String text, int from, int to, int firstCodePoint, List<TokenSpan> spans) {
        Utf8Text utf8 = Utf8Text.of(text, from, to);
        IntSink out = new IntSink(utf8.length() / 3);
        encoder.encode(utf8, out);
        int[] ids = out.toArray();
        byte[] bytes = utf8.bytes();
        // The character at hand: its first byte, the byte after it, its index in UTF-16 units and in code points.
        int charByte = 0;
        int nextByte = utf8.length() == 0 ? 0 : Utf8.sequenceLength(bytes, 0, utf8.length());
        int unit = from;
        int codePoint = firstCodePoint;
        int tokenByte = 0;
        for (int id : ids) {
            int tokenEnd = tokenByte + vocabulary.length(id);
            while (nextByte <= tokenByte) {
                charByte = nextByte;
                unit += Character.charCount(text.codePointAt(unit));
                codePoint++;
                nextByte += Utf8.sequenceLength(bytes, charByte, utf8.length());
            }
            int start = unit;
            int codePointStart = codePoint;
            while (nextByte < tokenEnd) {
                charByte = nextByte;
                unit += Character.charCount(text.codePointAt(unit));
                codePoint++;
                nextByte += Utf8.sequenceLength(bytes, charByte, utf8.length());
            }
            int end = unit + Character.charCount(text.codePointAt(unit));
            spans.add(new TokenSpan(id, start, end, codePointStart, codePoint + 1));
            tokenByte = tokenEnd;
        }
    }

    /// How `text` becomes tokens: pre-tokens, bytes, merges in order, tokens.
    ///
    /// @param text any text
    /// @return the steps
    public Explanation explain(String text) {
        return explain(text, SpecialTokens.TEXT);
    }

    /// How `text` becomes tokens, with special tokens read as `mode` says.
    ///
    /// @param text any text
    /// @param mode whether special tokens are looked for
    /// @return the steps
    public Explanation explain(String text, SpecialTokens mode) {
        Objects.requireNonNull(text, "text");
        List<Explanation.PreToken> preTokens = new ArrayList<>();
        for (AddedTokens.Piece piece : addedTokens.split(text, mode)) {
            String part = text.substring(piece.start(), piece.end());
            Utf8Text utf8 = Utf8Text.of(part);
            if (!piece.isPlain()) {
                preTokens.add(new Explanation.PreToken(part, HexFormat.of().formatHex(utf8.bytes(), 0, utf8.length()),
                        List.of(), List.of(token(piece.id()))));
                continue;
            }
            int at = 0;
            while (at < utf8.length()) {
                int end = PreTokenizer.next(utf8.bytes(), at, utf8.length());
                preTokens.add(explain(utf8.bytes(), at, end));
                at = end;
            }
        }
        return new Explanation(text, preTokens);
    }

    private Explanation.PreToken explain(byte[] bytes, int from, int to) {
        List<Explanation.Merge> made = new ArrayList<>();
        IntSink ids = new IntSink(to - from);
        encoder.merge(bytes, from, to, ids, (rank, offset, left, right, result) -> made
                .add(new Explanation.Merge(rank, offset, token(left), token(right), token(result))));
        return new Explanation.PreToken(Utf8.decode(bytes, from, to), HexFormat.of().formatHex(bytes, from, to), made,
                tokens(ids.toArray()));
    }

    /// The text of `ids`: their bytes one after another, read as UTF-8 with U+FFFD where they are not, as the WHATWG
    /// encoding standard reads it. For text without lone surrogates `decode(encode(text))` is `text`. Special tokens are
    /// written out; spaces are left as they are.
    ///
    /// ```java
    /// tokenizer.decode(15496, 995)    // "Hello world"
    /// ```
    ///
    /// @param ids the ids, *not modified*
    /// @return the text
    /// @throws IllegalArgumentException if there is no such token
    public String decode(int... ids) {
        long length = 0;
        for (int id : ids) {
            checkId(id, vocabulary);
            length += vocabulary.length(id);
        }
        if (length > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException("ids: expected less than 2 GiB of text, got " + length + " bytes");
        }
        byte[] bytes = new byte[(int) length];
        int at = 0;
        for (int id : ids) {
            at = vocabulary.copy(id, bytes, at);
        }
        return Utf8.decode(bytes, 0, bytes.length);
    }

    /// A decoder for ids that come one by one.
    ///
    /// @return a new decoder
    public StreamingDecoder streamingDecoder() {
        return new StreamingDecoder(vocabulary);
    }

    /// The token `id`.
    ///
    /// @param id 0 to one less than [#vocabSize()]
    /// @return the token
    /// @throws IllegalArgumentException if there is no such token
    public Token token(int id) {
        checkId(id, vocabulary);
        return new Token(id, vocabulary.bytes(id));
    }

    /// The tokens `ids`, in order.
    ///
    /// @param ids the ids, *not modified*
    /// @return the tokens
    /// @throws IllegalArgumentException if there is no such token
    public List<Token> tokens(int... ids) {
        return Arrays.stream(ids).mapToObj(this::token).toList();
    }

    /// The token whose text is exactly `text`, spaces included, special tokens among them; empty if it takes several.
    ///
    /// ```java
    /// tokenizer.singleToken(" Paris")           // OptionalInt[6342]
    /// tokenizer.singleToken("Paris ")           // OptionalInt.empty
    /// tokenizer.singleToken("<|endoftext|>")    // OptionalInt[50256]
    /// ```
    ///
    /// @param text the token's text
    /// @return its id
    public OptionalInt singleToken(String text) {
        Utf8Text utf8 = Utf8Text.of(Objects.requireNonNull(text, "text"));
        int id = vocabulary.find(utf8, 0, utf8.length());
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /// The token whose text is exactly `text`, or an error that shows its pieces and those tokens, if there are any, that have
    /// the same text with a space in front or with none around it.
    ///
    /// ```
    /// token text "Paris ": expected one token, got 2: "Paris" | " "; did you mean " Paris" (6342) or "Paris" (40313)?
    /// ```
    ///
    /// @param text the token's text
    /// @return its id
    /// @throws IllegalArgumentException if `text` is empty or takes several tokens
    public int requireSingleToken(String text) {
        OptionalInt id = singleToken(text);
        if (id.isPresent()) {
            return id.getAsInt();
        }
        int[] pieces = encode(text);
        StringBuilder message = new StringBuilder("token text \"").append(display(text))
                .append("\": expected one token, got ").append(pieces.length);
        for (int i = 0; i < Math.min(pieces.length, SHOWN_PIECES); i++) {
            message.append(i == 0 ? ": \"" : " | \"").append(token(pieces[i]).display()).append('"');
        }
        message.append(pieces.length > SHOWN_PIECES ? " | …" : "");
        String separator = "; did you mean ";
        for (String sibling : List.of(" " + text.strip(), text.strip())) {
            OptionalInt other = singleToken(sibling);
            if (!text.isBlank() && other.isPresent()) {
                message.append(separator).append('"').append(token(other.getAsInt()).display()).append("\" (")
                        .append(other.getAsInt()).append(')');
                separator = " or ";
            }
        }
        throw new IllegalArgumentException(message.append(separator.equals(" or ") ? "?" : "").toString());
    }

    private static String display(String text) {
        Utf8Text utf8 = Utf8Text.of(text);
        return new Token(0, Arrays.copyOf(utf8.bytes(), utf8.length())).display();
    }

    /// The number of tokens; ids are 0 to one less. 50257 for GPT-2.
    ///
    /// @return the number of tokens
    public int vocabSize() {
        return vocabulary.size();
    }

    /// The id of `<|endoftext|>`, which stands between documents and is GPT-2's only possible BOS: 50256 for GPT-2.
    ///
    /// @return the id
    /// @throws IllegalStateException if the vocabulary has no such token
    public int endOfText() {
        return singleToken(ModelBuilder.END_OF_TEXT).orElseThrow(() -> new IllegalStateException(
                "vocabulary: expected a token \"" + ModelBuilder.END_OF_TEXT + "\", got none among " + vocabSize()));
    }

    /// The sha256, in lower-case hexadecimal, of all that decides ids: tokens, merges and added tokens. It is the same
    /// whether they were read from `tokenizer.json` or from `vocab.json` and `merges.txt`.
    ///
    /// @return 64 hexadecimal digits
    public String contentHash() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
        for (int id = 0; id < vocabSize(); id++) {
            update(digest, vocabulary.length(id));
            digest.update(vocabulary.bytes(id));
        }
        for (int id : merges.pairs()) {
            update(digest, id);
        }
        for (AddedToken token : addedTokenList) {
            digest.update((token.id() + (token.special() ? " special" : "") + (token.stripLeft() ? " left" : "")
                    + (token.stripRight() ? " right\n" : "\n")).getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, int value) {
        digest.update(new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value});
    }

    static void checkId(int id, Vocabulary vocabulary) {
        if (id < 0 || id >= vocabulary.size()) {
            throw new IllegalArgumentException(
                    "token id: expected 0 to " + (vocabulary.size() - 1) + ", got " + id);
        }
    }
}
