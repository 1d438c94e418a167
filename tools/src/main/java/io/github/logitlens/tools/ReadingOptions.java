package io.github.logitlens.tools;

import io.github.logitlens.Bos;
import io.github.logitlens.LensOptions;
import io.github.logitlens.PointKind;
import io.github.logitlens.Positions;
import io.github.logitlens.TokenRef;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What is read from a run.
final class ReadingOptions {

    @Option(names = "--top-k", paramLabel = "K", description = "Most likely tokens shown at each layer. Default: 5.")
    private int topK = 5;

    @Option(
            names = "--position",
            paramLabel = "POS",
            description = "Token positions read: last, all, N, N,M or A:B, counted from 0, or from the end if negative. "
                    + "Default: last.")
    private String position = "last";

    @Option(names = "--bos", description = "Put <|endoftext|> before the prompt. Default: nothing is added.")
    private boolean bos;

    @Option(names = "--mid", description = "Also read between each block's attention and its MLP.")
    private boolean mid;

    @Option(
            names = "--track",
            paramLabel = "TOKEN",
            description = "Follow this token, such as \" Paris\" with its space, or id:6342, through all layers. May be repeated.")
    private List<String> tracked = new ArrayList<>();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /// The choices as the library has them.
    ///
    /// @return options for a run
    /// @throws ParameterException if one of them is impossible for every prompt and model
    LensOptions options() {
        try {
            LensOptions options = LensOptions.defaults().topK(topK).positions(Positions.parse(position))
                    .bos(bos ? Bos.PREPEND : Bos.NONE);
            if (mid) {
                options = options.points(PointKind.EMBED, PointKind.RESID_MID, PointKind.RESID_POST);
            }
            for (String token : tracked) {
                options = options.track(TokenRef.parse(token));
            }
            return options;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
