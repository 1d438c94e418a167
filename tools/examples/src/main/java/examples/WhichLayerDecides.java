package examples;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import java.util.List;
import java.util.Locale;

/// From which layer on the model's answer stays, for some prompts.
public class WhichLayerDecides {

    public static void main(String[] args) {
        List<String> prompts = args.length > 0 ? List.of(args)
                : List.of("The capital of France is", "The Eiffel Tower is in", "Barack Obama was the");
        try (LogitLens lens = LogitLens.open("demo")) {
            for (String prompt : prompts) {
                LensResult result = lens.run(prompt, LensOptions.defaults().positions(Positions.last()));
                System.out.printf(Locale.ROOT, "%-26s %-22s %s, after %d flips%n", prompt, result.top(result.finalPoint(), -1).getFirst(),
                        result.decisionLayer(-1), result.flips(-1));
            }
        }
    }
}
