package io.github.logitlens.tokenizer;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import io.github.logitlens.tokenizer.TokenizerFormatException.Reason;

/// A file of a tokenizer of another kind, or of GPT-2's under names that are not Hugging Face's.
///
/// @param file the file's name
/// @param kind what it is, as in "got spiece.model, …"
record OtherTokenizer(String file, String kind) {
    /// By the end of the name, the more telling first.
    private static final List<OtherTokenizer> KNOWN = List.of(
            new OtherTokenizer("yttm.model", "YouTokenToMe's model"),
            new OtherTokenizer("encoder.model", "YouTokenToMe's model"),
            new OtherTokenizer(".yttm", "YouTokenToMe's model"),
            new OtherTokenizer(".model", "SentencePiece's model"),
            new OtherTokenizer(".spm", "SentencePiece's model"),
            new OtherTokenizer("vocab.txt", "a vocabulary of WordPiece"),
            new OtherTokenizer(".tiktoken", "a vocabulary of tiktoken"),
            new OtherTokenizer("tekken.json", "a vocabulary of tiktoken"),
            new OtherTokenizer("vocab.bpe", "OpenAI's name for merges.txt (and encoder.json is vocab.json)"),
            new OtherTokenizer("encoder.json", "OpenAI's name for vocab.json (and vocab.bpe is merges.txt)"),
            new OtherTokenizer("bpe.codes", "fastBPE's merges"),
            new OtherTokenizer("meta.pkl", "nanoGPT's table of characters"));

    /// A file in `directory` that is known. Without streams and lambdas, as all that a model without a tokenizer goes through
    /// when it is opened.
    static Optional<OtherTokenizer> in(Path directory) {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                names.add(file.getFileName().toString());
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new TokenizerFormatException(Reason.UNREADABLE, "tokenizer: expected a readable directory, got: "
                    + e.getMessage() + Place.in(directory.toString(), 0), e);
        }
        Collections.sort(names);
        for (OtherTokenizer known : KNOWN) {
            for (String name : names) {
                if (name.endsWith(known.file())) {
                    return Optional.of(new OtherTokenizer(name, known.kind()));
                }
            }
        }
        return Optional.empty();
    }

    /// A message that this is not GPT-2's; `purpose` goes on about what it is.
    TokenizerFormatException refused(Path directory, String purpose) {
        return TokenizerFormatException.unsupported("tokenizer: expected GPT-2's byte-level BPE (tokenizer.json, or"
                + " vocab.json and merges.txt), got " + Place.printable(file, Place.QUOTED) + ", " + kind + purpose
                + Place.in(directory.toString(), 0));
    }
}
