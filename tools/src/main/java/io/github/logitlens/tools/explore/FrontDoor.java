package io.github.logitlens.tools.explore;

import io.github.logitlens.error.LensException;
import java.io.IOException;
import java.io.PrintStream;

/// Where every request comes in, and is answered whatever happens: a refusal as such, a fault as 500. An error that escaped
/// would leave the connection hanging for ever.
final class FrontDoor {

    /// Answers what the gate let pass.
    @FunctionalInterface
    interface Route {

        /// Answers a request.
        ///
        /// @throws Refusal     if it is not answered as it wished
        /// @throws IOException if the connection is gone
        void answer(Exchange exchange) throws IOException;
    }

    private final Gate gate;
    private final Route route;
    private final PrintStream log;

    FrontDoor(Gate gate, Route route, PrintStream log) {
        this.gate = gate;
        this.route = route;
        this.log = log;
    }

    /// Answers a request.
    void handle(Exchange exchange) {
        try {
            try {
                gate.check(exchange);
                route.answer(exchange);
            } catch (LineStream.ReaderGone e) {
                throw e;
            } catch (Refusal refusal) {
                refuse(exchange, refusal);
            } catch (LensException e) {
                refuse(exchange, Refusal.model(e));
            } catch (RuntimeException | Error e) {
                refuse(exchange, Refusal.internal(e));
            }
        } catch (LineStream.ReaderGone | IOException e) {
            // The page closed the connection; its run has ended with it.
        } catch (RuntimeException | Error e) {
            log.println("lens: the explorer could not send an answer: " + e);
        }
    }

    /// Answers that it is not answered as it wished, if no answer has begun.
    void refuse(Exchange exchange, Refusal refusal) throws IOException {
        Throwable fault = refusal.getCause();
        if (fault != null) {
            log.println("lens: the explorer failed to answer " + exchange.target().getRawPath() + ": " + fault);
            fault.printStackTrace(log);
        }
        if (!exchange.hasBegun()) {
            Reply.refusal(exchange, refusal);
        }
    }
}
