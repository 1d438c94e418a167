package io.github.logitlens.tokenizer;

import java.text.Normalizer;

/// A step that changes text before added words are looked for in it and it is cut: what Hugging Face calls a normalizer.
///
/// Normal forms and lower case are those of the JDK's Unicode.
sealed interface Normalization {
    /// What becomes of `text`, a stretch between added tokens, not empty.
    AlignedText apply(AlignedText text);

    /// One of Unicode's four normal forms.
    record UnicodeForm(Normalizer.Form form) implements Normalization {
        @Override
        public AlignedText apply(AlignedText text) {
            String given = text.toString();
            if (Normalizer.isNormalized(given, form)) {
                return text;
            }
            String normal = Normalizer.normalize(given, form);
            AlignedText.Builder clusters = new AlignedText.Builder(normal.length());
            for (int at = 0; at < given.length();) {
                int end = clusterEnd(given, at);
                if (end == at + 1 && given.charAt(at) < 0x80) {
                    clusters.append(text, at, end);
                } else {
                    clusters.append(Normalizer.normalize(given.substring(at, end), form), text.start(at),
                            text.end(end - 1));
                }
                at = end;
            }
            if (clusters.holds(normal)) {
                return clusters.build();
            }
            // Something joined that no cluster holds: what the whole became stands for the whole.
            AlignedText.Builder whole = new AlignedText.Builder(normal.length());
            whole.append(normal, text.start(0), text.end(given.length() - 1));
            return whole.build();
        }

        /// The end of the character at `from` with the marks and jamo after it.
        private static int clusterEnd(String text, int from) {
            int at = from + Character.charCount(text.codePointAt(from));
            while (at < text.length() && joinsBefore(text.codePointAt(at))) {
                at += Character.charCount(text.codePointAt(at));
            }
            return at;
        }

        private static boolean joinsBefore(int codePoint) {
            return isMark(codePoint) || codePoint >= 0x1160 && codePoint < 0x1200;
        }
    }

    /// Lower case, character by character: a sigma at the end of a word is as any other.
    record Lowercase() implements Normalization {
        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText.Builder lower = new AlignedText.Builder(text.length());
            for (int at = 0; at < text.length();) {
                int codePoint = text.codePointAt(at);
                int end = at + Character.charCount(codePoint);
                // The one character whose lower case is two.
                lower.append(codePoint == 'İ' ? "i\u0307" : Character.toString(Character.toLowerCase(codePoint)),
                        text.start(at), text.end(end - 1));
                at = end;
            }
            return lower.build();
        }
    }

    /// `prefix` in front.
    record Prepend(String prefix) implements Normalization {
        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText.Builder longer = new AlignedText.Builder(text.length() + prefix.length());
            longer.append(prefix, text.start(0), text.start(0));
            longer.append(text, 0, text.length());
            return longer.build();
        }
    }

    /// `content` in place of each `pattern`, plain text that is not empty.
    record Replace(String pattern, String content) implements Normalization {
        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText.Builder replaced = new AlignedText.Builder(text.length());
            int kept = 0;
            for (int at = 0; at < text.length();) {
                if (text.startsWith(pattern, at)) {
                    int end = at + pattern.length();
                    replaced.append(text, kept, at);
                    replaced.append(content, text.start(at), text.end(end - 1));
                    kept = end;
                    at = end;
                } else {
                    at++;
                }
            }
            replaced.append(text, kept, text.length());
            return replaced.build();
        }
    }

    /// No white space at the ends.
    record Strip(boolean left, boolean right) implements Normalization {
        @Override
        public AlignedText apply(AlignedText text) {
            int start = 0;
            int end = text.length();
            while (left && start < end && CharClasses.of(text.charAt(start)) == CharClasses.SPACE) {
                start++;
            }
            while (right && end > start && CharClasses.of(text.charAt(end - 1)) == CharClasses.SPACE) {
                end--;
            }
            return text.part(start, end);
        }
    }

    /// No combining marks.
    record StripAccents() implements Normalization {
        @Override
        public AlignedText apply(AlignedText text) {
            AlignedText.Builder bare = new AlignedText.Builder(text.length());
            for (int at = 0; at < text.length();) {
                int codePoint = text.codePointAt(at);
                int end = at + Character.charCount(codePoint);
                if (!isMark(codePoint)) {
                    bare.append(text, at, end);
                }
                at = end;
            }
            return bare.build();
        }
    }

    private static boolean isMark(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }
}
