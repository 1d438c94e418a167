package io.github.logitlens.tools.corpus;

import io.github.logitlens.Bos;
import io.github.logitlens.LensPoint;
import io.github.logitlens.PointKind;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.SpecialTokens;
import io.github.logitlens.tools.corpus.CorpusTotals.Band;
import io.github.logitlens.tools.corpus.CorpusTotals.DocumentLoss;
import io.github.logitlens.tools.corpus.CorpusTotals.Example;
import io.github.logitlens.tools.view.StaticPage;
import io.github.logitlens.tools.view.draw.XmlWriter;
import java.io.IOException;
import java.io.Writer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// What a corpus comes to as a page: where the model stops guessing and begins to know. One file, without script, in the reader's
/// light or dark theme; only its links lead elsewhere, to an explorer on the reader's own machine.
final class CorpusReport {

    private static final String EXPLORER = "http://localhost:7420/#";
    private static final String DEMO = "demo";
    private static final int SHOWN_CONTEXT = 24;
    private static final String STYLE = """
            main { max-width: 960px; padding-top: 1rem; }
            header p, .protocol { color: var(--faint); }
            .answer { font-size: 1.05rem; margin-top: 0.4rem; }
            .panel p { margin: 0.2rem 0 0.6rem; }
            svg { width: 100%; height: auto; font-size: 12px; }
            svg text { fill: var(--faint); } .end { text-anchor: end; } .middle { text-anchor: middle; }
            .grid { stroke: var(--line); } .column { fill: var(--action); }
            .line { fill: none; stroke: currentColor; stroke-width: 2.2; } .dot { fill: currentColor; }
            .first { color: var(--action); } .second { color: var(--accent); } .third { color: var(--bar); }
            .legend { display: flex; gap: 1.4rem; font-weight: 600; }
            table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
            th { text-align: left; color: var(--faint); font-weight: 600; }
            th, td { padding: 0.3rem 0.5rem; border-top: 1px solid var(--line); vertical-align: top; }
            .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
            .context, .token { font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.85rem; }
            .context { color: var(--faint); overflow-wrap: anywhere; } .token { white-space: pre; font-weight: 600; }
            .wide { overflow-x: auto; }
            a { color: var(--action); }
            code { background: var(--ground); border-radius: 4px; padding: 0.1rem 0.35rem; }
            """;

    private final CorpusSummary summary;
    private final CorpusTotals totals;
    private final String title;
    private final String modelName;
    private final Optional<OtherSummary> beside;
    private final List<String> labels;
    private final double[] loss;

    CorpusReport(CorpusSummary summary, String title, String modelName, Optional<OtherSummary> beside) {
        this.summary = summary;
        totals = summary.totals();
        this.title = title;
        this.modelName = modelName;
        this.beside = beside;
        labels = summary.points().stream().map(CorpusReport::label).toList();
        loss = totals.mean(totals.surprisal);
    }

    private static String label(LensPoint point) {
        return point.kind() == PointKind.EMBED ? "emb"
                : point.kind() == PointKind.RESID_POST ? Integer.toString(point.layer().getAsInt())
                : point.label().replace("Layer ", "");
    }

    void write(Writer out) throws IOException {
        StaticPage.write("Logit lens: " + title, STYLE, xml -> {
            head(xml);
            if (totals.rows > 0) {
                charts(xml);
                examples(xml);
            }
        }, out);
    }

    private void head(XmlWriter xml) throws IOException {
        xml.start("header");
        xml.element("h1", title);
        xml.element("p", String.format(Locale.ROOT, "%s, %d layers: %,d tokens in %,d document%s%s%s", summary.model().id(),
                summary.model().config().nLayers(), totals.tokens, totals.documents, totals.documents == 1 ? "" : "s",
                totals.emptyDocuments == 0 ? "" : String.format(Locale.ROOT, ", %,d without a token to read", totals.emptyDocuments),
                totals.badLines == 0 ? "" : String.format(Locale.ROOT, ", %,d left out as unreadable", totals.badLines)));
        xml.element("p", "Protocol: " + summary.protocol() + ". Figures of another protocol cannot be compared with these.",
                "class", "protocol");
        if (totals.rows > 0) {
            xml.element("p", answer(), "class", "answer");
        }
        xml.end();
    }

    /// Where the model stops guessing and begins to know, in a sentence.
    private String answer() {
        int last = loss.length - 1;
        StringBuilder answer = new StringBuilder(String.format(Locale.ROOT,
                "The model's own loss is %.3f nats per token (perplexity %.1f, %.3f bits per byte).", loss[last],
                StrictMath.exp(loss[last]), totals.surprisal[last] / StrictMath.log(2) / totals.bytes));
        int steepest = IntStream.rangeClosed(1, last).boxed().max((a, b) -> Double.compare(loss[a - 1] - loss[a], loss[b - 1] - loss[b]))
                .orElse(0);
        if (steepest > 0 && loss[steepest] < loss[steepest - 1]) {
            answer.append(String.format(Locale.ROOT, " It learns most at %s, where the loss falls from %.2f to %.2f.",
                    place(steepest), loss[steepest - 1], loss[steepest]));
        }
        if (!summary.stopped()) {
            long sum = 0;
            int half = 0;
            while (2 * (sum + totals.decisions[half]) < totals.rows) {
                sum += totals.decisions[half++];
            }
            answer.append(" Half of its first choices are settled by ").append(place(half)).append('.');
        }
        return answer.toString();
    }

    private String place(int point) {
        String label = summary.points().get(point).label();
        return label.substring(0, 1).toLowerCase(Locale.ROOT) + label.substring(1);
    }

    private static void begin(String heading, String text, XmlWriter xml) throws IOException {
        xml.start("section", "class", "panel");
        xml.element("h2", heading);
        xml.element("p", text);
    }

    private void charts(XmlWriter xml) throws IOException {
        begin("Loss by layer", "Mean surprisal of the text's own tokens, if the model had to stop at each layer.", xml);
        new Chart(xml, "Loss by layer", "layer", "nats per token", labels, loss)
                .lines(List.of(new Chart.Line("loss", "first", loss)));
        xml.end();
        if (!summary.stopped()) {
            begin("Where first choices are settled", "How many tokens' predictions, right or wrong, stay the same from each layer on.", xml);
            new Chart(xml, "Histogram of decision layers", "layer", "tokens", labels, Arrays.stream(totals.decisions).asDoubleStream().toArray())
                    .columns(totals.decisions, IntStream.range(0, labels.size()).mapToObj(i -> String.format(Locale.ROOT,
                            "%s: %,d tokens, %.1f %%", summary.points().get(i).label(), totals.decisions[i],
                            100.0 * totals.decisions[i] / totals.rows)).toList());
            xml.end();
        }
        bands(xml);
        double[] accuracy = totals.accuracy();
        begin("Right first choices by layer", "The share of tokens that are the first choice at each layer.", xml);
        new Chart(xml, "Accuracy by layer", "layer", "share of tokens", labels, accuracy)
                .lines(List.of(new Chart.Line("right", "third", accuracy)));
        xml.end();
        if (!summary.stopped()) {
            divergence(xml);
        }
        documents(xml);
    }

    private void bands(XmlWriter xml) throws IOException {
        List<Band> bands = totals.bands().stream().filter(band -> band.rows() > 0).toList();
        begin("Frequent and rare tokens", "Surprisal by layer of the commonest tokens that make up half of the corpus, of the rarest that"
                + " make up at most a tenth, and of those between.", xml);
        List<String> styles = List.of("first", "third", "second");
        List<String> order = List.of("frequent", "middle", "rare");
        new Chart(xml, "Surprisal by layer for frequent and rare tokens", "layer", "nats per token", labels,
                bands.stream().flatMapToDouble(band -> DoubleStream.of(band.losses())).toArray())
                .lines(bands.stream().map(band -> new Chart.Line(String.format(Locale.ROOT, "%s: %,d different, %,d in all",
                        band.name(), band.ids(), band.rows()), styles.get(order.indexOf(band.name())), band.losses())).toList());
        xml.end();
    }

    private void divergence(XmlWriter xml) throws IOException {
        double[] kl = totals.mean(totals.klToFinal);
        List<Chart.Line> lines = new ArrayList<>();
        lines.add(new Chart.Line(summary.reader().options().lens().readout().kind() + " lens", "first", kl));
        beside.filter(other -> other.fits(summary.points()))
                .ifPresent(other -> lines.add(new Chart.Line(other.lens() + " lens", "second", other.klToFinal())));
        begin("Distance from the model's own output", "Mean KL(final ‖ layer): what who believes the layer would lose.", xml);
        new Chart(xml, "KL to final by layer", "layer", "nats", labels, lines.stream().flatMapToDouble(line -> DoubleStream.of(line.values()))
                .toArray()).lines(lines);
        xml.end();
    }

    private void documents(XmlWriter xml) throws IOException {
        begin("Loss per document", "How many documents have which loss at the last layer.", xml);
        int most = totals.documentLosses.length;
        while (most > 1 && totals.documentLosses[most - 1] == 0) {
            most--;
        }
        double step = CorpusTotals.LOSS_STEP;
        List<String> from = IntStream.range(0, most).mapToObj(i -> String.format(Locale.ROOT, "%.2f", i * step)).toList();
        long[] counts = Arrays.copyOf(totals.documentLosses, most);
        new Chart(xml, "Loss per document", "nats per token, from", "documents", from, Arrays.stream(counts).asDoubleStream().toArray())
                .columns(counts, IntStream.range(0, most).mapToObj(i -> String.format(Locale.ROOT, "%.2f %s nats: %,d document%s", i * step,
                        i == totals.documentLosses.length - 1 ? "or more" : String.format(Locale.ROOT, "to %.2f", (i + 1) * step),
                        counts[i], counts[i] == 1 ? "" : "s")).toList());
        documents("Highest", totals.highest, xml);
        if (totals.documents > CorpusTotals.NAMED_DOCUMENTS) {
            documents("Lowest", totals.lowest, xml);
        }
        xml.end();
    }

    private static void documents(String name, List<DocumentLoss> documents, XmlWriter xml) throws IOException {
        table(xml, name, "#tokens", "#loss", "#perplexity");
        for (DocumentLoss document : documents) {
            xml.start("tr");
            xml.element("td", document.document());
            number(String.format(Locale.ROOT, "%,d", document.rows()), xml);
            number(Chart.figure(document.loss()), xml);
            number(String.format(Locale.ROOT, "%,.1f", StrictMath.exp(document.loss())), xml);
            xml.end();
        }
        endTable(xml);
    }

    private void examples(XmlWriter xml) throws IOException {
        if (!summary.stopped()) {
            examples("Known at once", "Tokens that the model gets right, and that were its first choice from the earliest layer on.", "settled at",
                    totals.earliest, xml);
            examples("Decided late", "Tokens that the model gets right, but only in its last layers.", "settled at", totals.latest, xml);
            examples("Turned from right to wrong", "Tokens that were the first choice at a layer, and are not in the end.", "right until",
                    totals.turned, xml);
            xml.start("section", "class", "panel");
            xml.element("p", "The links open each place in an explorer on this machine. This starts one:");
            xml.element("code", "lens explore --port 7420" + (modelName.equals(DEMO) ? "" : " --model " + modelName));
            xml.end();
        }
    }

    private void examples(String heading, String text, String when, List<Example> examples, XmlWriter xml) throws IOException {
        if (examples.isEmpty()) {
            return;
        }
        begin(heading, text, xml);
        table(xml, "before it", "token", "first choice", when, "#nats there", "#in the end", "where", "");
        for (Example example : examples) {
            xml.start("tr");
            xml.element("td", shown(example.context()), "class", "context");
            xml.element("td", display(example.id()), "class", "token");
            xml.element("td", display(example.answer()), "class", "token");
            xml.element("td", place(example.at()));
            number(Chart.figure(example.first()), xml);
            number(Chart.figure(example.last()), xml);
            xml.element("td", example.document() + ", position " + example.position());
            xml.start("td");
            xml.element("a", "open", "href", link(example));
            xml.end();
            xml.end();
        }
        endTable(xml);
        xml.end();
    }

    private String shown(int[] context) {
        int from = Math.max(0, context.length - SHOWN_CONTEXT);
        return (from > 0 ? "…" : "") + Arrays.stream(context).skip(from).mapToObj(id -> summary.tokenizer().label(id).display())
                .collect(Collectors.joining());
    }

    private String display(int id) {
        return '"' + summary.tokenizer().label(id).display() + '"';
    }

    /// The explorer's address for what stood before a token, in which the last position predicts it.
    private String link(Example example) {
        Gpt2Tokenizer tokenizer = summary.tokenizer();
        boolean bos = summary.reader().options().lens().bos() == Bos.PREPEND;
        int[] own = Arrays.copyOfRange(example.context(), bos ? 1 : 0, example.context().length);
        String text = tokenizer.decode(own);
        boolean special = summary.reader().options().lens().specialTokens() == SpecialTokens.PARSE;
        StringBuilder link = new StringBuilder(EXPLORER).append("p=").append(encoded(text));
        link.append(modelName.equals(DEMO) ? "" : "&model=" + encoded(modelName)).append(bos ? "&bos=1" : "")
                .append(special ? "&special=1" : "");
        // A context that begins within a word may be read as other tokens than it was.
        if (Arrays.equals(own, tokenizer.encode(text, special ? SpecialTokens.PARSE : SpecialTokens.TEXT))) {
            link.append("&at=").append(example.context().length - 1);
        }
        return link.append("&track=").append(example.id()).toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// @param heads of columns; one of numbers begins with #
    private static void table(XmlWriter xml, String... heads) throws IOException {
        xml.start("div", "class", "wide");
        xml.start("table");
        xml.start("tr");
        for (String head : heads) {
            if (head.startsWith("#")) {
                xml.element("th", head.substring(1), "class", "number");
            } else {
                xml.element("th", head);
            }
        }
        xml.end();
    }

    private static void endTable(XmlWriter xml) throws IOException {
        xml.end();
        xml.end();
    }

    private static void number(String figure, XmlWriter xml) throws IOException {
        xml.element("td", figure, "class", "number");
    }
}
