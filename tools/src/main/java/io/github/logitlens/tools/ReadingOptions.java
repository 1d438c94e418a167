package io.github.logitlens.tools;

import io.github.logitlens.Bos;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.Layers;
import io.github.logitlens.LensOptions;
import io.github.logitlens.LogitLens;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.TokenRef;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// What is read from a run.
final class ReadingOptions implements OptionGroup {

    private final Argument<Integer> topK = Argument.number("--top-k", "K",
            "Most likely tokens shown at each layer. Default: 5.")
            .usually(5);

    private final Argument<Integer> bottomK = Argument.number("--bottom-k", "K",
            "Least likely tokens shown at each layer. Default: none.")
            .usually(0);

    private final Argument<String> position = Argument.text("--position", "POS",
            "Token positions read: last, all, N, N,M or A:B, counted from 0, or from the end if negative. "
                    + "Default: last, for grid, svg, png and html all.");

    private final Argument<Boolean> bos = Argument.flag("--bos",
            "Put <|endoftext|> before the prompt. Default: nothing is added.");

    private final Argument<Boolean> mid = Argument.flag("--mid",
            "Also read between each block's attention and its MLP: short for "
                    + "--points embed,resid_mid,resid_post.");

    private final Argument<String> points = Argument.text("--points", "KIND,...",
            "What is read: embed, resid_pre, resid_mid, resid_post, and what components write: attn_out, mlp_out, head "
                    + "(every head). The residual after the last block is always read. Default: embed,resid_post.");

    private final Argument<String> layers = Argument.text("--layers", "LAYERS",
            "Layers read: all, N, N,M, A:B or A:B:STEP, counted from 0, or from the end if negative. Default: all.")
            .usually("all");

    private final Argument<String> layerNorm = Argument.text("--layer-norm", "MODE",
            "recomputed: each row by its own statistics, the logit lens. frozen: by the final row's scale, so "
                    + "that what components write adds up. none: the bare product with the unembedding. Default: recomputed.")
            .usually("recomputed");

    private final Argument<String> lens = Argument.text("--lens", "LENS",
            "logit; tuned or jacobian: the bundled model's, or the one published for the model, from this machine's cache or "
                    + "downloaded; extended:N, the last N blocks run before each reading; or a lens's file or directory. Default: "
                    + "logit.")
            .usually("logit");

    private final Argument<Integer> stopAfter = Argument.number("--stop-after", "N",
            "Run no layer after layer N. Nothing is then compared with the model's own output.");

    private final Argument<List<String>> tracked = Argument.texts(OptionSpec.builder("--track").paramLabel("TOKEN")
            .description("Follow this token, such as \" Paris\" with its space, or id:6342, through all layers. May be "
                    + "repeated."));

    private final Argument<String> versus = Argument.text("--versus", "TOKEN",
            "How far the first --track token is ahead of this one: their logits' difference at every layer.");

    private final boolean everywhere;

    private CommandSpec spec;

    ReadingOptions() {
        this(false);
    }

    private ReadingOptions(boolean everywhere) {
        this.everywhere = everywhere;
    }

    /// For a command that reads every position, and shows no most likely tokens.
    static ReadingOptions everywhere() {
        return new ReadingOptions(true);
    }

    @Override
    public void addTo(CommandSpec command) {
        spec = command;
        if (!everywhere) {
            for (Argument<?> option : List.of(topK, bottomK, position)) {
                option.addTo(command);
            }
        }
        for (Argument<?> option : List.of(bos, mid, points, layers, lens, layerNorm, stopAfter, tracked, versus)) {
            option.addTo(command);
        }
    }

    /// Adds how many likely tokens are wanted, to a command that has use for it though it reads every position.
    void addTopTo(CommandSpec command) {
        topK.addTo(command);
    }

    /// How many likely tokens are wanted.
    int topK() {
        return topK.get();
    }

    /// The choices as the library has them.
    ///
    /// @param usual the positions read if none are named
    /// @return options for a run
    /// @throws ParameterException if one of them is impossible for every prompt and model
    LensOptions options(Positions usual) {
        try {
            LensOptions options = LensOptions.defaults().topK(everywhere ? 1 : topK.get()).bottomK(bottomK.get())
                    .positions(position.given().map(Positions::parse).orElse(usual)).bos(bos.get() ? Bos.PREPEND : Bos.NONE)
                    .points(kinds()).layers(Layers.parse(layers.get()))
                    .layerNorm(LayerNormMode.named(layerNorm.get()));
            if (stopAfter.isGiven()) {
                options = options.stopAfter(stopAfter.get());
            }
            for (String token : tracked.get()) {
                options = options.track(TokenRef.parse(token));
            }
            return versus.given().map(TokenRef::parse).map(options::versus).orElse(options);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    /// The choices with the lens that was chosen for the model.
    ///
    /// @param options what [#options] gave, or what became of it
    /// @param opened  the model
    /// @return options for a run of it
    /// @throws io.github.logitlens.error.LensException if there is no such lens, or it is another model's
    LensOptions of(LensOptions options, LogitLens opened) {
        return options.readout(opened.readout(lens.get()));
    }

    private PointKind[] kinds() {
        if (mid.get() && points.isGiven()) {
            throw new IllegalArgumentException("points: expected it or --mid, got both");
        }
        String names = points.given().orElse(mid.get() ? "embed,resid_mid,resid_post" : "embed,resid_post");
        return Arrays.stream(names.split(",", -1)).map(name -> PointKind.named(name.strip())).toArray(PointKind[]::new);
    }
}
