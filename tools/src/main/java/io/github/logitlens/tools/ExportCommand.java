package io.github.logitlens.tools;

import io.github.logitlens.Bos;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.hook.Edit;
import io.github.logitlens.hook.HookPoint;
import io.github.logitlens.hook.HookSite;
import io.github.logitlens.hook.Hooks;
import io.github.logitlens.model.Gpt2Model;
import io.github.logitlens.weights.safetensors.DType;
import io.github.logitlens.weights.safetensors.SafeTensorsWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// `lens export`: a prompt's residual stream, and its logits at every layer, as a safetensors file.
final class ExportCommand implements SubCommand {

    /// Which positions' logits are written.
    enum Logits { NONE, LAST, ALL }

    private final Stdio stdio;

    private final PromptArgument prompt = new PromptArgument();

    private final ModelOptions model = new ModelOptions();

    private final Argument<Boolean> bos = Argument.flag("--bos",
            "Put <|endoftext|> before the prompt. Default: nothing is added.");

    private final Argument<Logits> logits = Argument.option(Logits.class, "--logits", "WHICH",
            "Also write the logits at every layer: none, last or all positions. Default: none.")
            .usually(Logits.NONE);

    private final EditOptions edits = new EditOptions();

    private final Argument<Path> output = Argument.of(OptionSpec.builder("--output").type(Path.class).paramLabel("FILE")
            .required(true).description("The file, written all or nothing.").build());

    private final ComputeOptions compute = new ComputeOptions();

    ExportCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        return spec("export", "lens export [OPTIONS] --output FILE.safetensors PROMPT",
                "Writes a prompt's residual stream as a safetensors file, to be read by other tools: 'tokens' I64 [seqLen]; 'resid' "
                        + "F32 [nLayers + 1, seqLen, dModel], the embedding and then every resid_post; with --logits also 'logits' "
                        + "F32 [nLayers + 1, positions, vocabSize], the lens at the last positions.",
                prompt, model, bos, logits, edits, output, compute);
    }

    @Override
    public Integer call() {
        List<Edit> asked = edits.edits();
        compute.apply();
        Prompt read = prompt.read(stdio);
        try (LogitLens lens = model.open(read, stdio)) {
            PromptArgument.note(read, lens.tokenizer(), stdio);
            Bos policy = bos.get() ? Bos.PREPEND : Bos.NONE;
            LensOptions options = LensOptions.defaults().bos(policy).specialTokens(prompt.specialTokens());
            Edit[] prepared = asked.stream().map(edit -> lens.prepare(edit, options)).toArray(Edit[]::new);
            write(lens.model(), read.ids(lens, policy), Hooks.of(prepared));
        }
        return Main.DONE;
    }

    private void write(Gpt2Model model, int[] tokens, Hooks hooks) {
        long points = model.config().nLayers() + 1L;
        int row = model.config().dModel();
        float[] resid = new float[Math.toIntExact(points * tokens.length * row)];
        int perPoint = tokens.length * row;
        model.run(tokens, hooks.observe(
                point -> point.equals(HookSite.RESID_PRE.at(0)) || point.site() == HookSite.RESID_POST,
                (point, activation) -> activation.read(0, resid, index(point) * perPoint, perPoint)));
        SafeTensorsWriter writer = new SafeTensorsWriter()
                .metadata("model", model.id())
                .longs("tokens", List.of((long) tokens.length), Arrays.stream(tokens).asLongStream().toArray())
                .floats("resid", DType.F32, List.of(points, (long) tokens.length, (long) row), resid);
        if (!hooks.edits().isEmpty()) {
            writer.metadata("edits", String.join("\n", hooks.edits()));
        }
        if (logits.get() != Logits.NONE) {
            int positions = logits.get() == Logits.ALL ? tokens.length : 1;
            writer.floats("logits", DType.F32, List.of(points, (long) positions, (long) model.config().vocabSize()),
                    new LogitRows(model, resid, tokens.length, positions));
        }
        writer.write(output.get());
    }

    private static int index(HookPoint point) {
        return point.site() == HookSite.RESID_PRE ? 0 : point.layer() + 1;
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
