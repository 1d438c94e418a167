package io.github.logitlens.tools.explore;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.PrintStream;

/// Where every request comes in, and is answered whatever happens: a refusal as such, a fault as 500. An error that escaped
/// would leave the connection hanging for ever.
final class FrontDoor implements HttpHandler {

    /// Answers what the gate let pass.
    @FunctionalInterface
    interface Route {

        /// Answers a request.
        ///
        /// @throws Refusal     if it is not answered as it wished
        /// @throws IOException if the connection is gone
        void answer(HttpExchange exchange) throws IOException;
    }

    private final Gate gate;
    private final Route route;
    private final PrintStream log;

    FrontDoor(Gate gate, Route route, PrintStream log) {
        this.gate = gate;
        this.route = route;
        this.log = log;
    }

    @Override
    public void handle(HttpExchange exchange) {
        try (exchange) {
            try {
                gate.check(exchange);
                route.answer(exchange);
            } catch (Refusal refusal) {
                Reply.refusal(exchange, refusal);
            } catch (LineStream.ReaderGone e) {
                throw e;
            } catch (RuntimeException | Error e) {
                fault(exchange, e);
            }
        } catch (LineStream.ReaderGone | IOException e) {
            // The page closed the connection; its run has ended with it.
        } catch (RuntimeException | Error e) {
            log.println("lens: the explorer could not send an answer: " + e);
        }
    }

    private void fault(HttpExchange exchange, Throwable e) throws IOException {
        log.println("lens: the explorer failed to answer " + exchange.getRequestURI().getRawPath() + ": " + e);
        e.printStackTrace(log);
        if (exchange.getResponseCode() < 0) {
            Reply.refusal(exchange, new Refusal(500, "INTERNAL", "the explorer failed: " + e.getClass().getSimpleName()));
        }
    }
}
