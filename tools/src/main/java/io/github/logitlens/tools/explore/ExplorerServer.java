package io.github.logitlens.tools.explore;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.logitlens.Bos;
import io.github.logitlens.model.Compute;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.Token;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Serves the explorer's page and its API to this machine.
///
/// ```
/// GET  /             the page            GET  /static/NAME   its files
/// GET  /api          all of what follows, described (OpenAPI 3.1, `api.json`)
/// GET  /api/info     models, metrics, examples, limits
/// POST /api/tokens   {"text" or "ids", "special", "model", "bos"}
/// POST /api/run      {"prompt" or "ids", …}, answered line by line; see [RunRequest]
/// POST /api/csv      the same, answered as a table
/// POST /api/picture  the same with "metric", "scale", "format", "theme", answered as SVG or PNG
/// ```
public final class ExplorerServer implements AutoCloseable {

    private static final int QUEUE = 8;
    private static final int BACKLOG = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static {
        // The JDK's server knows no limits of its own. A request has to arrive in ten seconds, an answer may take ten minutes.
        limit("sun.net.httpserver.maxReqTime", "10");
        limit("sun.net.httpserver.maxRspTime", "600");
        limit("sun.net.httpserver.idleInterval", "30");
        limit("jdk.httpserver.maxConnections", "256");
        limit("sun.net.httpserver.maxReqHeaders", "64");
        limit("sun.net.httpserver.maxReqHeaderSize", "16384");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String version;
    private final PageFiles files = PageFiles.load();
    private final Models models;
    private final Lenses lenses;
    private final RunQueue queue = new RunQueue(QUEUE);
    private final Patience patience;
    private final Runs runs;

    private ExplorerServer(HttpServer server, Models models, Lenses lenses, String version, Patience patience) {
        this.server = server;
        this.models = models;
        this.lenses = lenses;
        this.version = version;
        this.patience = patience;
        runs = new Runs(models, lenses, queue, threads, patience);
    }

    private static void limit(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /// Begins to serve, on the loopback interface only.
    ///
    /// @param port    the port, or 0 for any that is free
    /// @param model   the model the page begins with, opened with the first run
    /// @param lens    the file or directory of a lens that the page offers besides those of the models
    /// @param version what the page calls this program
    /// @param log     where faults of the server itself are written
    /// @return the server; close it to free the port and the model
    /// @throws IOException if the port cannot be had
    public static ExplorerServer start(int port, String model, Optional<String> lens, String version, PrintStream log)
            throws IOException {
        return start(port, model, lens, version, log, PATIENCE);
    }

    /// A server without a lens of one's own; see the other one.
    static ExplorerServer start(int port, String model, String version, PrintStream log) throws IOException {
        return start(port, model, version, log, PATIENCE);
    }

    /// A server that has this much patience with readers that have stopped reading; see the other ones.
    static ExplorerServer start(int port, String model, String version, PrintStream log, Duration patience) throws IOException {
        return start(port, model, Optional.empty(), version, log, patience);
    }

    private static ExplorerServer start(int port, String model, Optional<String> lens, String version, PrintStream log,
            Duration patience) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), BACKLOG);
        ExplorerServer server = new ExplorerServer(http, new Models(model), new Lenses(lens), version, new Patience(patience));
        http.setExecutor(server.threads);
        http.createContext("/", new FrontDoor(new Gate(http.getAddress().getPort()), server::route, log));
        http.start();
        return server;
    }

    /// Begins to open the model the page begins with, before the page asks for it.
    public void openModel() {
        models.openFirst();
    }

    /// Where the page is.
    ///
    /// @return an address for a browser on this machine
    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    /// The runs that compute or wait.
    RunQueue queue() {
        return queue;
    }

    private void route(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        switch (path) {
            case "/api/info" -> {
                allow(exchange, "GET");
                Reply.json(exchange, out ->
                        ApiJson.info(version, Compute.defaults().describe(), models.first(), models.choices(), lenses.ids(), out));
            }
            case "/api/tokens" -> {
                allow(exchange, "POST");
                List<Token> tokens = tokens(RequestJson.read(exchange, Set.of("text", "ids", "special", "model", "bos")));
                Reply.json(exchange, out -> ApiJson.tokens(tokens, out));
            }
            case "/api/run" -> {
                allow(exchange, "POST");
                runs.answer(RunRequest.read(exchange, models.first()), patient -> RunAnswer.lines(exchange, patient));
            }
            case "/api/csv" -> {
                allow(exchange, "POST");
                runs.answer(RunRequest.read(exchange, models.first()), patient -> RunAnswer.table(exchange, patient));
            }
            case "/api/picture" -> {
                allow(exchange, "POST");
                PictureRequest picture = PictureRequest.read(exchange, models.first());
                runs.answer(picture.run(), patient -> RunAnswer.picture(exchange, picture, patient));
            }
            default -> {
                PageFiles.PageFile file = files.at(path);
                if (file == null) {
                    throw Refusal.notFound();
                }
                if (!exchange.getRequestMethod().equals("HEAD")) {
                    allow(exchange, "GET");
                }
                Reply.bytes(exchange, 200, file.contentType(), file.bytes());
            }
        }
    }

    private static void allow(HttpExchange exchange, String method) {
        if (!exchange.getRequestMethod().equals(method)) {
            throw Refusal.methodNotAllowed(method);
        }
    }

    private List<Token> tokens(RequestJson json) {
        Gpt2Tokenizer tokenizer = models.tokenizer(models.known(json.text("model", models.first())));
        List<Token> tokens = new ArrayList<>();
        if ((json.flag("bos") ? Bos.PREPEND : Bos.NONE) == Bos.PREPEND) {
            tokens.add(tokenizer.token(tokenizer.requireBos()));
        }
        try {
            tokens.addAll(tokenizer.tokens(RequestedPrompt.of(json, "text").ids(tokenizer)));
        } catch (IllegalArgumentException e) {
            throw Refusal.refused(e.getMessage());
        }
        return tokens;
    }

    /// Answers nothing more, waits for a running forward pass, frees the model.
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        patience.close();
        models.close();
    }
}
