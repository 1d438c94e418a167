package io.github.logitlens.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What is measured, and what it is meant to come to.
final class Schedule {

    static final String ONNX = "ONNX Runtime";
    /// Its graph of a prompt's next token as ours computes it: the last block for the last position only.
    static final String ONNX_CUT = ONNX + ", last block cut";
    static final List<String> ONNX_FORMS = List.of(ONNX, ONNX_CUT);
    static final String TORCH = "PyTorch";
    static final String JTOKKIT = "jtokkit";
    static final String SCALAR = "our scalar kernels";
    static final String FILE = "reading the file once";
    static final String ONE_THREAD = "ours on 1 thread";
    static final String ALONE = "ours one by one";
    static final String RUNS = "ours, the whole lens of as many tokens, run by run";
    static final String TORCH_BY_LAYER = TORCH + ", a layer's patches in one batch";
    static final String LONG = "ours, as many tokens in prompts of 256";
    static final String TORCH_BY_8 = TORCH + ", padded batches of 8";
    static final String TORCH_BY_32 = TORCH + ", padded batches of 32";
    static final String STEPS = "ours, the model's steps alone";
    static final String WITH_LENS = "ours with the lens beside each token";

    static final String METRICS = "metrics";
    /// What [#METRICS] reads besides the default, by the parameter of its benchmark.
    static final Map<String, String> MORE = new LinkedHashMap<>();

    /// The matrices of a block.
    static final List<String> SHAPES = List.of("qkv", "attnOut", "mlpIn", "mlpOut");
    private static final double FEW_ROWS_OF_LIMIT = 0.85;
    private static final double PRODUCT_OF_LIMIT = 0.9;
    private static final double LENS_OF_LIMIT = 0.88;
    private static final double CORPUS_OF_RUNS = 0.85;
    private static final double BATCH_OF_LONG = 0.92;
    private static final double WRITTEN_OF_STEPS = 0.95;
    private static final double SCALING = 1.9;
    private static final int MANY_ROWS = 64;

    static {
        MORE.put("residualNorm", "residual norm, cosine");
        MORE.put("surprisal", "surprisal, its bits, the next token's probability");
        MORE.put("nextRank", "the next token's rank");
        MORE.put("track", "one tracked token, whose rank is counted too");
        MORE.put("klFromFinal", "KL from final");
        MORE.put("change", "change");
        MORE.put("bottom", "bottom 10");
        MORE.put("affine", "through an affine lens, a map before each block");
        MORE.put("jsd", "JSD and total variation, the second pass");
    }

    private final boolean quick;
    private final int processors;
    private final Pace pace;

    private Schedule(boolean quick, int processors) {
        this.quick = quick;
        this.processors = processors;
        pace = quick ? Pace.QUICK : Pace.FULL;
    }

    /// The whole schedule, one JVM each: on all processors, the kernels and a few tasks on one thread too; the quick one has less
    /// of it.
    static List<Group> groups(boolean quick, int processors) {
        return new Schedule(quick, processors).groups();
    }

    private List<Group> groups() {
        List<Group> groups = new ArrayList<>();
        groups.add(new Group("kernels", quick ? Pace.QUICK_KERNELS : Pace.FULL_KERNELS, kernels()));
        groups.add(new Group("prefill", pace, prefill()));
        groups.add(new Group("lens", pace, lens()));
        groups.add(new Group("decode", pace, decode()));
        if (!quick) {
            groups.add(new Group("many", pace, many()));
        }
        if (processors > 1) {
            groups.add(new Group("scaling", pace, scaling()));
        }
        groups.add(new Group("open", pace, List.of(open())));
        groups.add(new Group("tokenizer", pace, tokenizer()));
        return groups;
    }

    /// What each metric adds to the whole lens: a group that is measured only where it is asked for.
    static Group metrics(int processors) {
        Map<String, Map<String, String>> others = new LinkedHashMap<>();
        MORE.forEach((more, words) -> others.put(words, Map.of(Match.BENCHMARK, "FullLensMetrics", "more", more)));
        return new Group(METRICS, Pace.METRICS, List.of(new Match("full lens, 64 tokens, and one number more", "FullLensMetrics",
                processors, Map.of("more", "nothing", "tokens", "64"), others, List.of())));
    }

    private List<Match> kernels() {
        List<Match> matches = new ArrayList<>(kernels(processors));
        if (!quick && processors > 1) {
            matches.addAll(kernels(1));
        }
        return matches;
    }

    private List<Match> kernels(int threads) {
        List<Match> matches = new ArrayList<>();
        for (int rows : quick ? new int[] {5, 256} : new int[] {1, 5, 16, 64, 256, 1024}) {
            for (String shape : quick ? List.of("qkv", "mlpOut") : SHAPES) {
                matches.add(product(shape, rows, threads));
            }
        }
        for (int rows : quick ? new int[0] : new int[] {13, 832}) {
            matches.add(product("unembed", rows, threads));
        }
        matches.add(kernel("every matrix once, one row", "MatrixVector", threads, Map.of(),
                Target.partOfLimit(FEW_ROWS_OF_LIMIT)));
        matches.add(new Match("product, 64 rows, mlpIn, vector and scalar kernels", "Product", threads,
                Map.of("kernels", "vector", "shape", "mlpIn", "rows", "64"),
                Map.of(SCALAR, Map.of(Match.BENCHMARK, "Product", "kernels", "scalar")), List.of(Target.lag(SCALAR, 4))));
        if (threads == processors) {
            for (int tokens : quick ? new int[0] : new int[] {64, 256, 1024}) {
                matches.add(kernel("one attention layer, " + tokens + " tokens", "Attention", threads,
                        Map.of("tokens", Integer.toString(tokens))));
            }
            for (int positions : quick ? new int[] {64} : new int[] {5, 64, 256}) {
                matches.add(kernel("lens of given residuals, " + positions + " positions", "FusedLens", threads,
                        Map.of("positions", Integer.toString(positions)),
                        positions < MANY_ROWS ? new Target[0] : new Target[] {Target.partOfLimit(LENS_OF_LIMIT)}));
            }
        }
        return matches;
    }

    private static Match product(String shape, int rows, int threads) {
        return kernel("product, " + rows + (rows == 1 ? " row, " : " rows, ") + shape, "Product", threads,
                Map.of("shape", shape, "rows", Integer.toString(rows)),
                Target.partOfLimit(rows < MANY_ROWS ? FEW_ROWS_OF_LIMIT : PRODUCT_OF_LIMIT));
    }

    private static Match kernel(String title, String benchmark, int threads, Map<String, String> parameters, Target... targets) {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        all.put("kernels", "vector");
        return new Match(title, benchmark, threads, all, Map.of(), List.of(targets));
    }

    private List<Match> prefill() {
        List<Match> matches = new ArrayList<>();
        matches.add(prefill(64, 1.25));
        matches.add(prefill(256, 1.25));
        if (!quick) {
            matches.addFirst(prefill(5, 1.4));
            matches.addLast(prefill(1024, 1.3));
        }
        return withOneThread(matches, 1);
    }

    private Match prefill(int tokens, double speed) {
        Map<String, Map<String, String>> peers = peers("Prefill", !quick);
        peers.put(ONNX_CUT, Map.of(Match.BENCHMARK, "OnnxPrefill", "graph", "cut"));
        return new Match("prefill, " + tokens + " tokens", "Prefill", processors, Map.of("tokens", Integer.toString(tokens)),
                peers, List.of(Target.speed(ONNX, speed)));
    }

    private List<Match> lens() {
        List<Match> matches = new ArrayList<>();
        for (int tokens : quick ? new int[] {5, 64} : new int[] {5, 64, 256}) {
            boolean torch = !quick || tokens == 64;
            matches.add(task("full lens, " + tokens + " tokens", "FullLens", Map.of("tokens", Integer.toString(tokens)), torch,
                    Stream.of(
                            tokens < 64 ? Stream.<Target>empty() : Stream.of(Target.partOfLimit(LENS_OF_LIMIT)),
                            Stream.of(Target.speed(ONNX, tokens == 5 ? 3 : 1.3)),
                            torch ? Stream.of(Target.speed(TORCH, 2.3)) : Stream.<Target>empty())
                            .flatMap(targets -> targets).toArray(Target[]::new)));
        }
        if (!quick) {
            matches.add(task("lens at the last of 5 positions", "LastPositionLens", Map.of("tokens", "5"), true,
                    Target.speed(ONNX, 1.5)));
        }
        return withOneThread(matches, 1);
    }

    private List<Match> decode() {
        return withOneThread(List.of(task("decode, one token after 64", "Decode", Map.of("past", "64"), !quick,
                Target.partOfLimit(0.9), Target.speed(ONNX, 1.25))), 0);
    }

    /// Many prompts together and one by one; a text that the model writes with and without the lens; a corpus.
    private List<Match> many() {
        List<Match> matches = new ArrayList<>();
        for (String positions : List.of("last", "all")) {
            for (String lengths : List.of("4-40", "4-8")) {
                matches.add(batch(lengths, positions, positions.equals("last") ? 1.2 : 2));
            }
        }
        matches.add(patching("12 layers × 15 positions", "resid_pre", 4));
        matches.add(patching("144 heads, 15 tokens", "head", 3));
        Map<String, Map<String, String>> written = new LinkedHashMap<>();
        written.put(STEPS, Map.of(Match.BENCHMARK, "Generate", "way", "steps"));
        written.put(WITH_LENS, Map.of(Match.BENCHMARK, "Generate", "points", "all"));
        matches.add(new Match("32 tokens written", "Generate", processors,
                Map.of("tokens", "32", "samples", "1", "points", "none", "temperature", "0", "way", "generate"), written,
                List.of(Target.speed(STEPS, WRITTEN_OF_STEPS))));
        matches.add(new Match("a document of 4 windows of 256 tokens", "Corpus", processors,
                Map.of("tokens", "256", "windows", "4", "way", "corpus"),
                Map.of(RUNS, Map.of(Match.BENCHMARK, "Corpus", "way", "runs")), List.of(Target.speed(RUNS, CORPUS_OF_RUNS))));
        return matches;
    }

    /// Prompts together and one by one, beside what as many tokens in long prompts would take, and PyTorch's padded batches. Every
    /// position is read of fewer prompts: it is many times the work, and the tokens a second are the same.
    private Match batch(String lengths, String positions, double speed) {
        String prompts = positions.equals("last") ? "200" : "40";
        Map<String, Map<String, String>> others = new LinkedHashMap<>();
        others.put(ALONE, Map.of(Match.BENCHMARK, "Batch", "way", "alone"));
        others.put(LONG, Map.of(Match.BENCHMARK, "Batch", "way", "long"));
        others.put(TORCH_BY_8, Map.of(Match.BENCHMARK, "TorchBatch", "padded", "8"));
        others.put(TORCH_BY_32, Map.of(Match.BENCHMARK, "TorchBatch", "padded", "32"));
        return new Match(prompts + " prompts of " + lengths.replace("-", " to ") + " tokens, lens at "
                + (positions.equals("last") ? "the last position" : "every position"), "Batch", processors,
                Map.of("prompts", prompts, "lengths", lengths, "positions", positions, "way", "batch"), others,
                lengths.equals("4-40")
                        ? List.of(Target.speed(LONG, BATCH_OF_LONG), Target.speed(TORCH_BY_8, speed), Target.speed(TORCH_BY_32, speed))
                        : List.of());
    }

    /// One sweep, and a run for each patch: ours and PyTorch's.
    private Match patching(String title, String site, double speed) {
        Map<String, Map<String, String>> others = new LinkedHashMap<>();
        others.put(ALONE, Map.of(Match.BENCHMARK, "Patching", "way", "runs"));
        others.put(TORCH, Map.of(Match.BENCHMARK, "TorchPatching", "way", "runs"));
        others.put(TORCH_BY_LAYER, Map.of(Match.BENCHMARK, "TorchPatching", "way", "batches"));
        return new Match("patching sweep, " + title, "Patching", processors,
                Map.of("site", site, "tokens", "15", "way", "sweep"), others,
                List.of(Target.speed(ALONE, speed), Target.speed(TORCH, 10), Target.speed(TORCH_BY_LAYER, 2.5)));
    }

    private Match task(String title, String subject, Map<String, String> parameters, boolean torch, Target... targets) {
        return new Match(title, subject, processors, parameters, peers(subject, torch), List.of(targets));
    }

    private static Map<String, Map<String, String>> peers(String subject, boolean torch) {
        Map<String, Map<String, String>> peers = new LinkedHashMap<>();
        peers.put(ONNX, Map.of(Match.BENCHMARK, "Onnx" + subject));
        if (torch) {
            peers.put(TORCH, Map.of(Match.BENCHMARK, "Torch" + subject));
        }
        return peers;
    }

    /// The matches, and one of them on one thread beside ONNX Runtime, for which no targets were set.
    private List<Match> withOneThread(List<Match> matches, int which) {
        Match match = matches.get(which);
        Map<String, Map<String, String>> onnx = new LinkedHashMap<>(match.others());
        onnx.keySet().retainAll(ONNX_FORMS);
        Match alone = new Match(match.title(), match.ours(), 1, match.parameters(), onnx, List.of());
        return quick || processors == 1 ? matches : Stream.concat(matches.stream(), Stream.of(alone)).toList();
    }

    /// Two threads and one in turns.
    private List<Match> scaling() {
        List<Match> matches = new ArrayList<>();
        matches.add(scaling("prefill, 256 tokens", "Prefill", 256));
        if (!quick) {
            matches.add(scaling("full lens, 64 tokens", "FullLens", 64));
            matches.add(scaling("full lens, 256 tokens", "FullLens", 256));
        }
        return matches;
    }

    private static Match scaling(String title, String subject, int tokens) {
        return new Match(title + ", 2 threads and 1", subject, 2, Map.of("tokens", Integer.toString(tokens)),
                Map.of(ONE_THREAD, Map.of(Match.BENCHMARK, subject, "threads", "1")), List.of(Target.speed(ONE_THREAD, SCALING)));
    }

    private Match open() {
        return new Match("open a checkpoint of 498 MB", "Open.model", processors, Map.of(),
                Map.of(FILE, Map.of(Match.BENCHMARK, "Open.file")), List.of(Target.time(FILE, 1.5)));
    }

    private List<Match> tokenizer() {
        return (quick ? Stream.of("english") : Stream.of("english", "mixed")).map(text -> new Match("tokenizer, " + text + " text", "Tokenizer", 1,
                Map.of("text", text), Map.of(JTOKKIT, Map.of(Match.BENCHMARK, "JtokkitTokenizer")),
                List.of(Target.speed(JTOKKIT, text.equals("english") ? 3.0 : 2.0)))).toList();
    }
}
