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
/// No token is added to what a text holds, no `<|endoftext|>` and none that a model's `add_bos_token` or post-processor asks
/// for ([#addsBos] says whether they do, [#bos] which it is); and no space in front but where the model's tokenizer has
/// `add_prefix_space`.
///
/// A model's tokenizer may differ from GPT-2's in its vocabulary, which may lack bytes and leave ids free; in added tokens; in
/// what becomes of a text before it is cut (normal forms, lower case, plain replacements, a prefix); and in cuts at digits or
/// plain text. What would give other ids and is not among these is refused by its name.
///
/// Where implementations differ, this one has chosen:
/// * Letters and numbers are those of Unicode 14, whatever the JDK knows, as in `tokenizers` 0.21.0 (releases from 0.22.2 on
///   were seen to have Unicode 16). Only texts with one of the 9392 letters and numbers added since can give other ids, and
///   of those few do: such a letter right before `'s`, for one.
/// * A lone surrogate, which UTF-8 cannot hold, is read as U+FFFD, as in `tiktoken`; Python refuses the text.
/// * Ill-formed bytes decode to U+FFFD as the WHATWG encoding standard, Python and Rust have it; the JDK differs.
/// * An added token that is not in the vocabulary decodes to its own text, even where that is made of letters of the byte
///   alphabet (an added `é`, which Hugging Face decodes to the byte `E9`).
/// * A byte without a token is dropped before merging, as `tokenizers` does, or becomes the model's `unk_token`;
///   `transformers`' tokenizer in Python has `<|endoftext|>` in its place.
/// * `add_prefix_space` in `tokenizer_config.json` goes before that in `tokenizer.json`, which `transformers` heeds only for
///   other classes than `GPT2Tokenizer`; where the former says nothing, the latter holds.
/// * An added token has the id that its file gives it, and not the next one that is free.
///
/// Immutable; any number of threads may use one.
public final class Gpt2Tokenizer {
    /// As many pieces as a message shows.
    private static final int SHOWN_PIECES = 16;
    private static final int GPT2_VOCAB_SIZE = 50257;

    private final Vocabulary vocabulary;
    private final MergeTable merges;
    private final Symbols symbols;
    private final Preparation preparation;
    private final AddedTokens addedTokens;
    private final List<AddedToken> addedTokenList;
    private final OptionalInt bos;
    private final OptionalInt eos;
    private final boolean addsBos;
    private final BytePairEncoder encoder;
    /// Why no text can be encoded, if none can.
    private final Optional<TokenizerFormatException> refusal;

    /// Loaded at the first call of [#gpt2()].
    private static final class Bundled {
        static final Gpt2Tokenizer GPT2 = new Gpt2Tokenizer(BundledFiles.read(), Optional.empty());
    }

    private Gpt2Tokenizer(ModelBuilder.Model model, Optional<TokenizerFormatException> refusal) {
        vocabulary = model.vocabulary();
        merges = model.merges();
        symbols = model.symbols();
        preparation = model.preparation();
        addedTokenList = model.addedTokens();
        addedTokens = new AddedTokens(addedTokenList, preparation);
        bos = model.bos();
        eos = model.eos();
        addsBos = model.addsBos();
        encoder = new BytePairEncoder(vocabulary, merges, symbols);
        this.refusal = refusal;
    }

    /// The tokenizer of GPT-2, every size of it, and of the models that share its vocabulary; the files are bundled, and
    /// read once.
    ///
    /// @return the tokenizer, always the same one
    public static Gpt2Tokenizer gpt2() {
        return Bundled.GPT2;
    }

    /// The tokenizer of a model: the one that its directory brings with it or, where nothing there speaks of a tokenizer and
    /// the model's vocabulary is of GPT-2's size, GPT-2's. Never another: ids of the wrong vocabulary give numbers that look
    /// right.
    ///
    /// ```java
    /// Gpt2Tokenizer.of(Path.of("mine"), config.vocabSize())
    /// ```
    ///
    /// @param directory the model's directory, in Hugging Face's layout
    /// @param vocabSize the number of rows of the model's embedding
    /// @return the tokenizer
    /// @throws TokenizerFormatException if there is none, or it is damaged or of another kind; the message says what to do
    public static Gpt2Tokenizer of(Path directory, int vocabSize) {
        Optional<Gpt2Tokenizer> found = find(directory);
        if (found.isPresent()) {
            return found.get();
        }
        if (vocabSize != GPT2_VOCAB_SIZE) {
            throw TokenizerFiles.noneFor(directory, vocabSize, GPT2_VOCAB_SIZE);
        }
        return gpt2();
    }

    /// The tokenizer of a model, as [#of] finds it, or [#idsOnly] if there is none or it is of another kind: who gives ids
    /// needs none.
    ///
    /// ```java
    /// Gpt2Tokenizer tokenizer = Gpt2Tokenizer.ofOrIdsOnly(Path.of("with-spiece.model"), 32000);
    /// tokenizer.token(7).display()    // "<7>"
    /// tokenizer.encode("a text")      // TokenizerFormatException: tokenizer: expected …, got spiece.model, …
    /// ```
    ///
    /// @param directory the model's directory, in Hugging Face's layout
    /// @param vocabSize the number of rows of the model's embedding
    /// @return the tokenizer
    /// @throws TokenizerFormatException if there is one, and it is damaged
    public static Gpt2Tokenizer ofOrIdsOnly(Path directory, int vocabSize) {
        try {
            return of(directory, vocabSize);
        } catch (TokenizerFormatException e) {
            return switch (e.reason()) {
                case MISSING_FILE, UNSUPPORTED -> idsOnly(vocabSize, e);
                default -> throw e;
            };
        }
    }

    /// A tokenizer that knows ids and no texts: its tokens are `<0>`, `<1>` and so on, and what needs the id of a text throws.
    ///
    /// @param vocabSize the number of ids, at least 1
    /// @param why       what to throw where a text is given
    /// @return the tokenizer
    public static Gpt2Tokenizer idsOnly(int vocabSize, TokenizerFormatException why) {
        if (vocabSize < 1) {
            throw new IllegalArgumentException("vocabSize: expected at least 1, got " + vocabSize);
        }
        return new Gpt2Tokenizer(ModelBuilder.ofFreeIds(vocabSize), Optional.of(why));
    }

    /// The tokenizer in `directory`: of `tokenizer.json`, or else of `vocab.json` and `merges.txt`, with what
    /// `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say.
    ///
    /// ```java
    /// Gpt2Tokenizer.load(Path.of("distilgpt2")).vocabSize()    // 50257
    /// ```
    ///
    /// @param directory the directory
    /// @return the tokenizer
    /// @throws TokenizerFormatException if the files are missing, damaged, or those of another kind of tokenizer
    public static Gpt2Tokenizer load(Path directory) {
        return new Gpt2Tokenizer(TokenizerFiles.read(Objects.requireNonNull(directory, "directory")), Optional.empty());
    }

    /// The tokenizer that a directory brings with it; [#of] says what a model without one has.
    ///
    /// @param directory a directory
    /// @return the tokenizer that [#load] reads, empty if nothing in `directory` speaks of one
    /// @throws TokenizerFormatException if there is one, and it is damaged, not complete or of another kind
    public static Optional<Gpt2Tokenizer> find(Path directory) {
        Optional<ModelBuilder.Model> model = TokenizerFiles.find(Objects.requireNonNull(directory, "directory"));
        return model.isPresent() ? Optional.of(new Gpt2Tokenizer(model.get(), Optional.empty())) : Optional.empty();
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
    /// @throws TokenizerFormatException if this tokenizer knows only ids
    public int[] encode(String text) {
        return encode(text, SpecialTokens.TEXT);
    }

    /// The tokens of `text`, with special tokens read as `mode` says.
    ///
    /// @param text any text
    /// @param mode whether special tokens are looked for
    /// @return the ids, a new array
    /// @throws TokenizerFormatException if this tokenizer knows only ids
    public int[] encode(String text, SpecialTokens mode) {
        return encoded(text, mode).toArray();
    }

    /// How many tokens `text` has: the length of what [#encode(String)] returns.
    ///
    /// @param text any text
    /// @return the number of tokens
    /// @throws TokenizerFormatException if this tokenizer knows only ids
    public int countTokens(String text) {
        return encoded(text, SpecialTokens.TEXT).size();
    }

    private IntSink encoded(String text, SpecialTokens mode) {
        requireTexts(text);
        IntSink out = new IntSink(text.length() / 3);
        if (addedTokens.matchNothing(mode) && preparation.isGpt2()) {
            encoder.encode(Utf8Text.of(text), out);
            return out;
        }
        for (AddedTokens.Piece piece : addedTokens.split(text, mode)) {
            if (piece.isPlain()) {
                for (AlignedText part : preparation.parts(piece.text())) {
                    encoder.encode(part.utf8(), preparation, out);
                }
            } else {
                out.add(piece.id());
            }
        }
        return out;
    }

    private void requireTexts(String text) {
        Objects.requireNonNull(text, "text");
        if (refusal.isPresent()) {
            throw refusal.get().again();
        }
    }

    /// Whether this tokenizer has ids for texts; one of [#idsOnly] has not.
    ///
    /// @return false if [#encode(String)] throws
    public boolean readsTexts() {
        return refusal.isEmpty();
    }

    /// The first special token whose text is in `text`, which [SpecialTokens#TEXT] reads as ordinary characters: worth a word
    /// to whoever meant the token.
    ///
    /// ```java
    /// tokenizer.specialTokenIn("a<|endoftext|>b")    // Optional[Token[id=50256, "<|endoftext|>"]]
    /// ```
    ///
    /// @param text any text
    /// @return the token, empty if there is none
    public Optional<Token> specialTokenIn(String text) {
        Objects.requireNonNull(text, "text");
        if (addedTokens.haveSpecial()) {
            for (AddedTokens.Piece piece : addedTokens.split(text, SpecialTokens.PARSE)) {
                if (piece.special()) {
                    return Optional.of(token(piece.id()));
                }
            }
        }
        return Optional.empty();
    }

    /// The tokens of `text` and the part of it that each covers; the ids are those of [#encode(String)].
    ///
    /// @param text any text
    /// @return the tokens in order
    /// @throws TokenizerFormatException if this tokenizer knows only ids
    public List<TokenSpan> encodeWithSpans(String text) {
        return encodeWithSpans(text, SpecialTokens.TEXT);
    }

    /// The tokens of `text` and the part of it that each covers; the ids are those of [#encode(String, SpecialTokens)].
    ///
    /// @param text any text
    /// @param mode whether special tokens are looked for
    /// @return the tokens in order
    /// @throws TokenizerFormatException if this tokenizer knows only ids
    public List<TokenSpan> encodeWithSpans(String text, SpecialTokens mode) {
        requireTexts(text);
        SpanCollector spans = new SpanCollector(text);
        for (AddedTokens.Piece piece : addedTokens.split(text, mode)) {
            if (piece.isPlain()) {
                for (AlignedText part : preparation.parts(piece.text())) {
                    Utf8Text utf8 = spans.begin(part);
                    for (int at = 0; at < utf8.length();) {
                        int end = preparation.next(utf8, at);
                        encoder.merge(utf8, at, end, spans);
                        at = end;
                    }
                }
            } else {
                spans.add(piece.id(), piece.text().start(0), piece.text().end(piece.text().length() - 1));
            }
        }
        return spans.spans();
    }

    /// How `text` becomes tokens: pre-tokens, bytes, merges in order, tokens.
    ///
    /// @param text any text
    /// @return the steps
    /// @throws TokenizerFormatException if this tokenizer knows only ids
    public Explanation explain(String text) {
        return explain(text, SpecialTokens.TEXT);
    }

    /// How `text` becomes tokens, with special tokens read as `mode` says. Pre-tokens are parts of what normalizers and a space
    /// in front made of the text.
    ///
    /// @param text any text
    /// @param mode whether special tokens are looked for
    /// @return the steps
    /// @throws TokenizerFormatException if this tokenizer knows only ids
    public Explanation explain(String text, SpecialTokens mode) {
        requireTexts(text);
        List<Explanation.PreToken> preTokens = new ArrayList<>();
        for (AddedTokens.Piece piece : addedTokens.split(text, mode)) {
            if (!piece.isPlain()) {
                Utf8Text utf8 = piece.text().utf8();
                preTokens.add(new Explanation.PreToken(piece.text().toString(),
                        HexFormat.of().formatHex(utf8.bytes(), 0, utf8.length()), List.of(), List.of(token(piece.id()))));
                continue;
            }
            for (AlignedText part : preparation.parts(piece.text())) {
                Utf8Text utf8 = part.utf8();
                for (int at = 0; at < utf8.length();) {
                    int end = preparation.next(utf8, at);
                    preTokens.add(explain(utf8, at, end));
                    at = end;
                }
            }
        }
        return new Explanation(text, preTokens);
    }

    private Explanation.PreToken explain(Utf8Text text, int from, int to) {
        List<Explanation.Merge> made = new ArrayList<>();
        List<Token> tokens = new ArrayList<>();
        encoder.merge(text, from, to, new BytePairEncoder.Listener() {
            @Override
            public void merged(int rank, int offset, int left, int right, int result) {
                made.add(new Explanation.Merge(rank, offset, token(left), token(right), token(result)));
            }

            @Override
            public void ended(int id, int start, int end) {
                tokens.add(token(id));
            }
        });
        return new Explanation.PreToken(Utf8.decode(text.bytes(), from, to),
                HexFormat.of().formatHex(text.bytes(), from, to), made, tokens);
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

    /// An encoder for a text that comes in parts.
    ///
    /// @param mode what the text of a special token means
    /// @return a new encoder
    public StreamingEncoder streamingEncoder(SpecialTokens mode) {
        return new StreamingEncoder(this, preparation, addedTokens, Objects.requireNonNull(mode, "mode"));
    }

    /// The token `id`; one that no text gives, `<273>`, where the vocabulary leaves the id free.
    ///
    /// @param id 0 to one less than [#vocabSize()]
    /// @return the token
    /// @throws IllegalArgumentException if there is no such token
    public Token token(int id) {
        checkId(id, vocabulary);
        return new Token(id, vocabulary.bytes(id));
    }

    /// The token `id` for a screen, which a model whose embedding is larger than its vocabulary may name too.
    ///
    /// ```java
    /// Gpt2Tokenizer.gpt2().label(50300).display()    // "<50300>"
    /// ```
    ///
    /// @param id 0 or more
    /// @return the token [#token(int)], or `<id>` if the vocabulary ends before
    /// @throws IllegalArgumentException if `id` is negative
    public Token label(int id) {
        return id < vocabulary.size() ? token(id) : new Token(id, Vocabulary.label(id).getBytes(StandardCharsets.US_ASCII));
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
    /// @throws TokenizerFormatException if this tokenizer knows only ids
    public OptionalInt singleToken(String text) {
        requireTexts(text);
        Utf8Text utf8 = Utf8Text.of(text);
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
    /// @throws TokenizerFormatException if this tokenizer knows only ids
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

    /// The number of ids, which are 0 to one less; a vocabulary may leave some of them free. 50257 for GPT-2.
    ///
    /// @return the number of ids
    public int vocabSize() {
        return vocabulary.size();
    }

    /// The id of `<|endoftext|>`, which stands between GPT-2's documents: 50256 for GPT-2.
    ///
    /// @return the id
    /// @throws IllegalStateException if the vocabulary has no such token
    /// @throws TokenizerFormatException if this tokenizer knows only ids
    public int endOfText() {
        return singleToken(ModelBuilder.END_OF_TEXT).orElseThrow(
                () -> missing("a token \"" + ModelBuilder.END_OF_TEXT + '"'));
    }

    /// The token that goes before a text where one is asked for: the one that the model's files name, or else
    /// `<|endoftext|>`. 50256 for GPT-2.
    ///
    /// @return the id, empty if there is no such token
    public OptionalInt bos() {
        return bos;
    }

    /// The token [#bos], or an error where there is none.
    ///
    /// @return the id
    /// @throws IllegalStateException if there is no such token
    /// @throws TokenizerFormatException if this tokenizer knows only ids
    public int requireBos() {
        requireTexts("");
        return bos.orElseThrow(() -> missing("a BOS token, or \"" + ModelBuilder.END_OF_TEXT + '"'));
    }

    private IllegalStateException missing(String token) {
        return new IllegalStateException("vocabulary: expected " + token + ", got none among " + vocabSize());
    }

    /// The token that ends a text: the one that the model's files name, or else `<|endoftext|>`. 50256 for GPT-2.
    ///
    /// @return the id, empty if there is no such token
    public OptionalInt eos() {
        return eos;
    }

    /// Whether Hugging Face would put [#bos] before each text, as the model's `add_bos_token` or post-processor says. Here
    /// nobody does it unasked.
    ///
    /// @return true for some models, false for GPT-2
    public boolean addsBos() {
        return addsBos;
    }

    /// The sha256, in lower-case hexadecimal, of all that decides ids: tokens, merges, added tokens and what becomes of a text
    /// before it is cut. It is the same whether they were read from `tokenizer.json` or from `vocab.json` and `merges.txt`.
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
            update(digest, vocabulary.isFree(id) ? -1 : vocabulary.length(id));
            digest.update(vocabulary.bytes(id));
        }
        for (int id : merges.pairs()) {
            update(digest, id);
        }
        for (AddedToken token : addedTokenList) {
            digest.update((token.id() + (token.special() ? " special" : "") + (token.stripLeft() ? " left" : "")
                    + (token.singleWord() ? " word" : "") + (token.late() ? " late" : "")
                    + (token.stripRight() ? " right\n" : "\n")).getBytes(StandardCharsets.UTF_8));
        }
        if (!preparation.isGpt2() || !symbols.isPlain()) {
            digest.update((preparation + "\n" + symbols.description()).getBytes(StandardCharsets.UTF_8));
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
