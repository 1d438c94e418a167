package io.github.logitlens.tools.explore;

import io.github.logitlens.LensResult;
import io.github.logitlens.tools.view.RunCsv;
import io.github.logitlens.tools.view.RunLines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// How the answer to a run is written while the run goes on.
interface RunAnswer extends AutoCloseable {

    /// Enough for the product to run at full speed, few enough for the first columns to be seen early.
    int POSITIONS_AT_ONCE = 32;

    /// How many positions a part has at most.
    default int positionsAtOnce() {
        return POSITIONS_AT_ONCE;
    }

    /// Hears how far it is.
    void progress(String stage, long done, long of);

    /// Hears some of the positions, in their order.
    void part(LensResult part);

    /// Hears that this was all.
    void done(long millis);

    /// Hears that nothing more will come.
    ///
    /// @throws Refusal if the answer has not begun: then it is the refusal
    void failed(Refusal refusal);

    @Override
    void close() throws IOException;

    /// Lines of JSON, each sent as soon as there is something to say.
    static RunAnswer lines(Exchange exchange, Patience patience) {
        LineStream stream = new LineStream(exchange, "application/x-ndjson; charset=utf-8", patience);
        return new RunAnswer() {

            private boolean started;

            @Override
            public void progress(String stage, long done, long of) {
                stream.send(out -> ApiJson.progress(stage, done, of, out));
            }

            @Override
            public void part(LensResult part) {
                stream.send(out -> {
                    if (!started) {
                        started = true;
                        RunLines.start(part, out);
                    }
                    RunLines.rows(part, out);
                });
            }

            @Override
            public void done(long millis) {
                stream.send(out -> ApiJson.done(millis, out));
            }

            @Override
            public void failed(Refusal refusal) {
                if (!stream.begun()) {
                    throw refusal;
                }
                stream.send(out -> ApiJson.error(refusal.reason(), refusal.getMessage(), out));
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    /// A table as `lens --format csv` writes it. It has no place for progress or a failure, so it begins when all is there.
    static RunAnswer table(Exchange exchange, Patience patience) {
        LineStream stream = new LineStream(exchange, "text/csv; charset=utf-8", patience);
        List<LensResult> parts = new ArrayList<>();
        return new RunAnswer() {

            @Override
            public void progress(String stage, long done, long of) {
                // no place for it
            }

            @Override
            public void part(LensResult part) {
                parts.add(part);
            }

            @Override
            public void done(long millis) {
                stream.send(out -> RunCsv.head(parts.getFirst(), out));
                parts.forEach(part -> stream.send(out -> RunCsv.rows(part, out)));
            }

            @Override
            public void failed(Refusal refusal) {
                throw refusal;
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    /// A picture of the whole run. It begins when it is drawn.
    static RunAnswer picture(Exchange exchange, PictureRequest request, Patience patience) {
        return new RunAnswer() {

            private LensResult whole;

            @Override
            public int positionsAtOnce() {
                return Integer.MAX_VALUE;
            }

            @Override
            public void progress(String stage, long done, long of) {
                // no place for it
            }

            @Override
            public void part(LensResult part) {
                whole = part;
            }

            @Override
            public void done(long millis) {
                try {
                    byte[] picture = request.draw(whole);
                    patience.send(() -> Reply.bytes(exchange, 200, request.contentType(), picture));
                } catch (IOException e) {
                    throw new LineStream.ReaderGone(e);
                }
            }

            @Override
            public void failed(Refusal refusal) {
                throw refusal;
            }

            @Override
            public void close() {
                // the exchange is closed by who opened it
            }
        };
    }
}
