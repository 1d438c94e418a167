package io.github.logitlens.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ShortBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// Puts a tokenizer together from what its files say, and refuses what does not fit together.
final class ModelBuilder {
    static final String END_OF_TEXT = "<|endoftext|>";

    /// What the files say.
    record Model(Vocabulary vocabulary, MergeTable merges, List<AddedToken> addedTokens) {
    }

    private final Vocabulary.Builder tokens = new Vocabulary.Builder();
    private final MergeTable.Builder merges = new MergeTable.Builder();
    private final List<AddedToken> addedTokens = new ArrayList<>();
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
        builder.tokens.add(END_OF_TEXT, 256 + builder.merges.size(), "alphabet", 0);
        builder.addEndOfText();
        return builder.build("alphabet");
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

    /// Makes `<|endoftext|>` a special token, if there is one.
    void addEndOfText() {
        int id = tokens.find(END_OF_TEXT);
        if (id >= 0) {
            addedTokens.add(new AddedToken(id, END_OF_TEXT, true, false, false, false));
        }
    }

    /// Adds a token that is found in a text as it stands; it may be in the vocabulary already, with the same id. An empty one
    /// has its id and is found nowhere, as with Hugging Face.
    void addAddedToken(AddedToken token, String file, int line) {
        int known = tokens.find(token.content());
        if (known < 0) {
            tokens.add(token.content(), token.id(), file, line);
        } else if (known != token.id()) {
            throw new TokenizerFormatException(Reason.DUPLICATE_TOKEN, "added token " + Place.quote(token.content())
                    + ": expected its id " + known + " of the vocabulary, got " + token.id() + Place.in(file, line));
        }
        if (!token.content().isEmpty()) {
            addedTokens.add(token);
        }
    }

    /// The finished tokenizer; `file` is where gaps are reported. This builder is spent.
    Model build(String file) {
        for (int b = 0; b < 256; b++) {
            String symbol = String.valueOf(ByteAlphabet.symbol(b));
            if (tokens.find(symbol) < 0) {
                throw new TokenizerFormatException(Reason.MISSING_BYTE, "byte " + b + ": expected a token \"" + symbol
                        + "\", got none" + Place.in(file, 0));
            }
        }
        Vocabulary vocabulary = tokens.build(file);
        return new Model(vocabulary, merges.build(vocabulary.size()), List.copyOf(addedTokens));
    }
}
