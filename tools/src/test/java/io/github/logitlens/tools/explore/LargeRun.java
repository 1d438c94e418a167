package io.github.logitlens.tools.explore;

import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.OneFilePage;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.StringJoiner;

/// A run as large as GPT-2 xl's longest prompt, with tokens drawn at random, as a page in one file: what has to scroll.
final class LargeRun {

    private LargeRun() {
    }

    static Path write(Path file, int seqLen, int points) throws IOException {
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.gpt2();
        SplittableRandom random = new SplittableRandom(1);
        StringJoiner tokens = new StringJoiner(",");
        for (int position = 0; position < seqLen; position++) {
            tokens.add("{\"position\":" + position + "," + token(tokenizer.token(random.nextInt(50_000))) + "}");
        }
        StringJoiner places = new StringJoiner(",");
        StringJoiner readings = new StringJoiner(",");
        for (int point = 0; point < points; point++) {
            places.add(point == 0
                    ? "{\"index\":0,\"name\":\"embed\",\"label\":\"Embedding\",\"kind\":\"embed\",\"layer\":null}"
                    : "{\"index\":" + point + ",\"name\":\"blocks." + (point - 1) + ".hook_resid_post\",\"label\":\"Layer "
                            + (point - 1) + "\",\"kind\":\"resid_post\",\"layer\":" + (point - 1) + "}");
            for (int position = 0; position < seqLen; position++) {
                readings.add("{\"point\":" + point + ",\"position\":" + position + ",\"entropy\":" + random.nextDouble(8)
                        + ",\"klToFinal\":" + random.nextDouble(9) + ",\"top\":[{" + token(tokenizer.token(random.nextInt(50_000)))
                        + ",\"logit\":" + random.nextDouble(30) + ",\"probability\":" + random.nextDouble() + "}]}");
            }
        }
        try (Writer out = Files.newBufferedWriter(file)) {
            OneFilePage.write("{\"schema\":\"logitlens.run/1\",\"model\":{\"id\":\"random\",\"layers\":" + (points - 1)
                    + ",\"dModel\":1600,\"vocabSize\":50257},\"options\":{\"bos\":false,\"topK\":1,\"layerNorm\":\"recomputed\","
                    + "\"tracked\":[]},\"tokens\":[" + tokens + "],\"points\":[" + places + "],\"readings\":[" + readings + "]}", "", out);
        }
        return file;
    }

    private static String token(Token token) {
        StringBuilder text = new StringBuilder();
        token.text().chars().forEach(unit -> text.append("\\u").append(HexFormat.of().toHexDigits((char) unit)));
        return "\"id\":" + token.id() + ",\"text\":\"" + text + "\",\"bytes\":\"" + token.hex() + "\"";
    }
}
