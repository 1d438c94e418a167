package io.github.logitlens.tokenizer;

import java.util.ArrayList;
import java.util.List;

/// Collects tokens with their places in the text that was given.
final class SpanCollector implements BytePairEncoder.Listener {
    private final List<TokenSpan> spans = new ArrayList<>();
    /// By UTF-16 unit: the code points before it.
    private final int[] codePoints;
    /// The part at hand, whose tokens come in order.
    private AlignedText part = AlignedText.of("");
    private Utf8Text utf8 = Utf8Text.of("");
    /// The character at hand: its first byte, the byte after it, its index in the part.
    private int charByte;
    private int nextByte;
    private int unit;

    SpanCollector(String text) {
        codePoints = new int[text.length() + 1];
        for (int i = 0; i < text.length(); i++) {
            boolean endsPair = i > 0 && Character.isSurrogatePair(text.charAt(i - 1), text.charAt(i));
            codePoints[i + 1] = codePoints[i] + (endsPair ? 0 : 1);
        }
    }

    /// Goes on to `next`, not empty, and returns its bytes.
    Utf8Text begin(AlignedText next) {
        part = next;
        utf8 = next.utf8();
        charByte = 0;
        nextByte = Utf8.sequenceLength(utf8.bytes(), 0, utf8.length());
        unit = 0;
        return utf8;
    }

    @Override
    public void merged(int rank, int offset, int left, int right, int result) {
    }

    @Override
    public void ended(int id, int from, int to) {
        advanceTo(from);
        int start = part.start(unit);
        advanceTo(to - 1);
        add(id, start, part.end(unit + Character.charCount(part.codePointAt(unit)) - 1));
    }

    /// Makes the character with the byte `at`, which is not before the one at hand, the one at hand.
    private void advanceTo(int at) {
        while (nextByte <= at) {
            charByte = nextByte;
            unit += Character.charCount(part.codePointAt(unit));
            nextByte += Utf8.sequenceLength(utf8.bytes(), charByte, utf8.length());
        }
    }

    /// Adds a token that stands for the units from `start` to `end` of the text.
    void add(int id, int start, int end) {
        spans.add(new TokenSpan(id, start, end, codePoints[start], codePoints[end]));
    }

    List<TokenSpan> spans() {
        return List.copyOf(spans);
    }
}
