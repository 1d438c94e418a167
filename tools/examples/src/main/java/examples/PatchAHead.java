package examples;

import io.github.logitlens.LensOptions;
import io.github.logitlens.LensResult;
import io.github.logitlens.LogitLens;
import io.github.logitlens.Positions;
import io.github.logitlens.Sweep;
import io.github.logitlens.SweepCell;
import io.github.logitlens.SweepMetric;
import io.github.logitlens.SweepOptions;
import io.github.logitlens.SweepSite;
import io.github.logitlens.edit.Edits;
import io.github.logitlens.edit.Place;
import java.util.Locale;

/// Which heads carry what two prompts differ in, and what the model says when one of them is taken from the other prompt.
public class PatchAHead {

    public static void main(String[] args) {
        String clean = "The capital of France is";
        String corrupted = "The capital of Italy is";
        try (LogitLens lens = LogitLens.open("demo")) {
            Sweep sweep = lens.sweep(clean, corrupted,
                    SweepOptions.of(SweepMetric.logitDifference(" Paris", " Rome")).sites(SweepSite.HEAD));
            for (SweepCell cell : sweep.strongest().subList(0, 3)) {
                System.out.printf(Locale.ROOT, "%-12s %+.2f of the difference%n", cell.edit(), cell.normalized());
            }
            LensResult patched = lens.run(corrupted, LensOptions.defaults().positions(Positions.last()),
                    Edits.patch(Place.parse("L0-7H0-3")).from(clean));
            System.out.println("all heads: " + patched.top(patched.finalPoint(), -1).getFirst());
        }
    }
}
