package io.github.logitlens.tools.explore;

import io.github.logitlens.Bos;
import io.github.logitlens.LensResult;
import io.github.logitlens.model.Compute;
import io.github.logitlens.tokenizer.Gpt2Tokenizer;
import io.github.logitlens.tokenizer.Token;
import io.github.logitlens.tools.view.AttentionJson;
import io.github.logitlens.tools.view.AttributionJson;
import io.github.logitlens.tools.view.NeuronView;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

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
/// POST /api/compare  two runs, answered line by line, as a table, as a page or as a picture; see [CompareRequest]
/// POST /api/sweep    a place changed at a time, answered cell by cell as they are read; see [SweepRequest]
/// POST /api/attribution, /api/attention, /api/neuron   why: see [AttributionRequest], [AttentionRequest], [NeuronRequest]
/// ```
public final class ExplorerServer implements AutoCloseable {

    private static final int QUEUE = 8;

    private final int port;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final String version;
    private final PageFiles files = PageFiles.load();
    private final Models models;
    private final Lenses lenses;
    private final RunQueue queue = new RunQueue(QUEUE);
    private final Patience patience;
    private final Runs runs;
    private final Listener listener;

    private ExplorerServer(ServerSocket socket, Models models, Lenses lenses, String version, PrintStream log, Limits limits) {
        port = socket.getLocalPort();
        this.models = models;
        this.lenses = lenses;
        this.version = version;
        patience = new Patience(limits.reader());
        runs = new Runs(models, queue, threads, patience);
        listener = Listener.start(socket, new FrontDoor(new Gate(port), this::route, log), threads, limits);
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
        return start(port, model, lens, version, log, Limits.USUAL);
    }

    /// A server without a lens of one's own; see the other one.
    static ExplorerServer start(int port, String model, String version, PrintStream log) throws IOException {
        return start(port, model, version, log, Limits.USUAL);
    }

    /// A server with other limits; see the other ones.
    static ExplorerServer start(int port, String model, String version, PrintStream log, Limits limits) throws IOException {
        return start(port, model, Optional.empty(), version, log, limits);
    }

    private static ExplorerServer start(int port, String model, Optional<String> lens, String version, PrintStream log,
            Limits limits) throws IOException {
        return new ExplorerServer(Listener.bind(port), new Models(model), new Lenses(lens), version, log, limits);
    }

    /// Begins to open the model the page begins with, before the page asks for it.
    public void openModel() {
        models.openFirst();
    }

    /// Where the page is.
    ///
    /// @return an address for a browser on this machine
    public URI address() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    /// The runs that compute or wait.
    RunQueue queue() {
        return queue;
    }

    private void route(Exchange exchange) throws IOException {
        String path = exchange.target().getRawPath();
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
                RunRequest run = RunRequest.read(exchange, models.first());
                answer(run, RunAnswer.POSITIONS_AT_ONCE, patient -> RunAnswer.lines(exchange, patient));
            }
            case "/api/csv" -> {
                allow(exchange, "POST");
                RunRequest run = RunRequest.read(exchange, models.first());
                answer(run, RunAnswer.POSITIONS_AT_ONCE, patient -> RunAnswer.table(exchange, patient));
            }
            case "/api/picture" -> {
                allow(exchange, "POST");
                PictureRequest picture = PictureRequest.read(exchange, models.first());
                answer(picture.run(), Integer.MAX_VALUE,
                        patient -> RunAnswer.whole(exchange, patient, picture.contentType(), picture::draw));
            }
            case "/api/compare" -> {
                allow(exchange, "POST");
                CompareRequest asked = CompareRequest.read(exchange, models.first());
                answer(asked.before().subject(), asked.job(lenses, models), patient -> asked.format().equals(CompareRequest.LINES)
                        ? RunAnswer.comparisonLines(exchange, patient)
                        : RunAnswer.whole(exchange, patient, asked.contentType(), asked::bytes));
            }
            case "/api/sweep" -> {
                allow(exchange, "POST");
                SweepRequest asked = SweepRequest.read(exchange, models.first());
                answer(asked.subject(), asked.job(), patient -> asked.format().equals(SweepRequest.LINES)
                        ? RunAnswer.lines(exchange, patient, (part, _) -> part.lines())
                        : RunAnswer.whole(exchange, patient, asked.contentType(), asked::bytes));
            }
            case "/api/attribution" -> {
                allow(exchange, "POST");
                AttributionRequest asked = AttributionRequest.read(exchange, models.first());
                answer(asked.subject(), asked.job(), patient -> RunAnswer.document(exchange, patient, AttributionJson::write));
            }
            case "/api/attention" -> {
                allow(exchange, "POST");
                AttentionRequest asked = AttentionRequest.read(exchange, models.first());
                answer(asked.subject(), asked.job(), patient -> RunAnswer.document(exchange, patient, AttentionJson::write));
            }
            case "/api/neuron" -> {
                allow(exchange, "POST");
                NeuronRequest asked = NeuronRequest.read(exchange, models.first());
                runs.answer(asked.page(), asked.model(), asked.job(),
                        patient -> RunAnswer.document(exchange, patient, NeuronView::writeJson));
            }
            default -> {
                PageFiles.PageFile file = files.at(path);
                if (file == null) {
                    throw Refusal.notFound();
                }
                if (!exchange.method().equals("HEAD")) {
                    allow(exchange, "GET");
                }
                Reply.bytes(exchange, 200, file.contentType(), file.bytes());
            }
        }
    }

    private void answer(RunRequest run, int positionsAtOnce, Function<Patience, RunAnswer<LensResult>> form) throws IOException {
        answer(run.subject(), run.job(lenses, positionsAtOnce), form);
    }

    private <P> void answer(Subject subject, Job<P> job, Function<Patience, RunAnswer<P>> form) throws IOException {
        runs.answer(subject.page(), subject.model(), job, form);
    }

    private static void allow(Exchange exchange, String method) {
        if (!exchange.method().equals(method)) {
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
        listener.close();
        threads.shutdownNow();
        patience.close();
        models.close();
    }
}
