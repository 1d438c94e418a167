package io.github.logitlens.tokenizer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// Reads `normalizer` and `pre_tokenizer` of a `tokenizer.json`: those that this library has; the others are refused by name.
final class PreparationJson {
    private static final String NORMALIZERS =
            "null, NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, StripAccents or a Sequence of them";
    private static final String PRE_TOKENIZERS = "ByteLevel, or a Sequence of Digits and Split that ends in it";

    /// GPT-2's pattern as it is written: by OpenAI first, and in tiktoken since.
    private static final Set<String> GPT2_PATTERNS = Set.of(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|\\s");

    private PreparationJson() {
    }

    static List<Normalization> normalizations(JsonValue json) {
        List<Normalization> steps = new ArrayList<>();
        addNormalization(json, steps);
        return List.copyOf(steps);
    }

    private static void addNormalization(JsonValue json, List<Normalization> out) {
        if (json.isNull()) {
            return;
        }
        JsonValue type = json.required("type");
        switch (type.text()) {
            case "Sequence" -> json.required("normalizers").elements().forEach(step -> addNormalization(step, out));
            case "NFC" -> out.add(new Normalization.UnicodeForm(Normalizer.Form.NFC));
            case "NFD" -> out.add(new Normalization.UnicodeForm(Normalizer.Form.NFD));
            case "NFKC" -> out.add(new Normalization.UnicodeForm(Normalizer.Form.NFKC));
            case "NFKD" -> out.add(new Normalization.UnicodeForm(Normalizer.Form.NFKD));
            case "Lowercase" -> out.add(new Normalization.Lowercase());
            case "Prepend" -> out.add(new Normalization.Prepend(json.required("prepend").text()));
            case "Replace" -> out.add(new Normalization.Replace(plainPattern(json.required("pattern")),
                    json.required("content").text()));
            case "Strip" -> out.add(new Normalization.Strip(json.required("strip_left").flag(),
                    json.required("strip_right").flag()));
            case "StripAccents" -> out.add(new Normalization.StripAccents());
            default -> throw type.refused(Reason.UNSUPPORTED, NORMALIZERS);
        }
    }

    private static String plainPattern(JsonValue pattern) {
        String expected = "a plain text (\"String\"), not empty";
        JsonValue regex = pattern.fields().get("Regex");
        if (regex != null) {
            throw regex.refused(Reason.UNSUPPORTED, expected);
        }
        JsonValue plain = pattern.required("String");
        if (plain.text().isEmpty()) {
            throw plain.refused(Reason.UNSUPPORTED, expected);
        }
        return plain.text();
    }

    /// What `pre_tokenizer` says, with those normalizations.
    static Preparation preparation(JsonValue json, List<Normalization> normalizations) {
        List<JsonValue> steps = new ArrayList<>();
        addSteps(json, steps);
        if (steps.isEmpty()) {
            throw json.refused(Reason.UNSUPPORTED, PRE_TOKENIZERS);
        }
        List<Splitter> splitters = new ArrayList<>();
        for (int i = 0; i + 1 < steps.size(); i++) {
            if (isByteLevel(steps.get(i))) {
                throw steps.get(i + 1).required("type").refused(Reason.UNSUPPORTED, "nothing after ByteLevel");
            }
            splitters.add(splitter(steps.get(i)));
        }
        JsonValue last = steps.getLast();
        if (!isByteLevel(last)) {
            throw last.required("type").refused(Reason.UNSUPPORTED, PRE_TOKENIZERS);
        }
        boolean addsSpace = last.required("add_prefix_space").flag();
        boolean cutsWords = last.flag("use_regex", true);
        // What the pattern has cut it does not cut again, and what it is to cut at last, the byte level cuts as well.
        if (!addsSpace && !splitters.isEmpty() && splitters.getLast() instanceof Splitter.Words) {
            splitters.removeLast();
            cutsWords = true;
        }
        return new Preparation(normalizations, List.copyOf(splitters), addsSpace, cutsWords);
    }

    private static boolean isByteLevel(JsonValue step) {
        return step.required("type").text().equals("ByteLevel");
    }

    private static void addSteps(JsonValue json, List<JsonValue> out) {
        if (json.isObject() && json.required("type").text().equals("Sequence")) {
            json.required("pretokenizers").elements().forEach(step -> addSteps(step, out));
        } else if (json.isObject()) {
            out.add(json);
        } else {
            throw json.refused(Reason.UNSUPPORTED, PRE_TOKENIZERS);
        }
    }

    private static Splitter splitter(JsonValue json) {
        JsonValue type = json.required("type");
        return switch (type.text()) {
            case "Digits" -> new Splitter.Digits(json.flag("individual_digits", false));
            case "Split" -> split(json);
            default -> throw type.refused(Reason.UNSUPPORTED, PRE_TOKENIZERS);
        };
    }

    private static Splitter split(JsonValue json) {
        JsonValue pattern = json.required("pattern");
        JsonValue behavior = json.required("behavior");
        boolean inverted = json.required("invert").flag();
        if (!pattern.fields().containsKey("Regex")) {
            return new Splitter.Delimiter(plainPattern(pattern), behavior(behavior), inverted);
        }
        JsonValue regex = pattern.required("Regex");
        if (!GPT2_PATTERNS.contains(regex.text())) {
            throw regex.refused(Reason.UNSUPPORTED, "GPT-2's pattern or a plain text (\"String\")");
        }
        // The pattern matches all of a text, so there is nothing between what it matches.
        Splitter.Behavior how = behavior(behavior);
        if (how != Splitter.Behavior.ISOLATED && !(how == Splitter.Behavior.REMOVED && inverted)) {
            throw behavior.refused(Reason.UNSUPPORTED, "Isolated, or Removed and inverted, with GPT-2's pattern");
        }
        return new Splitter.Words();
    }

    private static Splitter.Behavior behavior(JsonValue json) {
        return switch (json.text()) {
            case "Isolated" -> Splitter.Behavior.ISOLATED;
            case "Removed" -> Splitter.Behavior.REMOVED;
            case "Contiguous" -> Splitter.Behavior.CONTIGUOUS;
            case "MergedWithPrevious" -> Splitter.Behavior.MERGED_WITH_PREVIOUS;
            case "MergedWithNext" -> Splitter.Behavior.MERGED_WITH_NEXT;
            default -> throw json.refused(Reason.UNSUPPORTED,
                    "Isolated, Removed, Contiguous, MergedWithPrevious or MergedWithNext");
        };
    }
}
