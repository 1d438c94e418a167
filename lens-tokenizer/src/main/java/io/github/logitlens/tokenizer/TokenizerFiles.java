package io.github.logitlens.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// Reads a tokenizer's files: `tokenizer.json`, or `vocab.json` and `merges.txt`, and the [TokenizerSettings] beside them.
/// Whatever is wrong with them ends as a [TokenizerFormatException].
final class TokenizerFiles {
    /// Larger than any byte-level BPE tokenizer's file.
    static final int MAX_FILE_BYTES = 64 << 20;

    private static final String VOCABULARY = "vocab.json";
    private static final String MERGES = "merges.txt";
    private static final String MODEL_CONFIG = "config.json";
    private static final String EXPECTED = "tokenizer: expected tokenizer.json, or vocab.json and merges.txt, ";
    private static final String ADD_OR_GIVE_IDS = "; add the model's tokenizer files, or give token ids in place of text";

    private final Path directory;

    private TokenizerFiles(Path directory) {
        this.directory = directory;
    }

    /// The tokenizer in `directory`; `tokenizer.json` goes first, since it alone says everything.
    static ModelBuilder.Model read(Path directory) {
        return find(directory).orElseThrow(() -> new TokenizerFormatException(Reason.MISSING_FILE,
                EXPECTED + "got no " + VOCABULARY + Place.in(directory.toString(), 0)));
    }

    /// The tokenizer in `directory`, empty if nothing there is of one.
    static Optional<ModelBuilder.Model> find(Path directory) {
        TokenizerFiles files = new TokenizerFiles(directory);
        TokenizerSettings settings = TokenizerSettings.read(files);
        ModelBuilder builder = new ModelBuilder();
        if (files.has(TokenizerJson.FILE)) {
            JsonFile.parse(files, TokenizerJson.FILE, json -> new TokenizerJson(json, builder).read(settings));
            return Optional.of(builder.build());
        }
        files.refuseOtherClass(settings);
        if (files.has(VOCABULARY) && files.has(MERGES)) {
            JsonFile.parse(files, VOCABULARY, json -> JsonFile.readIds(json, VOCABULARY, builder::addToken));
            builder.readMerges(files.readBytes(MERGES), MERGES);
            builder.endModel(Optional.empty(), false, false, VOCABULARY);
            settings.apply(builder, OptionalInt.empty(), true);
            return Optional.of(builder.build());
        }
        Optional<OtherTokenizer> other = OtherTokenizer.in(directory);
        if (other.isPresent()) {
            throw other.get().refused(directory, "");
        }
        if (files.has(VOCABULARY) || files.has(MERGES)) {
            throw new TokenizerFormatException(Reason.MISSING_FILE, EXPECTED + "got no "
                    + (files.has(MERGES) ? VOCABULARY : MERGES) + Place.in(directory.toString(), 0));
        }
        Optional<String> settingsFile = settings.ownSettings();
        if (settingsFile.isPresent()) {
            throw new TokenizerFormatException(Reason.MISSING_FILE, EXPECTED + "beside " + settingsFile.get()
                    + ", which says that it is not GPT-2's own, got neither" + Place.in(directory.toString(), 0)
                    + ADD_OR_GIVE_IDS);
        }
        return Optional.empty();
    }

    /// What to say of a model without a tokenizer whose vocabulary is not GPT-2's.
    static TokenizerFormatException noneFor(Path directory, int vocabSize, int gpt2VocabSize) {
        return new TokenizerFormatException(Reason.MISSING_FILE, EXPECTED + "for a vocabulary of " + vocabSize
                + " (GPT-2's own has " + gpt2VocabSize + "), got neither" + Place.in(directory.toString(), 0)
                + ADD_OR_GIVE_IDS);
    }

    /// Without `tokenizer.json`, the rules of the tokenizer are those of its class; the model's own `config.json` may name it
    /// too.
    private void refuseOtherClass(TokenizerSettings settings) {
        Optional<JsonValue> named = settings.otherClass();
        if (!settings.namesClass() && has(MODEL_CONFIG) && mentionsClass()) {
            List<JsonValue> found = new ArrayList<>();
            JsonFile.parse(this, MODEL_CONFIG, json -> readClass(json, found));
            named = found.stream().filter(TokenizerSettings::isOtherClass).findFirst();
        }
        if (named.isPresent()) {
            Optional<OtherTokenizer> other = OtherTokenizer.in(directory);
            if (other.isPresent()) {
                throw other.get().refused(directory, ", for a " + Place.printable(named.get().text(), Place.QUOTED));
            }
            throw named.get().refused(Reason.UNSUPPORTED, "GPT2Tokenizer");
        }
    }

    /// Most do not; then the JSON library is not even looked for.
    private boolean mentionsClass() {
        return new String(readBytes(MODEL_CONFIG), StandardCharsets.ISO_8859_1).contains("\"tokenizer_class\"");
    }

    private static void readClass(JsonParser json, List<JsonValue> out) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean isClass = json.currentName().equals("tokenizer_class");
            json.nextToken();
            if (isClass) {
                out.add(JsonValue.read(json, "tokenizer_class", MODEL_CONFIG));
            } else {
                json.skipChildren();
            }
        }
    }

    boolean has(String file) {
        return Files.exists(directory.resolve(file));
    }

    InputStream open(String file) throws IOException {
        Path path = directory.resolve(file);
        if (!Files.isRegularFile(path)) {
            throw new TokenizerFormatException(Reason.UNREADABLE,
                    file + ": expected a regular file, got something else" + Place.in(directory.toString(), 0));
        }
        if (Files.size(path) > MAX_FILE_BYTES) {
            throw new TokenizerFormatException(Reason.TOO_LARGE, file + ": expected at most " + MAX_FILE_BYTES
                    + " bytes, got " + Files.size(path) + Place.in(directory.toString(), 0));
        }
        return Files.newInputStream(path);
    }

    private byte[] readBytes(String file) {
        try (InputStream in = open(file)) {
            return in.readNBytes(MAX_FILE_BYTES);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static TokenizerFormatException unreadable(String file, IOException e) {
        return new TokenizerFormatException(Reason.UNREADABLE,
                file + ": expected a readable file, got: " + e.getMessage() + Place.in(file, 0), e);
    }
}
