package io.github.logitlens.tools.view;

import io.github.logitlens.LensResult;
import io.github.logitlens.internal.view.RunJson;
import io.github.logitlens.internal.view.RunView;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;

/// A result as the explorer's page in one file: the interactive grid, with the run inside as JSON. It asks nothing of any
/// server and runs no script but its own.
public final class RunHtml implements RunView {

    /// A view without options.
    public RunHtml() {
        // nothing to choose
    }

    @Override
    public void write(LensResult result, Writer out) throws IOException {
        StringWriter json = new StringWriter();
        new RunJson().write(result, json);
        OneFilePage.write(json.toString(), out);
    }
}
