package io.github.logitlens.tools;

import io.github.logitlens.tools.explore.Browser;
import io.github.logitlens.tools.explore.ExplorerServer;
import java.io.IOException;
import java.net.BindException;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// `lens explore`: the interactive page.
final class ExploreCommand implements SubCommand {

    private static final int DEFAULT_PORT = 7420;
    private static final int LARGEST_PORT = 65_535;

    private final Stdio stdio;

    private final ModelOptions model = new ModelOptions();

    private final Argument<Integer> port = Argument.number("--port", "N",
            "The port to serve at. Default: 7420, or any other if that is taken. 0: any.");

    private final Argument<Boolean> noBrowser = Argument.flag("--no-browser", "Print the address only.");

    private final Argument<String> lens = Argument.text("--lens", "FILE",
            "A lens's file or directory, which the page offers beside the logit lens and the model's tuned and Jacobian ones.");

    private final ComputeOptions compute = new ComputeOptions();

    private CommandSpec spec;

    ExploreCommand(Stdio stdio) {
        this.stdio = stdio;
    }

    @Override
    public CommandSpec spec() {
        spec = spec("explore", "lens explore [OPTIONS]",
                "Opens the interactive explorer in the browser. Only this machine can reach it. Ctrl-C ends it.",
                model, lens, port, noBrowser, compute);
        return spec;
    }

    @Override
    public Integer call() throws Exception {
        if (port.isGiven() && (port.get() < 0 || port.get() > LARGEST_PORT)) {
            throw new ParameterException(spec.commandLine(), "--port: expected 0 to " + LARGEST_PORT + ", got " + port.get());
        }
        compute.apply();
        model.check(stdio);
        try (ExplorerServer server = start()) {
            server.openModel();
            stdio.print(out -> out.write(server.address() + "\n"));
            if (noBrowser.get() || !Browser.open(server.address())) {
                stdio.err().println("lens: open this address in a browser; Ctrl-C ends the explorer");
            }
            waitForTheEnd(server);
        }
        return Main.DONE;
    }

    private ExplorerServer start() throws IOException {
        try {
            return start(port.given().orElse(DEFAULT_PORT));
        } catch (BindException e) {
            if (port.isGiven()) {
                throw new CommandException("port " + port.get() + ": " + e.getMessage() + "; --port 0 takes any that is free");
            }
            return start(0);
        }
    }

    private ExplorerServer start(int at) throws IOException {
        return ExplorerServer.start(at, model.name(), lens.given(), Version.number(), stdio.err());
    }

    /// Until Ctrl-C, or the thread is interrupted by who embeds the command.
    private static void waitForTheEnd(ExplorerServer server) {
        Thread end = new Thread(server::close, "lens-explore-end");
        Runtime.getRuntime().addShutdownHook(end);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }
}
