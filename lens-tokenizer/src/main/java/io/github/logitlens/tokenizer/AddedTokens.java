package io.github.logitlens.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/// Finds added tokens in a text, as Hugging Face does: leftmost first, of several the longest; first those that are looked
/// for in the text as given, then, in what is left between, those that are looked for in normalized text (which, without a
/// normalizer, is the same).
final class AddedTokens {
    /// A part of the text: an added token, or plain text to encode (`id` -1).
    record Piece(int id, int start, int end) {
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

    private final List<AddedToken> early = new ArrayList<>();
    private final List<AddedToken> late = new ArrayList<>();
    private final boolean onlySpecial;

    /// Written without streams and lambdas: their first use in a JVM would take longer than all the rest of loading.
    AddedTokens(List<AddedToken> tokens) {
        boolean allSpecial = true;
        for (AddedToken token : tokens) {
            (token.late() ? late : early).add(token);
            allSpecial &= token.special();
        }
        early.sort(LONGEST_FIRST);
        late.sort(LONGEST_FIRST);
        onlySpecial = allSpecial;
    }

    /// Whether no text needs cutting under `mode`.
    boolean matchNothing(SpecialTokens mode) {
        return mode == SpecialTokens.TEXT ? onlySpecial : early.isEmpty() && late.isEmpty();
    }

    /// `text` in pieces, in order and without gaps (the white space that a token takes along belongs to its piece).
    List<Piece> split(String text, SpecialTokens mode) {
        List<Piece> pieces = List.of(new Piece(-1, 0, text.length()));
        for (List<AddedToken> tokens : List.of(early, late)) {
            if (!tokens.isEmpty()) {
                List<Piece> finer = new ArrayList<>();
                BitSet firstChars = firstChars(tokens);
                for (Piece piece : pieces) {
                    if (piece.isPlain()) {
                        split(text, piece, tokens, firstChars, mode, finer);
                    } else {
                        finer.add(piece);
                    }
                }
                pieces = finer;
            }
        }
        return pieces;
    }

    private static BitSet firstChars(List<AddedToken> tokens) {
        BitSet chars = new BitSet();
        tokens.forEach(token -> chars.set(token.content().charAt(0)));
        return chars;
    }

    private static void split(String text, Piece piece, List<AddedToken> tokens, BitSet firstChars, SpecialTokens mode,
            List<Piece> out) {
        int plainFrom = piece.start();
        int at = piece.start();
        while (at < piece.end()) {
            AddedToken match = firstChars.get(text.charAt(at)) ? matchAt(text, at, piece.end(), tokens) : null;
            if (match == null) {
                at++;
                continue;
            }
            int start = at;
            int end = at + match.content().length();
            at = end;
            if (match.special() && mode == SpecialTokens.TEXT || start < plainFrom) {
                continue;
            }
            while (match.stripLeft() && start > plainFrom && isSpace(text.charAt(start - 1))) {
                start--;
            }
            while (match.stripRight() && end < piece.end() && isSpace(text.charAt(end))) {
                end++;
            }
            if (plainFrom < start) {
                out.add(new Piece(-1, plainFrom, start));
            }
            out.add(new Piece(match.id(), start, end));
            plainFrom = end;
        }
        if (plainFrom < piece.end()) {
            out.add(new Piece(-1, plainFrom, piece.end()));
        }
    }

    private static AddedToken matchAt(String text, int at, int end, List<AddedToken> longestFirst) {
        for (AddedToken token : longestFirst) {
            if (at + token.content().length() <= end && text.startsWith(token.content(), at)) {
                return token;
            }
        }
        return null;
    }

    private static boolean isSpace(char c) {
        return CharClasses.of(c) == CharClasses.SPACE;
    }
}
