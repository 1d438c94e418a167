package io.github.logitlens.tools.view.grid;

import io.github.logitlens.LensComparison;
import io.github.logitlens.LensDifference;
import io.github.logitlens.LensPoint;
import io.github.logitlens.TokenPrediction;
import io.github.logitlens.TokenRef;
import io.github.logitlens.internal.view.ComparisonTable;
import io.github.logitlens.internal.view.ComparisonView;
import io.github.logitlens.internal.view.Figures;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.StaticPage;
import io.github.logitlens.tools.view.draw.Theme;
import io.github.logitlens.tools.view.draw.XmlWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// A comparison as a page in one file: the [picture][ComparisonPicture], and below it the numbers of each pair of positions, those of
/// the last one opened; a [StaticPage].
public final class ComparisonHtml implements ComparisonView {

    private static final String STYLE = """
            main { max-width: 960px; padding-top: 1rem; }
            header p { color: var(--faint); }
            img { max-width: 100%; height: auto; }
            summary { font-weight: 600; padding: 0.4rem 0; cursor: pointer; }
            table { border-collapse: collapse; font-size: 0.9rem; }
            th { text-align: left; color: var(--faint); font-weight: 600; }
            th, td { padding: 0.25rem 0.6rem; border-top: 1px solid var(--line); white-space: pre; }
            .number { text-align: right; font-variant-numeric: tabular-nums; }
            .other { font-weight: 700; } .same { color: var(--faint); }
            .wide { overflow-x: auto; }
            """;

    private final Difference shown;
    private final Scale scale;

    /// A view.
    ///
    /// @param shown what the picture's colours show
    /// @param scale how numbers become colours
    public ComparisonHtml(Difference shown, Scale scale) {
        this.shown = shown;
        this.scale = scale;
    }

    @Override
    public void write(LensComparison comparison, Writer out) throws IOException {
        StaticPage.write("Logit lens: " + String.join("; ", ComparisonPicture.lines(comparison)), STYLE, xml -> {
            head(comparison, xml);
            xml.empty("img", "alt", "Layers by positions, coloured by " + shown.titleOf(comparison) + ": the numbers stand below",
                    "src", "data:image/svg+xml;base64," + picture(comparison));
            for (LensComparison.Pair pair : comparison.positions()) {
                section(comparison, pair, xml);
            }
        }, out);
    }

    private static void head(LensComparison comparison, XmlWriter xml) throws IOException {
        xml.start("header");
        xml.element("h1", "Comparison");
        for (String line : ComparisonPicture.lines(comparison)) {
            xml.element("p", line);
        }
        xml.element("p", comparison.after().provenance().line());
        xml.end();
    }

    private String picture(LensComparison comparison) throws IOException {
        StringWriter svg = new StringWriter();
        ComparisonPicture.of(comparison, shown, scale).writeSvg(Theme.AUTO, svg);
        return Base64.getEncoder().encodeToString(svg.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void section(LensComparison comparison, LensComparison.Pair pair, XmlWriter xml) throws IOException {
        if (pair.equals(comparison.positions().getLast())) {
            xml.start("details", "open", "open");
        } else {
            xml.start("details");
        }
        Token before = comparison.before().tokens().get(pair.before());
        Token after = comparison.after().tokens().get(pair.after());
        boolean same = pair.before() == pair.after() && before.equals(after);
        xml.element("summary", "Position " + pair.before() + ", after \"" + before.display() + "\""
                + (same ? "" : "; with " + pair.after() + ", after \"" + after.display() + "\""));
        xml.start("div", "class", "wide");
        xml.start("table");
        List<TokenRef> tracked = ComparisonTable.tracked(comparison);
        names(comparison, pair, tracked, xml);
        for (LensPoint point : comparison.points()) {
            row(comparison, pair, point, tracked, xml);
        }
        xml.end();
        xml.end();
        xml.end();
    }

    private static void names(LensComparison comparison, LensComparison.Pair pair, List<TokenRef> tracked, XmlWriter xml) throws IOException {
        List<String> names = new ArrayList<>(List.of("Point", "A", "B", "KL", "JSD", "TV"));
        for (TokenRef token : tracked) {
            String text = comparison.before().track(token, pair.before()).getFirst().token().display();
            names.addAll(List.of(text + " probability", text + " logit"));
        }
        xml.start("tr");
        for (String name : names) {
            xml.element("th", name, "scope", "col");
        }
        xml.end();
    }

    private static void row(LensComparison comparison, LensComparison.Pair pair, LensPoint point, List<TokenRef> tracked, XmlWriter xml)
            throws IOException {
        LensDifference difference = comparison.difference(point, pair.before());
        xml.start("tr");
        xml.element("th", point.label(), "scope", "row");
        for (TokenPrediction first : List.of(difference.before().top().getFirst(), difference.after().top().getFirst())) {
            xml.element("td", first.token().display() + ": " + Figures.probability(first.probability()),
                    "class", difference.flips() ? "other" : "usual");
        }
        if (!difference.reachable()) {
            xml.element("td", "the same bits: out of the change's reach", "colspan", 3 + 2 * tracked.size(), "class", "same");
            xml.end();
            return;
        }
        List<String> numbers = new ArrayList<>();
        for (double distance : new double[] {difference.kl(), difference.jsd(), difference.totalVariation()}) {
            numbers.add(Figures.small(distance));
        }
        for (TokenRef token : tracked) {
            numbers.add(Figures.signedProbability(comparison.probabilityChange(token, point, pair.before())));
            numbers.add(Figures.signed(comparison.logitChange(token, point, pair.before())));
        }
        for (String number : numbers) {
            xml.element("td", number, "class", "number");
        }
        xml.end();
    }
}
