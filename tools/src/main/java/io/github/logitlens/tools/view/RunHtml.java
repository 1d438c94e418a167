package io.github.logitlens.tools.view;

import io.github.logitlens.LensMetric;
import io.github.logitlens.LensResult;
import io.github.logitlens.TrackedToken;
import io.github.logitlens.internal.view.RunJson;
import io.github.logitlens.internal.view.RunView;
import io.github.logitlens.tools.view.grid.Quantity;
import io.github.logitlens.tools.view.grid.Scale;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.stream.Collectors;

/// A result as the explorer's page in one file: the interactive grid, with the run inside as JSON. It asks nothing of any
/// server and runs no script but its own.
public final class RunHtml implements RunView {

    private final Quantity quantity;
    private final Scale scale;

    /// A view whose colours say at first how sure each cell is.
    public RunHtml() {
        this(new Quantity.OfPoint(LensMetric.PROBABILITY), Scale.LINEAR);
    }

    /// A view that is seen so at first; its reader can choose anything else that the run has read.
    ///
    /// ```java
    /// LensResult result = Lens.run("The Eiffel Tower is in");
    /// new RunHtml(Quantity.named("answer", result.options()), Scale.LOG).write(result, out);
    /// ```
    ///
    /// @param quantity what the colours show
    /// @param scale    how numbers become colours
    public RunHtml(Quantity quantity, Scale scale) {
        this.quantity = quantity;
        this.scale = scale;
    }

    @Override
    public void write(LensResult result, Writer out) throws IOException {
        StringWriter json = new StringWriter();
        new RunJson().write(result, json);
        OneFilePage.write(json.toString(), "metric=" + quantity.key() + "&scale=" + scale + followed(result), out);
    }

    /// The tracked tokens; without any the page follows those that are first choices.
    private static String followed(LensResult result) {
        List<TrackedToken> tracked = result.options().tracked().stream()
                .map(token -> result.tracked(token, result.finalPoint(), result.positions().getLast())).toList();
        return tracked.isEmpty() ? ""
                : "&track=" + tracked.stream().map(token -> Integer.toString(token.id())).collect(Collectors.joining(","));
    }
}
