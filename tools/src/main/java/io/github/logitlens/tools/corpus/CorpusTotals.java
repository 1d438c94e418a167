package io.github.logitlens.tools.corpus;

import io.github.logitlens.CorpusItem;
import io.github.logitlens.LensMetric;
import io.github.logitlens.LensPoint;
import io.github.logitlens.LensResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What all rows of a corpus come to: sums by point, by token and by document. Its size depends on the vocabulary and the points, not on
/// the corpus. Sums are made in the order of the rows, in float64, so that they are the same whoever makes them; a run that was killed
/// goes on with those it had written down, which is why this is a plain value that Jackson writes and reads.
final class CorpusTotals {

    /// The documents named are those with the highest and the lowest loss.
    static final int NAMED_DOCUMENTS = 10;
    /// Width of a column in the histogram of documents, in nats per token.
    static final double LOSS_STEP = 0.25;
    private static final int LOSS_STEPS = 60;
    private static final int EXAMPLES = 12;

    long tokens;
    long rows;
    /// Of the tokens that have rows.
    long bytes;
    long documents;
    long emptyDocuments;
    long badLines;
    /// Each by point.
    double[] surprisal;
    double[] entropy;
    double[] klToFinal;
    long[] right;
    long[] decisions;
    TreeMap<Integer, OfToken> byToken = new TreeMap<>();
    /// Of the document that is being read, at the last point.
    double documentSurprisal;
    long documentRows;
    long[] documentLosses = new long[LOSS_STEPS];
    List<DocumentLoss> highest = new ArrayList<>();
    List<DocumentLoss> lowest = new ArrayList<>();
    List<Example> earliest = new ArrayList<>();
    List<Example> latest = new ArrayList<>();
    List<Example> turned = new ArrayList<>();

    /// One token's share, wherever it stood.
    static final class OfToken {
        long rows;
        /// By point.
        double[] surprisal;
    }

    /// A document's mean surprisal at the last point.
    record DocumentLoss(String document, long rows, double loss) {
    }

    /// A token in what stood before it.
    ///
    /// @param document which one it is in
    /// @param position where in it
    /// @param id       the token
    /// @param answer   the model's own first choice there
    /// @param context  the tokens before it that the model saw, BOS included
    /// @param at       the point that it is an example of
    /// @param first    its surprisal at that point
    /// @param last     its surprisal at the last point
    record Example(String document, long position, int id, int answer, int[] context, int at, double first, double last) {
    }

    /// For Jackson.
    CorpusTotals() {
    }

    CorpusTotals(int points) {
        surprisal = new double[points];
        entropy = new double[points];
        klToFinal = new double[points];
        right = new long[points];
        decisions = new long[points];
    }

    void add(CorpusItem item) {
        switch (item) {
            case CorpusItem.Row row -> add(row);
            case CorpusItem.End end -> {
                tokens += end.tokens();
                documents++;
                if (documentRows > 0) {
                    add(new DocumentLoss(end.id(), documentRows, documentSurprisal / documentRows));
                }
                leaveDocument();
            }
            case CorpusItem.Refused _ -> leaveDocument();
        }
    }

    /// The next row is another document's.
    void leaveDocument() {
        documentSurprisal = 0;
        documentRows = 0;
    }

    private void add(DocumentLoss document) {
        if (Double.isFinite(document.loss)) {
            documentLosses[(int) Math.min(LOSS_STEPS - 1, document.loss / LOSS_STEP)]++;
        }
        keep(highest, document, Comparator.comparingDouble(DocumentLoss::loss).reversed(), NAMED_DOCUMENTS);
        keep(lowest, document, Comparator.comparingDouble(DocumentLoss::loss), NAMED_DOCUMENTS);
    }

    /// Puts something into a list of the first few by an order; of equal ones the earlier stays before.
    private static <T> void keep(List<T> list, T more, Comparator<T> order, int most) {
        int at = list.size();
        while (at > 0 && order.compare(more, list.get(at - 1)) < 0) {
            at--;
        }
        list.add(at, more);
        if (list.size() > most) {
            list.removeLast();
        }
    }

    private void add(CorpusItem.Row row) {
        List<LensPoint> points = row.points();
        int last = points.size() - 1;
        double[] each = new double[points.size()];
        boolean[] first = new boolean[points.size()];
        for (int i = 0; i <= last; i++) {
            LensPoint point = points.get(i);
            each[i] = row.surprisal(point);
            first[i] = row.rank(point) == 1;
            surprisal[i] += each[i];
            entropy[i] += row.value(LensMetric.ENTROPY, point);
            klToFinal[i] += row.value(LensMetric.KL_TO_FINAL, point);
            right[i] += first[i] ? 1 : 0;
        }
        rows++;
        bytes += row.token().bytes().length;
        documentSurprisal += each[last];
        documentRows++;
        OfToken token = byToken.computeIfAbsent(row.token().id(), _ -> new OfToken());
        if (token.surprisal == null) {
            token.surprisal = new double[each.length];
        }
        token.rows++;
        for (int i = 0; i <= last; i++) {
            token.surprisal[i] += each[i];
        }
        if (!row.window().stopped()) {
            int decision = points.indexOf(row.decisionLayer());
            decisions[decision]++;
            examples(row, decision, each, first);
        }
    }

    /// Tokens that the model gets right, by when it decides for them; and those that it had right at a point and then gets wrong.
    private void examples(CorpusItem.Row row, int decision, double[] each, boolean[] first) {
        int last = each.length - 1;
        if (first[last]) {
            offer(earliest, row, decision, each, Comparator.comparingInt(Example::at).thenComparingDouble(Example::last));
            offer(latest, row, decision, each, Comparator.comparingInt(Example::at).reversed().thenComparingDouble(Example::last));
            return;
        }
        for (int i = last - 1; i >= 0; i--) {
            if (first[i]) {
                offer(turned, row, i, each, Comparator.comparingInt(Example::at).reversed()
                        .thenComparing(Comparator.comparingDouble(Example::last).reversed()));
                return;
            }
        }
    }

    /// One example of each token, so that the commonest do not fill the list.
    private static void offer(List<Example> list, CorpusItem.Row row, int at, double[] each, Comparator<Example> order) {
        Example light = new Example(row.id(), row.position(), row.token().id(), 0, new int[0], at, each[at], each[each.length - 1]);
        int same = 0;
        while (same < list.size() && list.get(same).id != light.id) {
            same++;
        }
        Example least = same < list.size() ? list.get(same) : list.size() == EXAMPLES ? list.getLast() : null;
        if (least != null && order.compare(light, least) >= 0) {
            return;
        }
        if (least != null) {
            list.remove(least);
        }
        LensResult window = row.window();
        int[] context = window.tokens().subList(0, row.predictor() + 1).stream().mapToInt(token -> token.id()).toArray();
        int answer = window.top(window.finalPoint(), row.predictor()).getFirst().id();
        keep(list, new Example(light.document, light.position, light.id, answer, context, at, light.first, light.last), order, EXAMPLES);
    }

    /// The tokens of the corpus in three parts by how often they stand in it.
    ///
    /// @param name   `frequent`: the fewest tokens that make half of the rows; `rare`: as many of the rarest as make at most a tenth
    ///               of them; `middle`: the others
    /// @param ids    how many different tokens it has
    /// @param rows   how many rows they have
    /// @param losses their mean surprisal by point
    record Band(String name, long ids, long rows, double[] losses) {
    }

    /// The three bands, the frequent first.
    List<Band> bands() {
        List<Map.Entry<Integer, OfToken>> ordered = new ArrayList<>(byToken.entrySet());
        ordered.sort(Comparator.comparingLong((Map.Entry<Integer, OfToken> entry) -> entry.getValue().rows).reversed()
                .thenComparing(Map.Entry::getKey));
        int frequent = 0;
        for (long sum = 0; frequent < ordered.size() && 2 * sum < rows; frequent++) {
            sum += ordered.get(frequent).getValue().rows;
        }
        int rare = ordered.size();
        for (long sum = 0; rare > frequent && 10 * (sum + ordered.get(rare - 1).getValue().rows) <= rows; rare--) {
            sum += ordered.get(rare - 1).getValue().rows;
        }
        return List.of(band("frequent", ordered.subList(0, frequent)), band("middle", ordered.subList(frequent, rare)),
                band("rare", ordered.subList(rare, ordered.size())));
    }

    private Band band(String name, List<Map.Entry<Integer, OfToken>> tokens) {
        double[] losses = new double[surprisal.length];
        long count = tokens.stream().mapToLong(entry -> entry.getValue().rows).sum();
        for (Map.Entry<Integer, OfToken> token : tokens) {
            for (int i = 0; i < losses.length; i++) {
                losses[i] += token.getValue().surprisal[i];
            }
        }
        return new Band(name, tokens.size(), count, mean(losses, count));
    }

    /// Each by the number of rows; NaN where there are none.
    double[] mean(double[] sums) {
        return mean(sums, rows);
    }

    private static double[] mean(double[] sums, long count) {
        return Arrays.stream(sums).map(sum -> sum / count).toArray();
    }

    /// How often the token that follows is the first choice, by point.
    double[] accuracy() {
        return mean(Arrays.stream(right).asDoubleStream().toArray());
    }
}
