package io.github.logitlens.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// Puts a tokenizer together from what its files say, and refuses what does not fit together.
final class ModelBuilder {
    static final String END_OF_TEXT = "<|endoftext|>";

    /// What the files say.
    ///
    /// @param addsBos whether Hugging Face puts `bos` before each text unasked
    record Model(Vocabulary vocabulary, MergeTable merges, Symbols symbols, Preparation preparation,
            List<AddedToken> addedTokens, OptionalInt bos, OptionalInt eos, boolean addsBos) {
    }

    private final Vocabulary.Builder tokens = new Vocabulary.Builder();
    private final MergeTable.Builder merges = new MergeTable.Builder();
    /// By content, in the order in which they came.
    private final Map<String, AddedToken> addedTokens = new LinkedHashMap<>();
    private Symbols symbols;
    private Preparation preparation = Preparation.GPT2;
    /// How many tokens the model has.
    private int modelSize;
    private OptionalInt bos = OptionalInt.empty();
    private OptionalInt eos = OptionalInt.empty();
    private boolean addsBos;

    /// GPT-2's own tokenizer, whose vocabulary follows from its merges: the bytes in order, what each merge makes, and
    /// `<|endoftext|>`. `pairs` are the ids of each merge's left and right token, of 16 bits each; it is trusted.
    static Model ofPairs(ShortBuffer pairs) {
        ModelBuilder builder = new ModelBuilder();
        int id = 0;
        for (byte b : ByteAlphabet.inIdOrder()) {
            builder.tokens.add(String.valueOf(ByteAlphabet.symbol(b & 0xFF)), id++, "alphabet", 0);
        }
        while (pairs.hasRemaining()) {
            builder.join(pairs.get() & 0xFFFF, pairs.get() & 0xFFFF);
        }
        int endOfText = 256 + builder.merges.size();
        builder.tokens.add(END_OF_TEXT, endOfText, "alphabet", 0);
        builder.endModel(Optional.empty(), false, false, "alphabet");
        builder.addAddedToken(AddedToken.special(endOfText, END_OF_TEXT), "alphabet", 0);
        builder.frame(OptionalInt.of(endOfText), OptionalInt.of(endOfText), false);
        return builder.build();
    }

    /// `size` ids that no token has.
    static Model ofFreeIds(int size) {
        ModelBuilder builder = new ModelBuilder();
        builder.tokens.end(size);
        builder.endModel(Optional.empty(), false, false, "ids");
        return builder.build();
    }

    /// A method of its own, because what is called often is compiled soon.
    private void join(int left, int right) {
        merges.add(left, right, tokens.addJoin(left, right));
    }

    void addToken(String symbol, int id, String file, int line) {
        tokens.add(symbol, id, file, line);
    }

    /// Adds the merges of a `merges.txt`: a comment in the first line if it begins with `#version`, then a merge a line.
    /// Empty lines may only come last; lines may end in CR LF.
    void readMerges(byte[] text, String file) {
        int end = text.length;
        while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r')) {
            end--;
        }
        int at = 0;
        int line = 1;
        if (startsWith(text, 0, end, "#version")) {
            at = Math.min(endOfLine(text, 0, end) + 1, end);
            line++;
        }
        while (at < end) {
            at = addMerge(text, at, end, file, line);
            line++;
        }
    }

    private static boolean startsWith(byte[] text, int from, int to, String prefix) {
        for (int i = 0; i < prefix.length(); i++) {
            if (from + i >= to || text[from + i] != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Adds the merge in the line that begins at `from` of `text[0, end)`, two symbols in UTF-8 and one space between, and
    /// returns where the next line begins.
    int addMerge(byte[] text, int from, int end, String file, int line) {
        int start = tokens.scratch();
        int middle = tokens.appendSymbol(text, from, end, start);
        int space = tokens.appendedTo();
        if (space == from || space + 1 >= end || text[space] != ' ') {
            throw badMerge(text, from, end, file, line);
        }
        int stop = tokens.appendSymbol(text, space + 1, end, middle);
        int to = tokens.appendedTo();
        int next = to + 1 < end && text[to] == '\r' ? to + 1 : to;
        if (to == space + 1 || next < end && text[next] != '\n') {
            throw badMerge(text, from, end, file, line);
        }
        int left = tokens.findScratch(start, middle);
        int right = tokens.findScratch(middle, stop);
        int result = tokens.findScratch(start, stop);
        if (left < 0 || right < 0 || result < 0) {
            String what = left < 0 ? "its left symbol" : right < 0 ? "its right symbol" : "its result";
            throw new TokenizerFormatException(Reason.UNKNOWN_SYMBOL, "merge " + quote(text, from, to, file, line)
                    + ": expected " + what + " in the vocabulary, got no such token" + Place.in(file, line));
        }
        if (merges.size() == MergeTable.MAX_SIZE) {
            throw new TokenizerFormatException(Reason.TOO_LARGE, "merges: expected at most " + MergeTable.MAX_SIZE
                    + ", got more" + Place.in(file, line));
        }
        if (!merges.add(left, right, result)) {
            throw new TokenizerFormatException(Reason.DUPLICATE_MERGE, "merge " + quote(text, from, to, file, line)
                    + ": expected once, got it again" + Place.in(file, line));
        }
        return next + 1;
    }

    /// What to say of the line at `from`, which is no merge.
    private static TokenizerFormatException badMerge(byte[] text, int from, int end, String file, int line) {
        int to = endOfLine(text, from, end);
        String quoted = quote(text, from, to, file, line);
        int spaces = 0;
        for (int i = from; i < to; i++) {
            spaces += text[i] == ' ' ? 1 : 0;
        }
        boolean isPair = spaces == 1 && text[from] != ' ' && text[to - 1] != ' ';
        return new TokenizerFormatException(isPair ? Reason.UNKNOWN_SYMBOL : Reason.BAD_MERGE,
                "merge: expected two symbols " + (isPair ? "of the byte alphabet" : "separated by one space") + ", got "
                        + quoted + Place.in(file, line));
    }

    private static int endOfLine(byte[] text, int from, int end) {
        int at = from;
        while (at < end && text[at] != '\n') {
            at++;
        }
        return at;
    }

    private static String quote(byte[] text, int from, int to, String file, int line) {
        return Place.quote(decode(text, from, to, file, line));
    }

    /// `text[from, to)` for a message; that it is not UTF-8 is then the better message.
    private static String decode(byte[] text, int from, int to, String file, int line) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            throw new TokenizerFormatException(Reason.BAD_ENCODING,
                    "merge: expected UTF-8, got other bytes" + Place.in(file, line), e);
        }
    }

    /// What follows is no part of the model: what merging begins with is settled.
    ///
    /// @param unknown      the token in the place of bytes that have none, empty if there is none
    /// @param fusesUnknown whether several such bytes in a row are one
    /// @param ignoresMerges whether a pre-token that is a token needs no merges to become it
    void endModel(Optional<String> unknown, boolean fusesUnknown, boolean ignoresMerges, String file) {
        int[] byteTokens = new int[256];
        int missing = -1;
        for (int b = 255; b >= 0; b--) {
            byteTokens[b] = tokens.find(String.valueOf(ByteAlphabet.symbol(b)));
            missing = byteTokens[b] < 0 ? b : missing;
        }
        int unknownToken = unknown.isPresent() ? tokens.find(unknown.get()) : -1;
        if (missing >= 0 && unknown.isPresent() && unknownToken < 0) {
            throw new TokenizerFormatException(Reason.MISSING_BYTE, "byte " + missing + ": expected a token \""
                    + ByteAlphabet.symbol(missing) + "\", or in its place the unk_token " + Place.quote(unknown.get())
                    + ", got neither" + Place.in(file, 0));
        }
        symbols = new Symbols(byteTokens, unknownToken, fusesUnknown,
                ignoresMerges ? tokens.inAlphabet() : new BitSet());
        modelSize = tokens.count();
    }

    /// Sets what becomes of a text before its bytes are merged.
    void prepare(Preparation byTokenizer) {
        preparation = byTokenizer;
    }

    /// Whether texts, or the parts of a text, are to begin with a space, whatever was said before.
    void addSpace(boolean adds) {
        preparation = preparation.addingSpace(adds);
    }

    /// Whether every byte has a token.
    boolean hasEveryByte() {
        return symbols.isComplete();
    }

    /// Whether the token `content` was added to the model's.
    boolean isAdded(String content) {
        return addedTokens.containsKey(content);
    }

    /// The id of the token `content`, or -1.
    int find(String content) {
        return tokens.find(content);
    }

    /// Adds a token that is found in a text as it stands; it may be in the vocabulary already, with the same id, or have been
    /// added before, in which case it is now found as `token` says. An empty one has its id and is found nowhere, as with
    /// Hugging Face.
    void addAddedToken(AddedToken token, String file, int line) {
        int known = tokens.find(token.content());
        if (known < 0) {
            tokens.addLiteral(token.content(), token.id(), file, line);
        } else if (known != token.id()) {
            throw new TokenizerFormatException(Reason.DUPLICATE_TOKEN, "added token " + Place.quote(token.content())
                    + ": expected its id " + known + " of the vocabulary, got " + token.id() + Place.in(file, line));
        }
        if (!token.content().isEmpty()) {
            addedTokens.put(token.content(), token);
        }
    }

    /// Makes a token special that was added, or is in the vocabulary, or gets the next id; `token` says how it is found if it
    /// was not added before.
    void addSpecialToken(AddedToken token, String file, int line) {
        AddedToken added = addedTokens.get(token.content());
        if (added != null) {
            addedTokens.put(token.content(), added.asSpecial());
            return;
        }
        int known = tokens.find(token.content());
        addAddedToken(token.withId(known >= 0 ? known : nextId()), file, line);
    }

    /// The id that Hugging Face gives to a token that no file gives one to.
    private int nextId() {
        int highest = -1;
        for (AddedToken added : addedTokens.values()) {
            highest = Math.max(highest, added.id());
        }
        return Math.max(highest + 1, modelSize);
    }

    /// Sets the token that goes before a text where one is asked for, the one that ends a text, and whether Hugging Face puts
    /// the first one there unasked.
    void frame(OptionalInt first, OptionalInt last, boolean framesTexts) {
        bos = first;
        eos = last;
        addsBos = framesTexts;
    }

    /// The finished tokenizer. This builder is spent.
    Model build() {
        Vocabulary vocabulary = tokens.build();
        List<AddedToken> added = new ArrayList<>(addedTokens.values());
        if (added.size() > 1) {
            added.sort(Comparator.comparingInt(AddedToken::id));
        }
        return new Model(vocabulary, merges.build(vocabulary.size()), symbols, preparation, List.copyOf(added), bos, eos,
                addsBos);
    }
}
