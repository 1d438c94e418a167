package io.github.logitlens.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What is measured, and what it is meant to come to.
final class Schedule {

    static final String ONNX = "ONNX Runtime";
    static final String TORCH = "PyTorch";
    static final String JTOKKIT = "jtokkit";
    static final String SCALAR = "our scalar kernels";
    static final String FILE = "reading the file once";

    /// The matrices of a block.
    static final List<String> SHAPES = List.of("qkv", "attnOut", "mlpIn", "mlpOut");
    private static final double PRODUCT_OF_LIMIT = 0.9;

    private final boolean quick;
    private final int threads;

    private Schedule(boolean quick, int threads) {
        this.quick = quick;
        this.threads = threads;
    }

    /// The whole schedule: on one thread and on all processors; the quick one on all processors only, and less of it.
    static List<Group> groups(boolean quick, int processors) {
        return (quick ? Stream.of(processors) : Stream.of(processors, 1).distinct())
                .flatMap(threads -> new Schedule(quick, threads).groups().stream()).toList();
    }

    private List<Group> groups() {
        Pace pace = quick ? Pace.QUICK : Pace.FULL;
        List<Group> groups = new ArrayList<>();
        groups.add(new Group("kernels", threads, quick ? Pace.QUICK_KERNELS : Pace.FULL_KERNELS, kernels()));
        groups.add(new Group("prefill", threads, pace, prefill()));
        groups.add(new Group("lens", threads, pace, lens()));
        groups.add(new Group("decode", threads, pace, List.of(decode())));
        groups.add(new Group("open", threads, pace, List.of(open())));
        if (threads == 1 || quick) {
            groups.add(new Group("tokenizer", 1, pace, tokenizer()));
        }
        return groups;
    }

    private List<Match> kernels() {
        List<Match> matches = new ArrayList<>();
        for (int rows : quick ? new int[] {5, 64, 256} : new int[] {1, 5, 16, 64, 256, 1024}) {
            for (String shape : quick ? List.of("qkv", "mlpOut") : SHAPES) {
                matches.add(product(shape, rows));
            }
        }
        for (int rows : quick ? new int[] {832} : new int[] {13, 832}) {
            matches.add(product("unembed", rows));
        }
        matches.add(new Match("every matrix once, one row", "MatrixVector", Map.of("kernels", "vector"), Map.of(), Map.of()));
        for (int tokens : quick ? new int[] {256} : new int[] {64, 256, 1024}) {
            matches.add(new Match("one attention layer, " + tokens + " tokens", "Attention",
                    Map.of("kernels", "vector", "tokens", Integer.toString(tokens)), Map.of(), Map.of()));
        }
        for (int positions : quick ? new int[] {64} : new int[] {5, 64, 256}) {
            matches.add(new Match("lens of given residuals, " + positions + " positions", "FusedLens",
                    Map.of("kernels", "vector", "positions", Integer.toString(positions)), Map.of(),
                    positions >= 64 ? Map.of(Outcome.LIMIT, 0.88) : Map.of()));
        }
        matches.add(new Match("product, 64 rows, mlpIn, vector and scalar kernels", "Product",
                Map.of("kernels", "vector", "shape", "mlpIn", "rows", "64"),
                Map.of(SCALAR, Map.of(Match.BENCHMARK, "Product", "kernels", "scalar")), Map.of()));
        return matches;
    }

    private static Match product(String shape, int rows) {
        return new Match("product, " + rows + (rows == 1 ? " row, " : " rows, ") + shape, "Product",
                Map.of("kernels", "vector", "shape", shape, "rows", Integer.toString(rows)), Map.of(),
                rows >= 64 ? Map.of(Outcome.LIMIT, PRODUCT_OF_LIMIT) : Map.of());
    }

    private List<Match> prefill() {
        Map<Integer, Double> speedUps = new LinkedHashMap<>();
        speedUps.put(5, 1.4);
        speedUps.put(64, 1.25);
        speedUps.put(256, 1.25);
        if (!quick) {
            speedUps.put(1024, 1.3);
        }
        return speedUps.entrySet().stream().map(entry -> {
            int tokens = entry.getKey();
            return new Match("prefill, " + tokens + " tokens", "Prefill", Map.of("tokens", Integer.toString(tokens)),
                    quick ? peers("Onnx", "Prefill") : peers("Onnx,Torch", "Prefill"),
                    whereSet(Map.of(ONNX, entry.getValue())));
        }).toList();
    }

    private List<Match> lens() {
        List<Match> matches = new ArrayList<>();
        for (int tokens : new int[] {5, 64, 256}) {
            Map<String, Double> targets = new LinkedHashMap<>();
            if (tokens >= 64) {
                targets.put(Outcome.LIMIT, 0.88);
            }
            targets.put(ONNX, tokens == 5 ? 3 : 1.3);
            if (!quick || tokens <= 64) {
                targets.put(TORCH, 2.3);
            }
            matches.add(new Match("full lens, " + tokens + " tokens", "FullLens", Map.of("tokens", Integer.toString(tokens)),
                    quick && tokens > 64 ? peers("Onnx", "FullLens") : peers("Onnx,Torch", "FullLens"), whereSet(targets)));
        }
        matches.add(new Match("lens at the last of 5 positions", "LastPositionLens", Map.of("tokens", "5"),
                quick ? peers("Onnx", "LastPositionLens") : peers("Onnx,Torch", "LastPositionLens"), whereSet(Map.of(ONNX, 1.5))));
        return matches;
    }

    private Match decode() {
        return new Match("decode, one token after 64", "Decode", Map.of("past", "64"),
                quick ? peers("Onnx", "Decode") : peers("Onnx,Torch", "Decode"),
                whereSet(Map.of(Outcome.LIMIT, 0.9, ONNX, 1.25)));
    }

    private Match open() {
        return new Match("open a checkpoint of 498 MB", "Open.model", Map.of(),
                Map.of(FILE, Map.of(Match.BENCHMARK, "Open.file")), whereSet(Map.of(FILE, 1 / 1.5)));
    }

    private static List<Match> tokenizer() {
        return Stream.of("english", "mixed").map(text -> new Match("tokenizer, " + text + " text", "Tokenizer",
                Map.of("text", text), Map.of(JTOKKIT, Map.of(Match.BENCHMARK, "JtokkitTokenizer")),
                Map.of(JTOKKIT, text.equals("english") ? 3.0 : 2.0))).toList();
    }

    /// Targets were set for all processors.
    private Map<String, Double> whereSet(Map<String, Double> targets) {
        return threads == 1 && !quick ? Map.of() : targets;
    }

    private static Map<String, Map<String, String>> peers(String prefixes, String subject) {
        Map<String, Map<String, String>> peers = new LinkedHashMap<>();
        for (String prefix : prefixes.split(",")) {
            peers.put(prefix.equals("Onnx") ? ONNX : TORCH, Map.of(Match.BENCHMARK, prefix + subject));
        }
        return peers;
    }
}
