package io.github.logitlens.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// Finds added tokens in a text, as Hugging Face does: leftmost first, of several the longest; first those that are looked
/// for in the text as given, then, in what is left between, those that are looked for in normalized text (which, without a
/// normalizer, is the same).
final class AddedTokens {
    /// A part of the text: an added token, or plain text, normalized, to encode (`id` -1).
    record Piece(AlignedText text, int id, boolean special) {
        boolean isPlain() {
            return id < 0;
        }
    }

    private static final Comparator<AddedToken> LONGEST_FIRST = new Comparator<>() {
        @Override
        public int compare(AddedToken a, AddedToken b) {
            return Integer.compare(b.content().length(), a.content().length());
        }
    };

    private final Preparation preparation;
    /// With the texts they are found by, which for the late ones are normalized.
    private final List<AddedToken> early = new ArrayList<>();
    private final List<AddedToken> late = new ArrayList<>();
    private final BitSet earlyChars = new BitSet();
    private final BitSet lateChars = new BitSet();
    private final boolean onlySpecial;
    private final boolean anySpecial;
    private final boolean anySingleWord;
    private final int longest;

    /// Written without streams and lambdas: their first use in a JVM would take longer than all the rest of loading.
    AddedTokens(List<AddedToken> tokens, Preparation preparation) {
        this.preparation = preparation;
        boolean allSpecial = true;
        boolean someSpecial = false;
        boolean someSingleWord = false;
        int most = 0;
        for (AddedToken token : tokens) {
            String text = token.late() ? preparation.normalize(AlignedText.of(token.content())).toString() : token.content();
            if (!text.isEmpty()) {
                (token.late() ? late : early).add(token.late() ? token.withContent(text) : token);
                (token.late() ? lateChars : earlyChars).set(text.charAt(0));
            }
            allSpecial &= token.special();
            someSpecial |= token.special();
            someSingleWord |= token.singleWord();
            most = Math.max(most, text.length());
        }
        early.sort(LONGEST_FIRST);
        late.sort(LONGEST_FIRST);
        onlySpecial = allSpecial;
        anySpecial = someSpecial;
        anySingleWord = someSingleWord;
        longest = most;
    }

    /// Whether no text needs cutting under `mode`.
    boolean matchNothing(SpecialTokens mode) {
        return mode == SpecialTokens.TEXT ? onlySpecial : early.isEmpty() && late.isEmpty();
    }

    /// Whether any of them is special.
    boolean haveSpecial() {
        return anySpecial;
    }

    /// Whether any of them matches only where no word goes on.
    boolean anySingleWord() {
        return anySingleWord;
    }

    /// The length of the longest, in UTF-16 units; 0 where there are none.
    int longest() {
        return longest;
    }

    /// `text` in pieces, in order; the white space that a token takes along belongs to its piece.
    List<Piece> split(String text, SpecialTokens mode) {
        List<Piece> pieces = split(List.of(new Piece(AlignedText.of(text), -1, false)), early, earlyChars, mode);
        if (!preparation.normalizations().isEmpty()) {
            List<Piece> normal = new ArrayList<>(pieces.size());
            for (Piece piece : pieces) {
                normal.add(piece.isPlain() ? new Piece(preparation.normalize(piece.text()), -1, false) : piece);
            }
            pieces = normal;
        }
        return split(pieces, late, lateChars, mode);
    }

    private static List<Piece> split(List<Piece> pieces, List<AddedToken> tokens, BitSet firstChars, SpecialTokens mode) {
        if (tokens.isEmpty()) {
            return pieces;
        }
        List<Piece> finer = new ArrayList<>();
        for (Piece piece : pieces) {
            if (piece.isPlain()) {
                split(piece.text(), tokens, firstChars, mode, finer);
            } else {
                finer.add(piece);
            }
        }
        return finer;
    }

    private static void split(AlignedText text, List<AddedToken> tokens, BitSet firstChars, SpecialTokens mode,
            List<Piece> out) {
        int plainFrom = 0;
        int at = 0;
        while (at < text.length()) {
            AddedToken token = firstChars.get(text.charAt(at)) ? matchAt(text, at, tokens) : null;
            if (token == null) {
                at++;
                continue;
            }
            int start = at;
            int end = at + token.content().length();
            at = end;
            if (token.special() && mode == SpecialTokens.TEXT || token.singleWord() && isInsideWord(text, start, end)) {
                continue;
            }
            while (token.stripLeft() && start > plainFrom && isSpace(text.charAt(start - 1))) {
                start--;
            }
            while (token.stripRight() && end < text.length() && isSpace(text.charAt(end))) {
                end++;
            }
            if (plainFrom < start) {
                out.add(new Piece(text.part(plainFrom, start), -1, false));
            }
            out.add(new Piece(text.part(start, end), token.id(), token.special()));
            plainFrom = end;
        }
        if (plainFrom < text.length()) {
            out.add(new Piece(text.part(plainFrom, text.length()), -1, false));
        }
    }

    private static AddedToken matchAt(AlignedText text, int at, List<AddedToken> longestFirst) {
        for (AddedToken token : longestFirst) {
            if (text.startsWith(token.content(), at)) {
                return token;
            }
        }
        return null;
    }

    private static boolean isInsideWord(AlignedText text, int start, int end) {
        return start > 0 && isWord(text.codePointBefore(start)) || end < text.length() && isWord(text.codePointAt(end));
    }

    /// `\w`, as Unicode's technical standard 18 has it.
    private static boolean isWord(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK,
                 Character.DECIMAL_DIGIT_NUMBER, Character.CONNECTOR_PUNCTUATION -> true;
            default -> Character.isAlphabetic(codePoint) || codePoint == 0x200C || codePoint == 0x200D;
        };
    }

    private static boolean isSpace(char c) {
        return CharClasses.of(c) == CharClasses.SPACE;
    }
}
