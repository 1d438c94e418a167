package io.github.logitlens.tools;

import io.github.logitlens.Bos;
import io.github.logitlens.LayerNormMode;
import io.github.logitlens.Layers;
import io.github.logitlens.LensOptions;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.TokenRef;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What is read from a run.
final class ReadingOptions {

    @Option(names = "--top-k", paramLabel = "K", description = "Most likely tokens shown at each layer. Default: 5.")
    private int topK = 5;

    @Option(
            names = "--bottom-k",
            paramLabel = "K",
            description = "Least likely tokens shown at each layer. Default: none.")
    private int bottomK;

    @Option(
            names = "--position",
            paramLabel = "POS",
            description = "Token positions read: last, all, N, N,M or A:B, counted from 0, or from the end if negative. "
                    + "Default: last, for grid, svg and html all.")
    private Optional<String> position = Optional.empty();

    @Option(names = "--bos", description = "Put <|endoftext|> before the prompt. Default: nothing is added.")
    private boolean bos;

    @Option(names = "--mid", description = "Also read between each block's attention and its MLP: short for "
            + "--points embed,resid_mid,resid_post.")
    private boolean mid;

    @Option(
            names = "--points",
            paramLabel = "KIND,...",
            description = "What is read: embed, resid_pre, resid_mid, resid_post, and what components write: attn_out, mlp_out, "
                    + "head (every head). The residual after the last block is always read. Default: embed,resid_post.")
    private Optional<String> points = Optional.empty();

    @Option(
            names = "--layers",
            paramLabel = "LAYERS",
            description = "Layers read: all, N, N,M, A:B or A:B:STEP, counted from 0, or from the end if negative. Default: all.")
    private String layers = "all";

    @Option(
            names = "--layer-norm",
            paramLabel = "MODE",
            description = "recomputed: each row by its own statistics, the logit lens. frozen: by the final row's scale, so "
                    + "that what components write adds up. none: the bare product with the unembedding. Default: recomputed.")
    private String layerNorm = "recomputed";

    @Option(
            names = "--stop-after",
            paramLabel = "N",
            description = "Run no layer after layer N. Nothing is then compared with the model's own output.")
    private Optional<Integer> stopAfter = Optional.empty();

    @Option(
            names = "--track",
            paramLabel = "TOKEN",
            description = "Follow this token, such as \" Paris\" with its space, or id:6342, through all layers. May be repeated.")
    private List<String> tracked = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /// The choices as the library has them.
    ///
    /// @param usual the positions read if none are named
    /// @return options for a run
    /// @throws ParameterException if one of them is impossible for every prompt and model
    LensOptions options(Positions usual) {
        try {
            LensOptions options = LensOptions.defaults().topK(topK).bottomK(bottomK)
                    .positions(position.map(Positions::parse).orElse(usual)).bos(bos ? Bos.PREPEND : Bos.NONE)
                    .points(kinds()).layers(Layers.parse(layers))
                    .layerNorm(LayerNormMode.named(layerNorm));
            if (stopAfter.isPresent()) {
                options = options.stopAfter(stopAfter.get());
            }
            for (String token : tracked) {
                options = options.track(TokenRef.parse(token));
            }
            return options;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private PointKind[] kinds() {
        if (mid && points.isPresent()) {
            throw new IllegalArgumentException("points: expected it or --mid, got both");
        }
        String names = points.orElse(mid ? "embed,resid_mid,resid_post" : "embed,resid_post");
        return Arrays.stream(names.split(",", -1)).map(name -> PointKind.named(name.strip())).toArray(PointKind[]::new);
    }
}
