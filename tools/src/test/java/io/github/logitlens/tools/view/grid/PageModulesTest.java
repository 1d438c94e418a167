package io.github.logitlens.tools.view.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.PageSource;
import io.github.logitlens.internal.view.RunJson;
import io.github.logitlens.tools.view.draw.Rgb;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The modules of the explorer's page that need no page, run by Node.js: by themselves, and beside the classes that compute the
/// same here, which write cases for both.
class PageModulesTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> TESTS = List.of("shared.test.js", "own.test.js", "reasons.test.js", "edits.test.js");
    private static final String PARIS = " Paris";

    @Test
    @Timeout(120)
    void theModulesPassTheirTests(@TempDir Path dir) throws Exception {
        requireNode();
        for (String name : PageSource.names()) {
            Files.write(dir.resolve(name), PageSource.bytes(name));
        }
        for (String name : TESTS) {
            try (var in = PageModulesTest.class.getResourceAsStream("page/" + name)) {
                Files.write(dir.resolve(name), in.readAllBytes());
            }
        }
        Files.writeString(dir.resolve("package.json"), "{\"type\": \"module\"}");
        Files.writeString(dir.resolve("cases.json"), cases().toString());
        Process node = new ProcessBuilder("node", "--test").directory(dir.toFile()).redirectErrorStream(true).start();
        String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, node.waitFor(), said);
    }

    /// Skips, loudly, where there is no Node.js with a test runner of its own.
    private static void requireNode() throws IOException, InterruptedException {
        boolean there = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "node")));
        String version = there
                ? new String(new ProcessBuilder("node", "--version").start().getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip()
                : "none";
        if (!there || Integer.parseInt(version.substring(1, version.indexOf('.'))) < 20) {
            System.out.println("*** SKIPPED: PageModulesTest runs the page's modules on Node.js 20 or later, and this machine has "
                    + version + " (Debian: apt-get install nodejs) ***");
            Assumptions.abort("no Node.js 20");
        }
    }

    private static ObjectNode cases() throws IOException {
        ObjectNode cases = JSON.objectNode();
        cases.set("scales", scales());
        cases.set("colours", colours());
        cases.set("tokens", tokens());
        cases.set("run", run());
        return cases;
    }

    private static ArrayNode numbers(double... values) {
        ArrayNode numbers = JSON.arrayNode();
        Arrays.stream(values).forEach(value -> add(numbers, value));
        return numbers;
    }

    /// As the document of a run has numbers that are not finite.
    private static void add(ArrayNode numbers, double value) {
        if (Double.isFinite(value)) {
            numbers.add(value);
        } else {
            numbers.add(Double.toString(value));
        }
    }

    private static ArrayNode scales() {
        SplittableRandom random = new SplittableRandom(3);
        List<double[]> samples = List.of(
                new double[] {}, new double[] {Double.NaN, Double.POSITIVE_INFINITY}, new double[] {0}, new double[] {0, 0, 0},
                new double[] {7, 7, 7}, new double[] {1, 2, Double.NaN, 50257}, new double[] {1e-9, 0.2, 0.9, 1},
                new double[] {0, 1e-7, 3}, random.doubles(41).toArray(), random.doubles(101, 1, 50258).map(Math::floor).toArray(),
                random.doubles(20, 0, 1e-3).toArray());
        List<double[]> signed = List.of(new double[] {-3, -1, 4, Double.NEGATIVE_INFINITY}, random.doubles(40, -50, 20).toArray());
        ArrayNode cases = JSON.arrayNode();
        for (Scale scale : Scale.values()) {
            for (Kind kind : Kind.values()) {
                Stream.concat(samples.stream(), scale == Scale.LOG ? Stream.of() : signed.stream()).forEach(values -> {
                    ColourScale made = ColourScale.of(kind, scale, values);
                    ObjectNode each = cases.addObject().put("scale", scale.toString()).put("kind", kind.toString())
                            .put("low", made.low()).put("high", made.high());
                    each.set("values", numbers(values));
                    each.set("places", numbers(Arrays.stream(values).map(made::place).toArray()));
                });
            }
        }
        return cases;
    }

    private static ArrayNode colours() {
        ArrayNode colours = JSON.arrayNode();
        for (Kind kind : List.of(Kind.NUMBER, Kind.SIGNED)) {
            for (int step = 0; step < 256; step++) {
                Rgb colour = kind.colours().at(step / 255.0);
                ObjectNode each = colours.addObject().put("dark", colour.ink().equals(Rgb.BLACK)).put("kind", kind.toString());
                each.putArray("fill").add(colour.red()).add(colour.green()).add(colour.blue());
            }
        }
        return colours;
    }

    /// All tokens and characters there are, and pieces of characters in all the ways in which they can be cut.
    private static ArrayNode tokens() {
        Gpt2Tokenizer gpt2 = Gpt2Tokenizer.gpt2();
        byte[] text = "é日🙂\u202e\ufffd\u0000\u0085".getBytes(StandardCharsets.UTF_8);
        Stream<Token> characters = IntStream.concat(IntStream.rangeClosed(0, 0xFFFF), IntStream.rangeClosed(0xE0000, 0xE1000))
                .filter(point -> Character.getType(point) != Character.SURROGATE)
                .mapToObj(point -> new Token(0, Character.toString(point).getBytes(StandardCharsets.UTF_8)));
        Stream<Token> cut = IntStream.range(0, text.length).boxed().flatMap(from -> IntStream.rangeClosed(from, text.length)
                .mapToObj(to -> new Token(0, Arrays.copyOfRange(text, from, to))));
        Stream<Token> broken = Stream.of("c080", "eda080", "f5808080", "f48fbfbf", "fffe", "80", "e0a0").map(hex ->
                new Token(0, java.util.HexFormat.of().parseHex(hex)));
        ArrayNode tokens = JSON.arrayNode();
        Stream.of(IntStream.range(0, gpt2.vocabSize()).mapToObj(gpt2::token), cut, broken, characters).flatMap(each -> each)
                .forEach(token -> tokens.addArray().add(token.hex()).add(token.display()));
        return tokens;
    }

    private static ObjectNode run() throws IOException {
        ObjectNode run = JSON.objectNode();
        try (LogitLens lens = LogitLens.open("demo")) {
            LensResult result = lens.run("The Eiffel Tower is in",
                    LensOptions.defaults().topK(3).metrics(LensMetric.values()).track(PARIS).versus(" London"));
            StringWriter document = new StringWriter();
            new RunJson().write(result, document);
            run.set("document", new ObjectMapper().readTree(document.toString()));
            ArrayNode values = run.putArray("values");
            ArrayNode positions = run.putArray("positions");
            for (int position : result.positions()) {
                for (int point = 0; point < result.points().size(); point++) {
                    for (String key : Quantity.keys()) {
                        double value = Quantity.named(key, result.options())
                                .column(result, List.of(result.points().get(point)), position)[0];
                        ObjectNode each = values.addObject().put("key", key).put("point", point).put("position", position);
                        each.set("value", numbers(value).get(0));
                    }
                }
                ObjectNode path = positions.addObject().put("position", position)
                        .put("decision", result.points().indexOf(result.decisionLayer(position)))
                        .put("flips", result.flips(position)).putObject("path");
                path.put("id", result.tracked(PARIS, result.finalPoint(), position).id());
                ArrayNode ranks = path.putArray("ranks");
                result.track(PARIS, position).forEach(step -> ranks.add(step.rank()));
            }
        }
        return run;
    }
}
