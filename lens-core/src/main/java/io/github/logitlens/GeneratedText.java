package io.github.logitlens;

import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.StreamingDecoder;
import java.util.List;

/// A sample's text as its tokens come: what can be shown for good, without bytes that are no character yet and without what may be
/// the beginning of a text at which it ends.
final class GeneratedText {

    private final Gpt2Tokenizer tokenizer;
    private final StreamingDecoder decoder;
    private final List<String> stops;
    /// Decoded, but not yet shown.
    private String held = "";
    private boolean stopped;

    GeneratedText(Gpt2Tokenizer tokenizer, List<String> stops) {
        this.tokenizer = tokenizer;
        this.stops = stops;
        decoder = tokenizer.streamingDecoder();
    }

    /// Takes a token.
    ///
    /// @return what can be shown now
    String accept(int id) {
        held += id < tokenizer.vocabSize() ? decoder.accept(id) : decoder.finish() + "<" + id + ">";
        int stop = stops.stream().mapToInt(held::indexOf).filter(at -> at >= 0).min().orElse(-1);
        if (stop >= 0) {
            stopped = true;
            String shown = held.substring(0, stop);
            held = "";
            return shown;
        }
        return show(held.length() - begun());
    }

    /// How many characters at the end begin a text at which the sample ends.
    private int begun() {
        for (int from = 0; from < held.length(); from++) {
            String rest = held.substring(from);
            if (stops.stream().anyMatch(stop -> stop.startsWith(rest))) {
                return rest.length();
            }
        }
        return 0;
    }

    private String show(int length) {
        String shown = held.substring(0, length);
        held = held.substring(length);
        return shown;
    }

    /// Whether it came to a text at which it ends.
    boolean stopped() {
        return stopped;
    }

    /// What was held back, since nothing follows.
    String finish() {
        if (stopped) {
            return "";
        }
        held += decoder.finish();
        return show(held.length());
    }
}
