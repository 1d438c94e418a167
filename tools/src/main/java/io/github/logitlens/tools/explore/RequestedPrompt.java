package io.github.logitlens.tools.explore;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.SpecialTokens;
import java.util.List;
import java.util.Optional;

/// What a request is about: a text, or token ids.
///
/// @param text    the text, if it is not ids
/// @param ids     the ids, if it is no text
/// @param special what a special token's text means in the text
record RequestedPrompt(Optional<String> text, List<Integer> ids, SpecialTokens special) {

    /// More than any model reads.
    private static final int MAX_IDS = 1 << 14;

    /// The prompt of a request.
    ///
    /// @param json      its body
    /// @param textField the field that has the text; `ids` has the others
    /// @throws Refusal unless there is one of the two
    static RequestedPrompt of(RequestJson json, String textField) {
        List<JsonNode> ids = json.list("ids", MAX_IDS);
        SpecialTokens special = json.flag("special") ? SpecialTokens.PARSE : SpecialTokens.TEXT;
        if (!json.has("ids")) {
            return new RequestedPrompt(Optional.of(json.text(textField)), List.of(), special);
        }
        if (json.has(textField)) {
            throw Refusal.badRequest("expected " + textField + " or ids, got both");
        }
        return new RequestedPrompt(Optional.empty(), ids.stream().map(RequestedPrompt::id).toList(), special);
    }

    private static int id(JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw Refusal.badRequest("ids: expected whole numbers, got " + node);
        }
        return node.intValue();
    }

    /// The token ids, without BOS.
    int[] ids(Gpt2Tokenizer tokenizer) {
        return text.map(value -> tokenizer.encode(value, special))
                .orElseGet(() -> ids.stream().mapToInt(Integer::intValue).toArray());
    }
}
