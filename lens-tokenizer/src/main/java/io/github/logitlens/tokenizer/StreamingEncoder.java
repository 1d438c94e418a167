package io.github.logitlens.tokenizer;

import java.util.List;
import java.util.Objects;

/// Turns a text that comes in parts into tokens, of any length in bounded memory: the ids are those of the whole text.
///
/// ```java
/// StreamingEncoder encoder = tokenizer.streamingEncoder(SpecialTokens.TEXT);
/// encoder.accept("The Eiffel Tow")    // [464, 412, 733, 417]: what follows may change how " Tow" is read
/// encoder.accept("er is in")          // [8765, 318]
/// encoder.finish()                    // [287]
/// ```
///
/// All that [#accept] and, at the end, [#finish] return is together what [Gpt2Tokenizer#encode(String, SpecialTokens)] gives for
/// the same text. What is held back is as a rule the last word; a text without any place to cut it is held whole, as is one whose
/// tokenizer changes it before it is cut (normal forms, white space at its ends), or looks for added tokens that are whole words.
/// Not for use by several threads at once.
public final class StreamingEncoder {
    private static final int[] NONE = {};

    private final Gpt2Tokenizer tokenizer;
    private final SpecialTokens mode;
    private final AddedTokens addedTokens;
    /// Whether a text can be cut at all before its end is known.
    private final boolean cuts;
    /// Whether each part of a text gets a space in front, unless it has one.
    private final boolean onlyBeforeSpace;
    private final StringBuilder held = new StringBuilder();
    /// As many units as have to be there before a look for a place is worth it, lest a text without one is searched again and again.
    private int worthALook;
    private long bytes;

    StreamingEncoder(Gpt2Tokenizer tokenizer, Preparation preparation, AddedTokens addedTokens, SpecialTokens mode) {
        this.tokenizer = tokenizer;
        this.mode = mode;
        this.addedTokens = addedTokens;
        cuts = preparation.normalizations().isEmpty() && preparation.splitters().isEmpty() && preparation.cutsWords()
                && !addedTokens.anySingleWord();
        onlyBeforeSpace = preparation.addsSpace();
    }

    /// The tokens that are certain now, whatever follows.
    ///
    /// @param part the next part of the text, perhaps empty; half of a surrogate pair may stand at its ends
    /// @return the ids, a new array, perhaps empty
    /// @throws TokenizerFormatException if the tokenizer knows only ids
    public int[] accept(CharSequence part) {
        held.append(Objects.requireNonNull(part, "part"));
        if (held.length() < worthALook) {
            return NONE;
        }
        int cut = cuts ? cut() : 0;
        worthALook = cut > 0 ? 0 : 2 * held.length();
        return take(cut);
    }

    /// The tokens of what is still held back, since nothing follows; then the encoder is as new.
    ///
    /// @return the ids, a new array, perhaps empty
    /// @throws TokenizerFormatException if the tokenizer knows only ids
    public int[] finish() {
        int[] rest = take(held.length());
        worthALook = 0;
        bytes = 0;
        return rest;
    }

    /// How long the text is, as UTF-8, whose tokens were given out: another encoder that begins with what follows gives the ids
    /// that this one would give.
    ///
    /// @return bytes from the beginning of the text
    public long bytes() {
        return bytes;
    }

    private int[] take(int end) {
        String text = held.substring(0, end);
        int[] ids = tokenizer.encode(text, mode);
        held.delete(0, end);
        bytes += Utf8Text.of(text).length();
        return ids;
    }

    /// The last place where the text that is held can be cut; 0 if there is none.
    private int cut() {
        int known = held.length();
        if (known > 0 && Character.isHighSurrogate(held.charAt(known - 1))) {
            known--;
        }
        if (addedTokens.matchNothing(mode)) {
            return cut(0, known - 1);
        }
        // From here on an added token may begin whose end is not there yet.
        int limit = known - addedTokens.longest();
        List<AddedTokens.Piece> pieces = addedTokens.split(held.toString(), mode);
        for (AddedTokens.Piece piece : pieces.reversed()) {
            int start = piece.text().start(0);
            int end = piece.text().end(piece.text().length() - 1);
            int cut = piece.isPlain() ? cut(start, Math.min(end - 1, limit)) : 0;
            if (cut == 0 && start <= limit) {
                cut = start;
            }
            if (cut > 0) {
                return cut;
            }
        }
        return 0;
    }

    /// The last place behind `first` and not behind `last` where no pre-token of GPT-2's pattern goes on, whatever stands around: its
    /// runs are of one class of characters each, with a space before them; only an apostrophe may lead another class.
    private int cut(int first, int last) {
        for (int at = last; at > first; at--) {
            char before = held.charAt(at - 1);
            if (Character.isLowSurrogate(held.charAt(at)) && Character.isHighSurrogate(before)) {
                continue;
            }
            byte here = CharClasses.of(held.codePointAt(at));
            byte there = CharClasses.of(held.codePointBefore(at));
            boolean fits = onlyBeforeSpace ? held.charAt(at) == ' ' : here == CharClasses.SPACE || before != '\'';
            if (fits && there != CharClasses.SPACE && here != there) {
                return at;
            }
        }
        return 0;
    }
}
