package io.github.logitlens.tools.explore;

import io.github.logitlens.Attribution;
import io.github.logitlens.AttributionOptions;
import io.github.logitlens.TokenRef;
import java.io.IOException;
import java.util.Set;

/// Which logit the page wants taken apart.
///
/// @param subject the run
/// @param options the token, what it is compared with, the position, and how many neurons of each MLP are listed
record AttributionRequest(Subject subject, AttributionOptions options) {

    static final Set<String> FIELDS = Subject.and("token", "versus", "position", "neurons");
    static final int MAX_NEURONS = 100;

    /// More than any model reads.
    private static final int MAX_POSITION = 1 << 14;

    static AttributionRequest read(Exchange exchange, String model) throws IOException {
        RequestJson json = RequestJson.read(exchange, FIELDS);
        Subject subject = Subject.of(json, model);
        AttributionOptions options = AttributionOptions.of(Subject.token("token", json.any("token")))
                .position(json.number("position", -1, -MAX_POSITION, MAX_POSITION))
                .neurons(json.number("neurons", 0, 0, MAX_NEURONS))
                .bos(subject.bos()).specialTokens(subject.prompt().special());
        if (json.has("versus")) {
            TokenRef other = Subject.token("versus", json.any("versus"));
            return new AttributionRequest(subject, Subject.asked(() -> options.versus(other)));
        }
        return new AttributionRequest(subject, options);
    }

    Job<Attribution> job() {
        return (lens, turn) -> turn.part(lens.attribute(subject.prompt().ids(lens.tokenizer()), options,
                turn.watched(subject.hooks(), lens)));
    }
}
