package io.github.logitlens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logitlens.edit.Edits;
import io.github.logitlens.error.RunCancelledException;
import io.github.logitlens.fixtures.TinyModel;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Compute;
import io.github.logitlens.tokenizer.SpecialTokens;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Texts of any length: each token once, with the numbers of a run over exactly what the model is to have seen before it.
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CorpusReaderTest {

    private static final int VOCABULARY = 50257;
    private static final int CONTEXT = 24;
    private static final TinyModel MODEL = new TinyModel(2, 2, 12, 20, VOCABULARY, CONTEXT, 71);
    private static final String TEXT = "The Eiffel Tower is in Paris, isn't it? 😀 Ünïcode — and so on.\n\n  The end 12345. ";

    private static final LensOptions OUTPUT_ONLY = LensOptions.defaults().topK(1).points(PointKind.RESID_POST)
            .layers(Layers.of(-1)).metrics(LensMetric.NEXT_RANK);

    @TempDir
    private static Path temporary;

    private static Path folder;

    @BeforeAll
    static void write() {
        folder = MODEL.write(temporary.resolve("model"));
    }

    private static LogitLens open(int threads, Compute.Kernels kernels) {
        return open(folder, threads, kernels);
    }

    private static LogitLens open(Path folder, int threads, Compute.Kernels kernels) {
        return LogitLens.open(folder, OpenOptions.defaults().compute(Compute.defaults().threads(threads).kernels(kernels)));
    }

    private static LogitLens open() {
        return open(2, Compute.Kernels.SCALAR);
    }

    private static List<CorpusItem> read(LogitLens lens, List<CorpusDocument> documents, CorpusOptions options) {
        List<CorpusItem> items = new ArrayList<>();
        try (CorpusReader reader = lens.corpus(documents.iterator(), options)) {
            reader.forEachRemaining(items::add);
        }
        return items;
    }

    private static List<CorpusItem.Row> rows(List<CorpusItem> items) {
        return items.stream().filter(CorpusItem.Row.class::isInstance).map(CorpusItem.Row.class::cast).toList();
    }

    /// Everything that an item says.
    private static String all(CorpusItem item) {
        return switch (item) {
            case CorpusItem.Row row -> {
                List<Object> parts = new ArrayList<>(List.of(row.document(), row.id(), row.position(), row.token(), row.context(),
                        row.decisionLayer()));
                for (LensPoint point : row.points()) {
                    row.window().options().metrics().forEach(metric -> parts.add(row.value(metric, point)));
                    parts.add(row.tracked(point));
                }
                yield parts.toString();
            }
            case CorpusItem.End end -> end.toString();
            case CorpusItem.Refused refused -> refused.toString();
        };
    }

    private static List<String> all(List<CorpusItem> items) {
        return items.stream().map(CorpusReaderTest::all).toList();
    }

    private static int[] random(Random random, int length) {
        return random.ints(length, 0, VOCABULARY).toArray();
    }

    private static List<CorpusDocument> documents(List<int[]> all) {
        return IntStream.range(0, all.size()).mapToObj(i -> CorpusDocument.of("d" + i, Prompt.ids(all.get(i)))).toList();
    }

    /// Window `k` is the first whose tokens, or the one behind them, have token `t`.
    private static int start(int t, int window, int stride) {
        int k = 0;
        while (k * stride + window < t) {
            k++;
        }
        return k * stride;
    }

    private static void assertReadAsAlone(LogitLens lens, int[] document, CorpusItem.Row row, int window, int stride, Bos bos) {
        int t = (int) row.position();
        int from = start(t, window, stride);
        assertEquals(document[t], row.token().id());
        assertEquals(t - from + (bos == Bos.PREPEND ? 1 : 0), row.context());
        LensOptions options = row.window().options().track(TokenRef.of(document[t])).positions(Positions.last());
        LensResult alone = lens.run(Arrays.copyOfRange(document, from, t), options);
        for (LensPoint point : row.points()) {
            TrackedToken token = alone.tracked(TokenRef.of(document[t]), point, -1);
            assertEquals(-token.logProbability(), row.surprisal(point), () -> point + " of " + row);
            assertEquals(token.rank(), row.rank(point));
            assertEquals(alone.value(LensMetric.ENTROPY, point, -1), row.value(LensMetric.ENTROPY, point));
        }
        assertEquals(alone.decisionLayer(-1), row.decisionLayer());
    }

    @Test
    @Tag("bits")
    void everyTokenIsReadOnceAfterWhatStoodBeforeItInItsWindow() {
        Random random = new Random(72);
        for (Compute.Kernels kernels : List.of(Compute.Kernels.SCALAR, Compute.Kernels.VECTOR)) {
            try (LogitLens lens = open(1 + random.nextInt(3), kernels)) {
                for (Bos bos : Bos.values()) {
                    int window = 2 + random.nextInt(CONTEXT - 3);
                    int stride = 1 + random.nextInt(window);
                    List<int[]> documents = Stream.of(2, window, window + 1, window + 2, 2 * window, 57)
                            .map(length -> random(random, length)).toList();
                    CorpusOptions options = CorpusOptions.defaults().window(window).stride(stride)
                            .lens(CorpusOptions.defaults().lens().bos(bos))
                            .batch(BatchOptions.defaults().rows(1 + random.nextInt(60)));
                    List<CorpusItem> items = read(lens, documents(documents), options);
                    List<CorpusItem.Row> rows = rows(items);
                    int seen = 0;
                    for (int d = 0; d < documents.size(); d++) {
                        for (int t = bos == Bos.PREPEND ? 0 : 1; t < documents.get(d).length; t++) {
                            CorpusItem.Row row = rows.get(seen++);
                            assertEquals(List.of((long) d, "d" + d, (long) t), List.of(row.document(), row.id(), row.position()));
                            if (t == 0) {
                                assertEquals(1, row.context());
                            } else {
                                assertReadAsAlone(lens, documents.get(d), row, window, stride, bos);
                            }
                        }
                        CorpusItem.End end = (CorpusItem.End) items.get(seen + d);
                        assertEquals(new CorpusItem.End(d, "d" + d, documents.get(d).length), end);
                    }
                    assertEquals(seen, rows.size());
                }
            }
        }
    }

    @Test
    void noRowDependsOnTheBudgetOrTheThreads() {
        Random random = new Random(73);
        TinyModel small = new TinyModel(2, 2, 12, 20, 300, CONTEXT, 79);
        Path smallFolder = small.write(temporary.resolve("small"));
        List<int[]> documents = Stream.generate(() -> random.ints(2 + random.nextInt(60), 0, small.vocabSize()).toArray()).limit(9)
                .toList();
        CorpusOptions options = CorpusOptions.defaults().window(20).stride(7)
                .lens(LensOptions.defaults().metrics(LensMetric.values()).points(PointKind.values()).track(TokenRef.of(5)));
        List<String> expected;
        try (LogitLens lens = open(smallFolder, 1, Compute.Kernels.SCALAR)) {
            expected = all(read(lens, documents(documents), options.batch(BatchOptions.defaults().rows(1))));
        }
        for (int threads = 1; threads <= 3; threads++) {
            try (LogitLens lens = open(smallFolder, threads, Compute.Kernels.SCALAR)) {
                BatchOptions batch = BatchOptions.defaults().rows(1 + random.nextInt(300)).memory(1L << (12 + random.nextInt(12)));
                assertEquals(expected, all(read(lens, documents(documents), options.batch(batch))));
            }
        }
    }

    @Test
    void aTextThatIsReadBitByBitHasTheRowsOfTheWholeText() {
        String text = TEXT.repeat(100);
        CorpusOptions options = CorpusOptions.defaults().lens(OUTPUT_ONLY);
        try (LogitLens lens = open(2, Compute.Kernels.VECTOR)) {
            List<String> whole = all(read(lens, List.of(CorpusDocument.of("a", Prompt.of(text))), options));
            assertEquals(whole, all(read(lens, List.of(CorpusDocument.of("a", new StringReader(text))), options)));
            int[] ids = lens.tokenizer().encode(text);
            assertEquals(whole, all(read(lens, List.of(CorpusDocument.of("a", Prompt.ids(ids))), options)));
            assertEquals(ids.length, whole.size(), "a row for all but the first, and the end");
        }
    }

    @Test
    void specialTokensAreReadAsChosen() {
        String text = "a<|endoftext|>b";
        try (LogitLens lens = open()) {
            for (SpecialTokens mode : SpecialTokens.values()) {
                CorpusOptions options = CorpusOptions.defaults().lens(LensOptions.defaults().specialTokens(mode));
                List<CorpusItem.Row> rows = rows(read(lens, List.of(CorpusDocument.of("a", new StringReader(text))), options));
                int[] ids = lens.tokenizer().encode(text, mode);
                assertArrayEquals(Arrays.copyOfRange(ids, 1, ids.length), rows.stream().mapToInt(row -> row.token().id()).toArray());
            }
        }
    }

    /// A text without an end, of which no more is asked for than the windows need.
    private static final class Endless extends Reader {

        private long given;

        @Override
        public int read(char[] chars, int from, int length) {
            for (int i = 0; i < length; i++) {
                chars[from + i] = TEXT.charAt((int) (given++ % TEXT.length()));
            }
            return length;
        }

        @Override
        public void close() {
            given = -1;
        }
    }

    @Test
    @SuppressWarnings("try")
    void aTextIsTakenAsItIsNeeded() {
        Endless endless = new Endless();
        try (LogitLens lens = open(2, Compute.Kernels.VECTOR);
                CorpusReader reader = lens.corpus(List.of(CorpusDocument.of("a", endless)).iterator(),
                        CorpusOptions.defaults().lens(OUTPUT_ONLY))) {
            assertEquals(0, endless.given);
            for (int i = 1; i < 10_000; i++) {
                CorpusItem.Row row = (CorpusItem.Row) reader.next();
                assertEquals(i, row.position());
                assertTrue(endless.given < 4 * i + 16_000, () -> endless.given + " characters for " + row);
            }
            reader.close();
            assertEquals(-1, endless.given, "closed");
            assertFalse(reader.hasNext());
            assertEquals("corpus reader is closed", assertThrows(IllegalStateException.class, reader::next).getMessage());
        }
    }

    @Test
    void anotherReaderGoesOnAtAnyPlace() throws IOException {
        List<String> texts = List.of("", TEXT.repeat(3), "x", TEXT.repeat(2) + "not".repeat(40), "The end.");
        CorpusOptions options = CorpusOptions.defaults().window(15).stride(6).lens(OUTPUT_ONLY).batch(BatchOptions.defaults().rows(40));
        try (LogitLens lens = open(2, Compute.Kernels.VECTOR)) {
            List<String> whole = all(read(lens, readers(texts, CorpusPlace.START), options));
            int at = 0;
            List<CorpusPlace> places = new ArrayList<>();
            try (CorpusReader reader = lens.corpus(readers(texts, CorpusPlace.START).iterator(), options)) {
                CorpusPlace last = reader.place();
                while (reader.hasNext()) {
                    reader.next();
                    at++;
                    if (!reader.place().equals(last)) {
                        last = reader.place();
                        places.add(last);
                        assertEquals(whole.subList(at, whole.size()), all(read(lens, readers(texts, last), options.from(last))),
                                "from " + last);
                    }
                }
                assertEquals(CorpusPlace.ofDocument(texts.size()), last);
            }
            assertTrue(places.size() > 20, places::toString);
            assertTrue(places.stream().anyMatch(place -> place.bytes() == 0 && place.windows() > 0), "a text that is held whole");
        }
    }

    /// The documents from a place on, the first of them without what is not needed any more.
    private static List<CorpusDocument> readers(List<String> texts, CorpusPlace place) throws IOException {
        List<CorpusDocument> documents = new ArrayList<>();
        for (int d = (int) place.document(); d < texts.size(); d++) {
            byte[] utf8 = texts.get(d).getBytes(StandardCharsets.UTF_8);
            int from = d == place.document() ? (int) place.bytes() : 0;
            documents.add(CorpusDocument.of("d" + d, new StringReader(new String(utf8, from, utf8.length - from, StandardCharsets.UTF_8))));
        }
        return documents;
    }

    @Test
    void aLongTextIsTakenUpNearItsEnd() {
        String text = TEXT.repeat(200);
        CorpusPlace place = CorpusPlace.START;
        CorpusOptions options = CorpusOptions.defaults().lens(OUTPUT_ONLY);
        try (LogitLens lens = open(2, Compute.Kernels.VECTOR)) {
            List<String> rows = new ArrayList<>();
            try (CorpusReader reader = lens.corpus(List.of(CorpusDocument.of("a", new StringReader(text))).iterator(), options)) {
                while (reader.hasNext()) {
                    rows.add(all(reader.next()));
                    if (place.equals(CorpusPlace.START) && reader.place().windows() == 250) {
                        place = reader.place();
                        rows.clear();
                    }
                }
            }
            int bytes = (int) place.bytes();
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            assertTrue(bytes > 8192, place + " of " + utf8.length);
            CorpusDocument rest = CorpusDocument.of("a", new StringReader(
                    new String(utf8, bytes, utf8.length - bytes, StandardCharsets.UTF_8)));
            assertEquals(rows, all(read(lens, List.of(rest), options.from(place))));
        }
    }

    @Test
    void whatCannotBeReadIsSaidInItsPlace() {
        int[] unknown = random(new Random(74), 60);
        unknown[50] = VOCABULARY;
        List<CorpusDocument> documents = List.of(CorpusDocument.of("none", Prompt.of("")), CorpusDocument.of("one", Prompt.ids(7)),
                CorpusDocument.of("two", Prompt.ids(7, 8)), CorpusDocument.of("unknown", Prompt.ids(unknown)),
                CorpusDocument.of("last", Prompt.ids(8, 7)));
        try (LogitLens lens = open()) {
            List<CorpusItem> items = read(lens, documents, CorpusOptions.defaults().window(10));
            assertEquals(new CorpusItem.Refused(0, "none", Outcome.Reason.EMPTY, "document: expected at least one token, got none"),
                    items.get(0));
            assertEquals(new CorpusItem.Refused(1, "one", Outcome.Reason.EMPTY,
                    "document: expected a token with one before it, got 1 token"), items.get(1));
            assertEquals(new CorpusItem.End(2, "two", 2), items.get(3));
            assertEquals(new CorpusItem.Refused(3, "unknown", Outcome.Reason.UNKNOWN_ID, "token at position 50: expected an id from 0 to"
                    + " 50256 (vocabulary of model 'model'), got 50257"), items.get(items.size() - 3));
            assertEquals(40, rows(items).stream().filter(row -> row.document() == 3).count(), "the windows before it");
            assertEquals(new CorpusItem.End(4, "last", 2), items.getLast());
            CorpusOptions withBos = CorpusOptions.defaults().lens(LensOptions.defaults().bos(Bos.PREPEND));
            List<CorpusItem> one = read(lens, documents.subList(1, 2), withBos);
            assertEquals(List.of(0L), rows(one).stream().map(CorpusItem.Row::position).toList(), "behind a BOS one token can be read");
        }
        Path folderOfIds = new TinyModel(1, 1, 8, 8, 50, CONTEXT, 75).write(temporary.resolve("ids"));
        try (LogitLens lens = LogitLens.open(folderOfIds)) {
            List<CorpusItem> items = read(lens, List.of(CorpusDocument.of("text", Prompt.of("a text")), documents.get(2)),
                    CorpusOptions.defaults());
            assertEquals(Outcome.Reason.NO_TOKENIZER, assertInstanceOf(CorpusItem.Refused.class, items.getFirst()).reason());
            assertEquals(2, items.size() - 1, "and the next one is read");
        }
    }

    @Test
    void anEditThatDoesNotFitEndsTheDocumentAlone() {
        Hooks hooks = Hooks.of(Edits.zeroHead(0, 1)).edit(HookSite.MLP_OUT.at(1), (point, out) -> out.set(1, 8, 0));
        List<int[]> documents = List.of(random(new Random(76), 33), random(new Random(77), 24), random(new Random(78), 20));
        try (LogitLens lens = open()) {
            CorpusOptions options = CorpusOptions.defaults().window(10);
            List<CorpusItem> items = new ArrayList<>();
            try (CorpusReader reader = lens.corpus(documents(documents).iterator(), options, hooks)) {
                reader.forEachRemaining(items::add);
            }
            // Window 3 of the first document has 2 positions, window 2 of the second 3, and the last one's are 10 and 9.
            assertEquals(List.of(0L, 1L), items.stream().filter(CorpusItem.Refused.class::isInstance).map(CorpusItem::document).toList());
            assertEquals(List.of(30L, 20L, 19L), IntStream.range(0, 3).mapToObj(d ->
                    rows(items).stream().filter(row -> row.document() == d).count()).toList());
            CorpusItem.Row row = rows(items).getLast();
            LensResult alone = lens.run(Arrays.copyOfRange(documents.getLast(), 10, 19), LensOptions.defaults(), hooks);
            assertEquals(alone.value(LensMetric.ENTROPY, alone.finalPoint(), -1),
                    row.value(LensMetric.ENTROPY, row.window().finalPoint()));
            assertEquals(List.of("zero:L0H1", "custom edit at blocks.1.hook_mlp_out"), row.window().edits());
        }
    }

    @Test
    void aTextThatBreaksOffSaysSoBehindItsRows() {
        Reader broken = new Reader() {

            private int reads;

            @Override
            public int read(char[] chars, int from, int length) throws IOException {
                if (reads++ == 1) {
                    throw new IOException("the disk is gone");
                }
                TEXT.repeat(20).getChars(0, 1000, chars, from);
                return 1000;
            }

            @Override
            public void close() {
                reads = 0;
            }
        };
        try (LogitLens lens = open();
                CorpusReader reader = lens.corpus(List.of(CorpusDocument.of("a", broken), CorpusDocument.of("b", Prompt.ids(1, 2)))
                        .iterator(), CorpusOptions.defaults())) {
            int rows = 0;
            Exception thrown = null;
            while (thrown == null) {
                try {
                    reader.next();
                    rows++;
                } catch (UncheckedIOException e) {
                    thrown = e;
                }
            }
            assertEquals("the disk is gone", thrown.getCause().getMessage());
            assertTrue(rows > 200, "rows: " + rows);
            assertEquals("b", reader.next().id());
        }
    }

    private static String refused(LogitLens lens, CorpusOptions options) {
        return assertThrows(IllegalArgumentException.class,
                () -> lens.corpus(List.<CorpusDocument>of().iterator(), options)).getMessage();
    }

    @Test
    void whatFitsNoTextIsRefusedAtOnce() {
        CorpusOptions options = CorpusOptions.defaults();
        assertEquals("window: expected at least 1, got 0",
                assertThrows(IllegalArgumentException.class, () -> options.window(0)).getMessage());
        assertEquals("stride: expected at least 1, got 0",
                assertThrows(IllegalArgumentException.class, () -> options.stride(0)).getMessage());
        String gap = "stride: expected at most the window, 8, got 9: tokens between windows would not be read";
        assertEquals(gap, assertThrows(IllegalArgumentException.class, () -> options.window(8).stride(9)).getMessage());
        assertEquals(gap, assertThrows(IllegalArgumentException.class, () -> options.stride(9).window(8)).getMessage());
        assertEquals("positions: expected all, as every token of a corpus is read, got last", assertThrows(
                IllegalArgumentException.class, () -> options.lens(LensOptions.defaults().positions(Positions.last()))).getMessage());
        try (LogitLens lens = open()) {
            assertEquals("window: expected at most 24 tokens (nCtx 24 of model 'model'), got 25", refused(lens, options.window(25)));
            assertEquals("window: expected at most 23 tokens (nCtx 24 of model 'model', less the BOS), got 24",
                    refused(lens, options.window(24).lens(LensOptions.defaults().bos(Bos.PREPEND))));
            assertEquals("stride: expected at most the window, 24, got 25: tokens between windows would not be read",
                    refused(lens, options.stride(25)));
            try (CorpusReader reader = lens.corpus(List.<CorpusDocument>of().iterator(), options)) {
                assertEquals(24, reader.options().window().getAsInt());
                assertEquals(24, reader.options().stride().getAsInt());
                assertFalse(reader.hasNext());
                assertThrows(NoSuchElementException.class, reader::next);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new CorpusPlace(0, -1, 0, 0));
    }

    /// The loss of a document in one window is that of a run.
    @Test
    void theMeanOfTheRowsIsTheLossOfARun() {
        try (LogitLens lens = LogitLens.open("demo")) {
            List<CorpusItem.Row> rows = rows(read(lens, List.of(CorpusDocument.of("a", Prompt.of(TEXT))), CorpusOptions.defaults()));
            LensResult run = lens.run(TEXT, LensOptions.defaults().metrics(LensMetric.SURPRISAL));
            for (LensPoint point : run.points()) {
                double sum = rows.stream().mapToDouble(row -> row.surprisal(point)).sum();
                assertEquals(run.loss(point), sum / rows.size(), 1e-12);
            }
            assertTrue(rows.getFirst().toString().matches("a, position 1: \" .*\", surprisal \\d+\\.\\d{3} nats, decided at .*"),
                    rows.getFirst().toString());
        }
    }

    @Test
    void interruptingEndsWhatIsRunning() {
        Hooks hooks = Hooks.none().observe(HookSite.RESID_PRE.at(1), (point, x) -> Thread.currentThread().interrupt());
        Iterator<CorpusDocument> documents = documents(List.of(new int[] {1, 2, 3})).iterator();
        try (LogitLens lens = open(); CorpusReader reader = lens.corpus(documents, CorpusOptions.defaults(), hooks)) {
            assertThrows(RunCancelledException.class, reader::next);
            assertTrue(Thread.interrupted());
        }
    }
}
