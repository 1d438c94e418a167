package io.github.logitlens.tokenizer;

import java.util.ArrayList;
import java.util.List;

/// A step that cuts text before the byte level does: what Hugging Face calls a pre-tokenizer.
sealed interface Splitter {
    /// What becomes of the parts that match, and of those between them.
    enum Behavior {
        /// Each is a part of its own.
        ISOLATED,
        /// What matches is dropped.
        REMOVED,
        /// Neighbours that match, or that do not, are one part.
        CONTIGUOUS,
        /// What matches ends the part before it.
        MERGED_WITH_PREVIOUS,
        /// What matches begins the part after it.
        MERGED_WITH_NEXT
    }

    /// The parts of `text`, in order, none of them empty.
    List<AlignedText> split(AlignedText text);

    /// Cuts as GPT-2's pattern does.
    record Words() implements Splitter {
        @Override
        public List<AlignedText> split(AlignedText text) {
            Utf8Text utf8 = text.utf8();
            byte[] bytes = utf8.bytes();
            List<AlignedText> words = new ArrayList<>();
            int unit = 0;
            for (int at = 0; at < utf8.length();) {
                int end = PreTokenizer.next(bytes, at, utf8.length());
                int from = unit;
                for (; at < end; at += Utf8.sequenceLength(bytes, at, end)) {
                    unit += Character.charCount(text.codePointAt(unit));
                }
                words.add(text.part(from, unit));
            }
            return words;
        }
    }

    /// Cuts numbers, which are the characters of `\p{N}`, from what is around them, or each into its digits.
    record Digits(boolean individual) implements Splitter {
        @Override
        public List<AlignedText> split(AlignedText text) {
            Matches matches = new Matches();
            int plain = 0;
            for (int at = 0; at < text.length();) {
                int codePoint = text.codePointAt(at);
                int end = at + Character.charCount(codePoint);
                if (CharClasses.of(codePoint) == CharClasses.NUMBER) {
                    matches.add(plain, at, false);
                    matches.add(at, end, true);
                    plain = end;
                }
                at = end;
            }
            matches.add(plain, text.length(), false);
            return matches.parts(text, individual ? Behavior.ISOLATED : Behavior.CONTIGUOUS);
        }
    }

    /// Cuts at each `delimiter`, plain text that is not empty; inverted, the rest counts as what matches.
    record Delimiter(String delimiter, Behavior behavior, boolean inverted) implements Splitter {
        @Override
        public List<AlignedText> split(AlignedText text) {
            Matches matches = new Matches();
            int plain = 0;
            for (int at = 0; at < text.length();) {
                if (text.startsWith(delimiter, at)) {
                    matches.add(plain, at, inverted);
                    plain = at + delimiter.length();
                    matches.add(at, plain, !inverted);
                    at = plain;
                } else {
                    at++;
                }
            }
            matches.add(plain, text.length(), inverted);
            return matches.parts(text, behavior);
        }
    }

    /// A text in parts that match and parts that do not, in order and without gaps.
    final class Matches {
        private record Match(int start, int end, boolean matches) {
        }

        private final List<Match> all = new ArrayList<>();

        private void add(int start, int end, boolean matches) {
            if (start < end) {
                all.add(new Match(start, end, matches));
            }
        }

        private List<AlignedText> parts(AlignedText text, Behavior behavior) {
            List<AlignedText> parts = new ArrayList<>();
            int i = 0;
            while (i < all.size()) {
                int last = lastOfPart(i, behavior);
                if (behavior != Behavior.REMOVED || !all.get(i).matches()) {
                    parts.add(text.part(all.get(i).start(), all.get(last).end()));
                }
                i = last + 1;
            }
            return parts;
        }

        /// The last match of the part that begins with `first`.
        private int lastOfPart(int first, Behavior behavior) {
            int last = first;
            switch (behavior) {
                case ISOLATED, REMOVED -> { }
                case CONTIGUOUS -> {
                    while (last + 1 < all.size() && all.get(last + 1).matches() == all.get(first).matches()) {
                        last++;
                    }
                }
                case MERGED_WITH_PREVIOUS -> {
                    if (!all.get(first).matches() && first + 1 < all.size() && all.get(first + 1).matches()) {
                        last++;
                    }
                }
                case MERGED_WITH_NEXT -> {
                    if (all.get(first).matches() && first + 1 < all.size() && !all.get(first + 1).matches()) {
                        last++;
                    }
                }
            }
            return last;
        }
    }
}
