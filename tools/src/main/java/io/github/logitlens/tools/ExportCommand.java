package io.github.logitlens.tools;

import io.github.logitlens.Bos;
import io.github.logitlens.Layers;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.hook.Activation;
import io.github.logitlens.hook.ActivationCache;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.Gpt2Config;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// `lens export`: a prompt's activations, and its logits at every layer, as a safetensors file.
final class ExportCommand implements SubCommand {

    /// Which positions' logits are written.
    enum Logits { NONE, LAST, ALL }

    private final Stdio stdio;

    private final PromptArgument prompt = new PromptArgument();

    private final ModelOptions model = new ModelOptions();

    private final Argument<Boolean> bos = Argument.flag("--bos",
            "Put <|endoftext|> before the prompt. Default: nothing is added.");

    private final Argument<List<String>> hooks = Argument.texts(OptionSpec.builder("--hook").paramLabel("HOOK,...")
            .description("Write these activations, each as a tensor of its TransformerLens name, instead of the residual stream: a name "
                    + "such as hook_z, attn.hook_z or hook_resid_post, of every layer that --layers names, or a whole one such as "
                    + "blocks.3.attn.hook_pattern. May be repeated."));

    private final Argument<String> layers = Argument.text("--layers", "LAYERS",
            "Layers written: all, N, N,M, A:B or A:B:STEP, counted from 0, or from the end if negative. Default: all.")
            .usually("all");

    private final Argument<String> position = Argument.text("--position", "POS",
            "Token positions written: last, all, N, N,M or A:B, counted from 0, or from the end if negative; of patterns and scores "
                    + "the queries. Default: all.")
            .usually("all");

    private final Argument<Logits> logits = Argument.option(Logits.class, "--logits", "WHICH",
            "Also write the logits at every layer written: none, or of the last or all of the positions written. Default: none.")
            .usually(Logits.NONE);

    private final EditOptions edits = new EditOptions();

    private final Argument<Path> output = Argument.of(OptionSpec.builder("--output").type(Path.class).paramLabel("FILE")
            .required(true).description("The file, written all or nothing.").build());

    private final ComputeOptions compute = new ComputeOptions();

    private CommandSpec spec;

    ExportCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        spec = spec("export", "lens export [OPTIONS] --output FILE.safetensors PROMPT",
                "Writes a prompt's activations as a safetensors file, to be read by other tools: 'tokens' I64 [seqLen]; 'positions' I64, "
                        + "those written; 'resid' F32 [points, positions, dModel], the embedding and then every resid_post, or, with "
                        + "--hook, a tensor for each activation; with --logits also 'logits' F32 [points, positions, vocabSize], the "
                        + "lens at the last positions. The file's metadata says what it was made with.",
                prompt, model, bos, hooks, layers, position, logits, edits, output, compute);
        return spec;
    }

    @Override
    public Integer call() {
        List<Edit> asked = edits.edits();
        List<String> names = hooks.get().stream().flatMap(all -> Arrays.stream(all.split(",", -1))).map(String::strip).toList();
        if (!names.isEmpty() && logits.get() != Logits.NONE) {
            throw new ParameterException(spec.commandLine(), "--logits: expected no --hook with it, got " + String.join(",", names));
        }
        Layers chosen = parsed(() -> Layers.parse(layers.get()));
        Positions positions = parsed(() -> Positions.parse(position.get()));
        compute.apply();
        Prompt read = prompt.read(stdio);
        try (LogitLens lens = model.open(read, stdio)) {
            PromptArgument.note(read, lens.tokenizer(), stdio);
            Bos policy = bos.get() ? Bos.PREPEND : Bos.NONE;
            LensOptions options = LensOptions.defaults().bos(policy).specialTokens(prompt.specialTokens());
            Edit[] prepared = asked.stream().map(edit -> lens.prepare(edit, options)).toArray(Edit[]::new);
            Hooks edited = Hooks.of(prepared);
            int[] tokens = read.ids(lens, policy);
            int[] rows = positions.resolve(Math.max(1, tokens.length));
            Gpt2Config config = lens.model().config();
            int[] blocks = chosen.resolve(config.nLayers());
            Set<HookPoint> points = names.isEmpty() ? residuals(blocks) : named(names, blocks, config);
            ActivationCache cache = rows.length == tokens.length
                    ? ActivationCache.of(points)
                    : ActivationCache.of(points).at(rows);
            lens.model().run(tokens, cache.after(edited));
            SafeTensorsWriter writer = new SafeTensorsWriter();
            lens.provenance(options, edited).fields().forEach(writer::metadata);
            writer.longs("tokens", List.of((long) tokens.length), Arrays.stream(tokens).asLongStream().toArray());
            writer.longs("positions", List.of((long) rows.length), Arrays.stream(rows).asLongStream().toArray());
            if (names.isEmpty()) {
                residuals(lens.model(), cache, points, rows.length, writer);
            } else {
                for (HookPoint point : points) {
                    Activation activation = cache.get(point);
                    writer.floats(point.toString(), DType.F32, Arrays.stream(activation.shape()).asLongStream().boxed().toList(),
                            activation.toArray());
                }
            }
            writer.write(output.get());
        }
        return Main.DONE;
    }

    private <T> T parsed(Supplier<T> choice) {
        try {
            return choice.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /// The embedding, and what some blocks leave.
    private static Set<HookPoint> residuals(int... blocks) {
        Set<HookPoint> points = new LinkedHashSet<>(List.of(HookSite.RESID_PRE.at(0)));
        IntStream.of(blocks).mapToObj(HookSite.RESID_POST::at).forEach(points::add);
        return points;
    }

    /// The points that names mean, in the order of the forward pass.
    private static Set<HookPoint> named(List<String> names, int[] blocks, Gpt2Config config) {
        List<HookPoint> points = new ArrayList<>();
        for (String name : names) {
            Set<HookSite> sites = EnumSet.allOf(HookSite.class).stream()
                    .filter(site -> site.hookName().equals(name) || site.hookName().endsWith("." + name) && site.inBlock())
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(HookSite.class)));
            if (sites.isEmpty()) {
                points.add(whole(name, config));
            }
            if (sites.size() > 1) {
                throw new IllegalArgumentException("hook: expected one of "
                        + sites.stream().map(HookSite::hookName).toList() + ", got \"" + name + "\"");
            }
            sites.forEach(site -> (site.inBlock() ? IntStream.of(blocks) : IntStream.of(0)).mapToObj(site::at).forEach(points::add));
        }
        return points.stream().sorted(Comparator.comparingInt((HookPoint point) -> order(point, config))
                .thenComparing(HookPoint::site)).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static HookPoint whole(String name, Gpt2Config config) {
        HookPoint point;
        try {
            point = HookPoint.parse(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("hook: expected one of " + Arrays.stream(HookSite.values()).map(HookSite::hookName).toList()
                    + " or a whole name such as blocks.0.hook_resid_post, got \"" + name + "\"", e);
        }
        if (point.layer() >= config.nLayers()) {
            throw new IllegalArgumentException("hook: expected a layer from 0 to " + (config.nLayers() - 1) + ", got " + name);
        }
        return point;
    }

    /// The embeddings, then the blocks, then the final LayerNorm.
    private static int order(HookPoint point, Gpt2Config config) {
        return point.site().inBlock() ? point.layer() : point.site().compareTo(HookSite.RESID_PRE) < 0 ? -1 : config.nLayers();
    }

    private void residuals(Gpt2Model model, ActivationCache cache, Set<HookPoint> points, int rows, SafeTensorsWriter writer) {
        int perPoint = rows * model.config().dModel();
        float[] resid = new float[Math.multiplyExact(points.size(), perPoint)];
        int at = 0;
        for (HookPoint point : points) {
            cache.get(point).read(0, resid, at, perPoint);
            at += perPoint;
        }
        writer.floats("resid", DType.F32, List.of((long) points.size(), (long) rows, (long) model.config().dModel()), resid);
        if (logits.get() != Logits.NONE) {
            int positions = logits.get() == Logits.ALL ? rows : 1;
            writer.floats("logits", DType.F32, List.of((long) points.size(), (long) positions, (long) model.config().vocabSize()),
                    new LogitRows(model, resid, rows, positions));
        }
    }

    /// Logits computed row by row as the file is written: one row is in memory at a time.
    private static final class LogitRows implements SafeTensorsWriter.FloatSource {

        private final Gpt2Model model;
        private final float[] resid;
        private final int seqLen;
        private final int positions;
        private long current = -1;
        private float[] row = {};

        LogitRows(Gpt2Model model, float[] resid, int seqLen, int positions) {
            this.model = model;
            this.resid = resid;
            this.seqLen = seqLen;
            this.positions = positions;
        }

        @Override
        public void read(long firstElement, float[] dst, int count) {
            int vocabSize = model.config().vocabSize();
            for (int done = 0; done < count; ) {
                long at = firstElement + done;
                compute(at / vocabSize);
                int column = (int) (at % vocabSize);
                int length = Math.min(count - done, vocabSize - column);
                System.arraycopy(row, column, dst, done, length);
                done += length;
            }
        }

        private void compute(long wanted) {
            if (wanted != current) {
                int dModel = model.config().dModel();
                long position = wanted / positions * seqLen + seqLen - positions + wanted % positions;
                int from = Math.toIntExact(position * dModel);
                row = model.unembedding().logits(Arrays.copyOfRange(resid, from, from + dModel));
                current = wanted;
            }
        }
    }
}
