package io.github.logitlens.tokenizer;

import java.util.ArrayList;
import java.util.List;

/// What becomes of a text before its bytes are merged.
///
/// @param normalizations the changes, in order
/// @param splitters      the cuts before the byte level, in order
/// @param addsSpace      whether each part that does not begin with a space gets one in front
/// @param cutsWords      whether GPT-2's pattern cuts each part; else a part is one pre-token
record Preparation(List<Normalization> normalizations, List<Splitter> splitters, boolean addsSpace, boolean cutsWords) {
    /// GPT-2 only cuts.
    static final Preparation GPT2 = new Preparation(List.of(), List.of(), false, true);

    /// This preparation, with or without a space in front.
    Preparation addingSpace(boolean adds) {
        return adds == addsSpace ? this : new Preparation(normalizations, splitters, adds, cutsWords);
    }

    /// Whether nothing but GPT-2's pattern is at work.
    boolean isGpt2() {
        return normalizations.isEmpty() && splitters.isEmpty() && !addsSpace && cutsWords;
    }

    /// What the normalizations make of `text`, a stretch between added tokens.
    AlignedText normalize(AlignedText text) {
        AlignedText normal = text;
        for (Normalization step : normalizations) {
            if (normal.length() > 0) {
                normal = step.apply(normal);
            }
        }
        return normal;
    }

    /// The parts of a normalized `text` that go to the byte level.
    List<AlignedText> parts(AlignedText text) {
        List<AlignedText> parts = text.length() == 0 ? List.of() : List.of(text);
        for (Splitter splitter : splitters) {
            List<AlignedText> finer = new ArrayList<>();
            for (AlignedText part : parts) {
                finer.addAll(splitter.split(part));
            }
            parts = finer;
        }
        if (!addsSpace) {
            return parts;
        }
        List<AlignedText> spaced = new ArrayList<>();
        for (AlignedText part : parts) {
            spaced.add(part.charAt(0) == ' ' ? part : part.afterSpace());
        }
        return spaced;
    }

    /// The end of the pre-token that begins at `from` of `part`, one of [#parts].
    int next(Utf8Text part, int from) {
        return cutsWords ? PreTokenizer.next(part.bytes(), from, part.length()) : part.length();
    }
}
