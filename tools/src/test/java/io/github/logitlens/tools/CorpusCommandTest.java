package io.github.logitlens.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tools.view.RandomModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class CorpusCommandTest {

    private static final String TEXT = """
            The Eiffel Tower is in Paris. The capital of France is Paris, and the capital of Italy is Rome.

            Barack Obama was the president of the United States. In summer the days are long. "=1+1", she said.
            """;

    @TempDir
    private Path dir;

    private String file(String name, String text) throws IOException {
        return Files.writeString(dir.resolve(name), text).toString();
    }

    private static List<JsonNode> rows(Cli cli) {
        return cli.succeeds().lines().stream().map(Cli::parse).toList();
    }

    private static double[] numbers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).mapToDouble(JsonNode::asDouble).toArray();
    }

    private static double[] at(JsonNode run, int position, String field) {
        return StreamSupport.stream(run.path("readings").spliterator(), false)
                .filter(reading -> reading.path("position").intValue() == position)
                .mapToDouble(reading -> reading.path(field).asDouble()).toArray();
    }

    @Test
    void theRowsOfAShortTextAreTheReadingsOfARun() throws IOException {
        String file = file("a.txt", TEXT);
        List<JsonNode> rows = rows(Cli.lens("corpus", file, "--metric", "entropy,klToFinal", "--track", " Paris"));
        JsonNode run = Cli.withInput((TEXT + "\n").getBytes(StandardCharsets.UTF_8), "run", "--json", "--position", "all", "--metric",
                "surprisal,nextRank", "--track", " Paris", "-").json();
        assertEquals(run.path("tokens").size() - 1, rows.size());
        for (JsonNode row : rows) {
            int position = row.path("position").intValue();
            JsonNode token = run.path("tokens").get(position);
            assertEquals(file, row.path("document").textValue());
            assertEquals(token.path("id"), row.path("id"));
            assertEquals(token.path("bytes"), row.path("bytes"));
            assertEquals(position, row.path("context").intValue());
            assertArrayEquals(at(run, position - 1, "surprisal"), numbers(row.path("surprisal")));
            assertArrayEquals(at(run, position - 1, "nextRank"), numbers(row.path("rank")));
            assertArrayEquals(at(run, position - 1, "entropy"), numbers(row.path("entropy")));
            assertArrayEquals(at(run, position - 1, "klToFinal"), numbers(row.path("klToFinal")));
            assertEquals(run.path("positions").get(position - 1).path("decision"), row.path("decision"));
            JsonNode tracked = run.path("readings").get(9 * (position - 1) + 4).path("tracked").get(0);
            for (String field : List.of("logit", "probability", "rank")) {
                assertEquals(tracked.path(field).asDouble(), row.path("tracked").get(0).path(field).get(4).asDouble());
            }
        }
    }

    @Test
    void windowsAndStrideAreThoseAskedFor() throws IOException {
        String file = file("a.txt", TEXT);
        int[] tokens = Gpt2Tokenizer.gpt2().encode(TEXT);
        for (int stride : new int[] {3, 10}) {
            List<JsonNode> rows = rows(Cli.lens("corpus", file, "--window", "10", "--stride", "" + stride, "--bos"));
            assertEquals(tokens.length, rows.size());
            for (int t = 0; t < tokens.length; t++) {
                assertEquals(t, rows.get(t).path("position").intValue());
                int context = t <= 10 ? t : 10 - stride + 1 + (t - 11) % stride;
                assertEquals(context + 1, rows.get(t).path("context").intValue(), "position " + t + ", and the BOS");
            }
        }
    }

    @Test
    void editsChangeEachWindowAndAreNamed() throws IOException {
        String file = file("a.txt", TEXT);
        Path summary = dir.resolve("summary.json");
        List<JsonNode> rows = rows(Cli.lens("corpus", file, "--edit", "zero:L3-7.mlp_out", "--format", "jsonl", "--summary",
                summary.toString()));
        JsonNode run = Cli.withInput((TEXT + "\n").getBytes(StandardCharsets.UTF_8), "run", "--json", "--position", "all", "--metric",
                "surprisal", "--edit", "zero:L3-7.mlp_out", "-").json();
        for (JsonNode row : rows) {
            assertArrayEquals(at(run, row.path("position").intValue() - 1, "surprisal"), numbers(row.path("surprisal")));
        }
        JsonNode sums = Cli.parse(Files.readString(summary));
        assertEquals(run.path("edits"), sums.path("edits"));
        assertTrue(sums.path("options").path("protocol").textValue().endsWith(", edits [zero:L3-7.mlp_out]"), sums.path("options").toString());
    }

    @Test
    void csvSaysTheSame() throws IOException {
        String file = file("a,\"b\".txt", TEXT);
        String[] words = {"corpus", file, "--metric", "entropy", "--track", " Paris", "--track", "id:7"};
        List<JsonNode> json = rows(Cli.lens(words));
        String[] asCsv = Arrays.copyOf(words, words.length + 2);
        asCsv[words.length] = "--format";
        asCsv[words.length + 1] = "csv";
        String csv = Cli.lens(asCsv).succeeds().out();
        List<Map<String, String>> rows;
        try (var lines = new CsvMapper().readerForMapOf(String.class).with(CsvSchema.emptySchema().withHeader())
                .<Map<String, String>>readValues(csv)) {
            rows = lines.readAll();
        }
        assertEquals(json.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            JsonNode expected = json.get(i);
            Map<String, String> row = rows.get(i);
            for (String field : List.of("document", "position", "id", "bytes", "context", "decision")) {
                assertEquals(expected.path(field).asText(), row.get(field));
            }
            for (int point = 0; point < 9; point++) {
                for (String field : List.of("surprisal", "rank", "entropy")) {
                    assertEquals(expected.path(field).get(point).asDouble(), Double.parseDouble(row.get(field + "_" + point)));
                }
                for (int t = 0; t < 2; t++) {
                    assertEquals(expected.path("tracked").get(t).path("id").asText(), row.get("tracked" + t + "_id"));
                    assertEquals(expected.path("tracked").get(t).path("logit").get(point).asDouble(),
                            Double.parseDouble(row.get("tracked" + t + "_logit_" + point)));
                }
            }
        }
    }

    @Test
    void eachLineIsADocumentWhereThatIsAskedFor() throws IOException {
        String lines = file("a.txt", "The capital of France is Paris.\r\n\nParis\nRome is in Italy.");
        List<JsonNode> rows = rows(Cli.lens("corpus", "--lines", lines, file("b.txt", "One more.\n")));
        assertEquals(List.of(lines + ":1", lines + ":4", dir.resolve("b.txt") + ":1"),
                rows.stream().map(row -> row.path("document").textValue()).distinct().toList());
        assertEquals("2e", rows.get(5).path("bytes").textValue(), "a line ends before its \\r\\n");
        String json = file("c.jsonl", """
                {"id": "first", "text": "The capital of France is Paris."}
                {"text": "Rome is in Italy.", "meta": {"text": "not this"}, "id": 7}
                """);
        rows = rows(Cli.lens("corpus", "--field", "text", json));
        assertEquals(List.of("first", "7"), rows.stream().map(row -> row.path("document").textValue()).distinct().toList());
        List<JsonNode> later = rows(Cli.lens("corpus", "--field", "text", "--from-document", "1", json));
        assertEquals(rows.subList(rows.size() - later.size(), rows.size()), later);
        assertEquals(List.of(), rows(Cli.lens("corpus", "--field", "text", "--from-document", "2", json)));
        List<JsonNode> typed = rows(Cli.withInput("Rome is in Italy.\n".getBytes(StandardCharsets.UTF_8), "corpus", "--lines", "-"));
        assertEquals("standard input:1", typed.getFirst().path("document").textValue());
    }

    @Test
    void badLinesEndTheRunOrAreLeftOut() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("""
                {"text": "The capital of France"}
                not JSON
                {"note": "no text"}
                {"text": 7}
                [1]
                {"text": "a"} {}
                """.getBytes(StandardCharsets.UTF_8));
        bytes.write(new byte[] {'{', '"', (byte) 0xff, '"', '\n'});
        bytes.write("{\"text\": \"Rome is in Italy.\"}".getBytes(StandardCharsets.UTF_8));
        String file = Files.write(dir.resolve("a.jsonl"), bytes.toByteArray()).toString();
        Cli ends = Cli.lens("corpus", "--field", "text", file);
        assertEquals(1, ends.code());
        assertEquals(3, ends.lines().size(), "the rows before it are there");
        assertTrue(ends.err().startsWith("lens: " + file + ":2: line: expected JSON: "), ends.err());
        Path summary = dir.resolve("summary.json");
        Cli goesOn = Cli.lens("corpus", "--field", "text", file, "--skip-bad", "--format", "jsonl", "--summary", summary.toString());
        assertEquals(0, goesOn.code(), goesOn.err());
        List<String> said = goesOn.err().lines().toList();
        String[] expected = {":2: line: expected JSON: ", ":3: line: expected a field \"text\", got none",
            ":4: line: expected field \"text\" to be a string, got VALUE_NUMBER_INT", ":5: line: expected a JSON object, got START_ARRAY",
            ":6: line: expected one JSON object, got more", ":7: line: expected UTF-8, got a byte that does not belong there at offset 2"};
        assertEquals(expected.length, said.size(), goesOn.err());
        for (int i = 0; i < expected.length; i++) {
            assertTrue(said.get(i).startsWith("lens: " + file + expected[i]) && said.get(i).endsWith("; left out"), said.get(i));
        }
        assertEquals(file + ":8", Cli.parse(goesOn.lines().getLast()).path("document").textValue());
        JsonNode documents = Cli.parse(Files.readString(summary)).path("documents");
        assertEquals("{\"read\":2,\"empty\":0,\"bad\":6}", documents.toString());
    }

    @Test
    void aTextThatIsNoTextEndsTheRunOrIsLeftOut() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write("Paris. ".repeat(2_000).getBytes(StandardCharsets.UTF_8));
        bytes.write(new byte[] {(byte) 0xc3});
        bytes.write(" more".getBytes(StandardCharsets.UTF_8));
        String bad = Files.write(dir.resolve("bad.txt"), bytes.toByteArray()).toString();
        String good = file("good.txt", "The capital of France");
        String[] words = {"corpus", "--window", "16", "--points", "resid_post", "--layers", "7", "--stop-after", "7", bad, good};
        Cli ends = Cli.lens(words);
        String message = "lens: " + bad + ": expected UTF-8, got a byte that does not belong there at offset 14000";
        assertEquals(1, ends.code());
        assertEquals(message + "\n", ends.err());
        assertTrue(ends.lines().size() > 3_900, "rows: " + ends.lines().size());
        String[] more = Arrays.copyOf(words, words.length + 1);
        more[words.length] = "--skip-bad";
        Cli goesOn = Cli.lens(more);
        assertEquals(0, goesOn.code());
        assertEquals(message + "; left out\n", goesOn.err());
        assertEquals(good, Cli.parse(goesOn.lines().getLast()).path("document").textValue());
    }

    @Test
    void theSummaryIsWhatTheRowsComeTo() throws IOException {
        String file = file("a.txt", TEXT.repeat(3) + "\n\n\nx");
        Path summary = dir.resolve("summary.json");
        List<JsonNode> rows = rows(Cli.lens("corpus", "--lines", file, "--format", "jsonl", "--metric", "entropy,klToFinal", "--bos",
                "--summary", summary.toString()));
        JsonNode sums = Cli.parse(Files.readString(summary));
        assertEquals("logitlens.corpus/1", sums.path("schema").textValue());
        assertEquals(rows.size(), sums.path("rows").intValue());
        assertEquals(rows.size(), sums.path("tokens").intValue(), "with a BOS every token has a row");
        assertEquals("{\"read\":7,\"empty\":6,\"bad\":0}", sums.path("documents").toString());
        int bytes = rows.stream().mapToInt(row -> row.path("bytes").textValue().length() / 2).sum();
        assertEquals(bytes, sums.path("bytes").intValue());
        for (int point = 0; point < 9; point++) {
            int p = point;
            double loss = rows.stream().mapToDouble(row -> row.path("surprisal").get(p).asDouble()).average().orElseThrow();
            assertEquals(loss, sums.path("loss").get(p).asDouble(), 1e-12);
            assertEquals(Math.exp(loss), sums.path("perplexity").get(p).asDouble(), 1e-9 * Math.exp(loss));
            assertEquals(loss * rows.size() / Math.log(2) / bytes, sums.path("bitsPerByte").get(p).asDouble(), 1e-12);
            assertEquals(rows.stream().filter(row -> row.path("rank").get(p).intValue() == 1).count() / (double) rows.size(),
                    sums.path("accuracy").get(p).asDouble(), 1e-15);
            assertEquals(rows.stream().mapToDouble(row -> row.path("klToFinal").get(p).asDouble()).average().orElseThrow(),
                    sums.path("klToFinal").get(p).asDouble(), 1e-12);
            assertEquals(rows.stream().filter(row -> row.path("decision").intValue() == p).count(),
                    sums.path("decisions").get(p).longValue());
        }
        assertEquals(rows.size(), StreamSupport.stream(sums.path("frequency").spliterator(), false)
                .mapToInt(band -> band.path("rows").intValue()).sum());
        JsonNode frequent = sums.path("frequency").get(0);
        assertTrue(2 * frequent.path("rows").intValue() >= rows.size(), frequent.toString());
        assertTrue(10 * sums.path("frequency").get(2).path("rows").intValue() <= rows.size(), sums.path("frequency").toString());
        JsonNode highest = sums.path("documentLoss").path("highest").get(0);
        List<JsonNode> worst = rows.stream().filter(row -> row.path("document").equals(highest.path("document"))).toList();
        assertEquals(worst.stream().mapToDouble(row -> row.path("surprisal").get(8).asDouble()).average().orElseThrow(),
                highest.path("loss").asDouble(), 1e-12);
        assertEquals(7, IntStream.range(0, 60).map(i -> sums.path("documentLoss").path("counts").get(i).intValue()).sum());
        JsonNode options = sums.path("options");
        assertEquals("windows of 255 tokens, stride 255, BOS before each; a document is a line; layer norm recomputed, lens logit",
                options.path("protocol").textValue());
        for (JsonNode example : sums.path("examples").path("turned")) {
            JsonNode row = rows.stream().filter(each -> each.path("document").equals(example.path("document"))
                    && each.path("position").equals(example.path("position"))).findFirst().orElseThrow();
            assertEquals(1, row.path("rank").get(example.path("point").intValue()).intValue());
            assertTrue(row.path("rank").get(8).intValue() > 1);
            assertEquals(row.path("context").intValue(), example.path("context").size());
        }
        assertFalse(sums.path("examples").path("earliest").isEmpty());
    }

    @Test
    void theReportLinksToWhatItShows() throws IOException {
        String file = file("a.txt", TEXT.repeat(2));
        Path report = dir.resolve("report.html");
        Path logit = dir.resolve("logit.json");
        assertEquals("", Cli.lens("corpus", file, "--summary", logit.toString()).succeeds().out());
        assertEquals("", Cli.lens("corpus", file, "--lens", "tuned", "--beside", logit.toString(), "--report", report.toString())
                .succeeds().out());
        String page = Files.readString(report);
        for (String part : List.of("Loss by layer", "Where first choices are settled", "Frequent and rare tokens", "— tuned lens",
                "— logit lens", "Loss per document", "Known at once", "Decided late", "lens explore --port 7420", "perplexity",
                "windows of 256 tokens, stride 256, no BOS", "its first token not counted")) {
            assertTrue(page.contains(part), part);
        }
        assertFalse(page.contains("<script"), "a page without script");
        Matcher link = Pattern.compile("href=\"(http[^\"]*)\"").matcher(page);
        int links = 0;
        while (link.find()) {
            links++;
            String address = link.group(1).replace("&amp;", "&");
            assertTrue(address.startsWith("http://localhost:7420/#p="), address);
            Map<String, String> fields = Arrays.stream(address.substring(address.indexOf('#') + 1).split("&"))
                    .map(field -> field.split("=", 2)).collect(Collectors.toMap(field -> field[0],
                            field -> URLDecoder.decode(field[1], StandardCharsets.UTF_8)));
            assertTrue(TEXT.repeat(2).startsWith(fields.get("p")), address);
            assertEquals(Gpt2Tokenizer.gpt2().encode(fields.get("p")).length - 1, Integer.parseInt(fields.get("at")));
        }
        assertTrue(links >= 20, "links: " + links);
        assertEquals(links, page.split(">open</a>", -1).length - 1);
    }

    @Test
    void whatIsWrongIsSaidBeforeTheModelIsLoaded() throws IOException {
        String file = file("a.txt", TEXT);
        Cli.lens("corpus").failsWith(2, "expected a file, got none");
        Cli.lens("corpus", "-", "-").failsWith(2, "expected '-' at most once, got it 2 times");
        Cli.lens("corpus", file, "--resume").failsWith(2, "--resume: expected --output with it");
        Cli.lens("corpus", file, "--beside", file).failsWith(2, "--beside: expected --report with it");
        Cli.lens("corpus", file, "--stride", "9", "--window", "8").failsWith(2, "--stride: expected at most the window, 8, got 9");
        Cli.lens("corpus", file, "--window", "0").failsWith(2, "--window: expected at least 1, got 0");
        Cli.lens("corpus", file, "--from-document", "-1").failsWith(2, "--from-document: expected 0 or more, got -1");
        Cli.lens("corpus", file, "--format", "grid").failsWith(2, "--format: expected csv or jsonl, got \"grid\"");
        Cli.lens("corpus", file, "--window", "300").failsWith(1, "window: expected at most 256 tokens (nCtx 256 of model 'demo'), got 300");
        Cli.lens("corpus", dir.resolve("none").toString()).failsWith(1, "none: cannot be read, there is no such file");
        Cli.lens("corpus", dir.toString()).failsWith(1, "expected a file, got a directory");
        Cli.lens("corpus", file, "--report", "r.html", "--beside", file).failsWith(1, "a.txt: expected JSON: ");
        Cli.lens("corpus", file, "--output", dir.resolve("no/where.jsonl").toString()).failsWith(1, "cannot be written, there is no such");
    }

    @Test
    void whoeverLeavesThePipeIsNoFault() throws IOException {
        String file = file("a.txt", TEXT.repeat(20));
        OutputStream left = new OutputStream() {

            private int written;

            @Override
            public void write(int b) throws IOException {
                if (++written > 100) {
                    throw new IOException("Broken pipe");
                }
            }
        };
        Cli cli = Cli.withStreams(new byte[0], left, "corpus", "--window", "8", file);
        assertEquals("", cli.err());
        assertEquals(0, cli.code());
    }

    private static JsonNode withoutProvenance(Path summary) throws IOException {
        return ((ObjectNode) Cli.parse(Files.readString(summary))).without("provenance");
    }

    /// A JVM that can be killed, soon after its start: it compiles only quickly, and needs no vectors.
    private Process start(List<String> shell, List<String> words) throws IOException {
        List<String> command = new ArrayList<>(shell);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx256m", "-Dlens.kernels=scalar", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(dir.resolve("out").toFile())
                .redirectError(dir.resolve("err").toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "LENS_DEBUG", "LENS_MODEL"));
        return builder.start();
    }

    /// By a small model, read at one point: what is killed is the writing.
    private List<String> words(String file, String name, String... more) {
        List<String> words = new ArrayList<>(List.of("corpus", "--model", dir.resolve("model").toString(), "--points", "resid_post",
                "--layers", "3", "--window", "24", "--stride", "16", file, "--output", dir.resolve(name + ".jsonl").toString(),
                "--summary", dir.resolve(name + ".json").toString()));
        words.addAll(List.of(more));
        return words;
    }

    private void assertSameFiles(String name, Path undisturbed, JsonNode summary) throws IOException {
        assertEquals(-1, Files.mismatch(undisturbed, dir.resolve(name + ".jsonl")));
        assertEquals(summary, withoutProvenance(dir.resolve(name + ".json")));
        try (var left = Files.list(dir)) {
            assertEquals(List.of(), left.filter(path -> path.toString().contains(".part")).toList());
        }
    }

    /// Killed at thirty moments, at any of which it may be writing: some time after it first touched the file, or, twice as often, after
    /// it noted how far it was.
    @Test
    @Tag("forks")
    @Tag("slow")
    @Timeout(400)
    void aRunThatWasKilledIsGoneOnWithByteForByte() throws Exception {
        RandomModel.write(dir.resolve("model"));
        String file = file("a.txt", TEXT.repeat(40));
        assertEquals(0, Cli.lens(words(file, "undisturbed").toArray(String[]::new)).code());
        JsonNode summary = withoutProvenance(dir.resolve("undisturbed.json"));
        Path part = dir.resolve("killed.jsonl.part");
        Path note = dir.resolve("killed.jsonl.part.json");
        Random random = new Random(81);
        int kills = 0;
        int goneOn = 0;
        while (kills < 30) {
            Path watched = kills % 3 == 0 ? part : note;
            boolean noted = Files.exists(note);
            List<Object> before = state(watched);
            Process process = start(List.of(), words(file, "killed", "--resume"));
            while (process.isAlive() && state(watched).equals(before)) {
                Thread.sleep(1);
            }
            Thread.sleep(random.nextInt(250));
            if (process.isAlive()) {
                goneOn += noted ? 1 : 0;
                kills++;
                process.destroyForcibly().waitFor();
            } else {
                assertEquals(0, process.waitFor(), () -> read("err"));
                assertSameFiles("killed", dir.resolve("undisturbed.jsonl"), summary);
                Files.delete(dir.resolve("killed.jsonl"));
            }
        }
        assertTrue(goneOn > 15, "gone on with: " + goneOn);
        assertEquals(0, start(List.of(), words(file, "killed", "--resume")).waitFor(), () -> read("err"));
        assertSameFiles("killed", dir.resolve("undisturbed.jsonl"), summary);
        Cli again = Cli.lens(words(file, "killed", "--resume").toArray(String[]::new));
        assertEquals(0, again.code());
        assertTrue(again.err().contains("is finished already"), again.err());
    }

    /// Size and time of a file, or nothing.
    private static List<Object> state(Path file) {
        try {
            return List.of(Files.size(file), Files.getLastModifiedTime(file));
        } catch (IOException e) {
            return List.of();
        }
    }

    private String read(String name) {
        try {
            return Files.readString(dir.resolve(name));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    @Tag("forks")
    void aFullDiskEndsARunThatCanBeGoneOnWith() throws Exception {
        RandomModel.write(dir.resolve("model"));
        String file = file("a.txt", TEXT.repeat(6));
        assertEquals(0, Cli.lens(words(file, "undisturbed").toArray(String[]::new)).code());
        JsonNode summary = withoutProvenance(dir.resolve("undisturbed.json"));
        // Blocks of 512 bytes: room for about a third of the rows.
        long blocks = Files.size(dir.resolve("undisturbed.jsonl")) / 512 / 3;
        Process process = start(List.of("sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh"), words(file, "full"));
        assertEquals(1, process.waitFor(), () -> read("err"));
        List<String> said = read("err").lines().filter(line -> !line.contains("jdk.incubator.vector") && !line.contains(" a second, ")).toList();
        assertEquals(1, said.size(), () -> read("err"));
        assertTrue(said.getFirst().matches("lens: .*full\\.jsonl: cannot be written, (File too large|No space left on device)"),
                said.getFirst());
        assertFalse(Files.exists(dir.resolve("full.jsonl")));
        assertEquals(0, Cli.lens(words(file, "full", "--resume").toArray(String[]::new)).code());
        assertSameFiles("full", dir.resolve("undisturbed.jsonl"), summary);
    }

    @Test
    void anotherRunIsNotGoneOnWith() throws IOException {
        String file = file("a.txt", TEXT);
        Path output = dir.resolve("a.jsonl");
        Files.writeString(dir.resolve("a.jsonl.part"), "");
        Files.writeString(dir.resolve("a.jsonl.part.json"), """
                {"schema":"logitlens.corpus-state/1","run":["model of another time"],"written":0,"start":{"file":0,"line":1,"offset":0},
                 "place":{"document":0,"windows":0,"bytes":0,"tokens":0},"totals":null}""");
        Cli.lens("corpus", file, "--output", output.toString(), "--resume").failsWith(1,
                "expected the run that it began with, model of another time, got model demo, weights ");
        Files.writeString(dir.resolve("a.jsonl.part.json"), "[");
        Cli.lens("corpus", file, "--output", output.toString(), "--resume").failsWith(1, "expected what an earlier run left, got ");
        Cli.lens("corpus", file, "--output", output.toString()).succeeds();
        assertEquals(Gpt2Tokenizer.gpt2().encode(TEXT).length - 1, Files.readAllLines(output).size());
    }
}
