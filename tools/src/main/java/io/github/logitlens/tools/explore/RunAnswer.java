package io.github.logitlens.tools.explore;

import io.github.logitlens.LensComparison;
import io.github.logitlens.LensResult;
import io.github.logitlens.tools.view.ComparisonLines;
import io.github.logitlens.tools.view.RunCsv;
import io.github.logitlens.tools.view.RunLines;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// How an answer is written while what it needs is computed.
///
/// @param <P> what is computed, part by part
interface RunAnswer<P> extends AutoCloseable {

    /// Enough for the product to run at full speed, few enough for the first columns to be seen early.
    int POSITIONS_AT_ONCE = 32;

    /// Hears how far it is.
    void progress(String stage, long done, long of);

    /// Hears a part: of a run some of the positions, in their order.
    void part(P part);

    /// Hears that this was all.
    void done(long millis);

    /// Hears that nothing more will come.
    ///
    /// @throws Refusal if the answer has not begun: then it is the refusal
    void failed(Refusal refusal);

    @Override
    void close() throws IOException;

    /// Parts as lines of JSON.
    ///
    /// @param <P> the parts
    interface Lines<P> {

        /// A part's lines, in pieces of which each is sent by itself.
        ///
        /// @param first whether it is the first part
        List<LineStream.Lines> of(P part, boolean first);
    }

    /// The lines of a run.
    static RunAnswer<LensResult> lines(Exchange exchange, Patience patience) {
        return lines(exchange, patience, (part, first) -> List.of(out -> {
            if (first) {
                RunLines.start(part, out);
            }
            RunLines.rows(part, out);
        }));
    }

    /// The lines of a comparison.
    static RunAnswer<LensComparison> comparisonLines(Exchange exchange, Patience patience) {
        return lines(exchange, patience, (comparison, _) -> {
            List<LineStream.Lines> pieces = new ArrayList<>(List.of(out -> ComparisonLines.start(comparison, out)));
            for (int i = 0; i < comparison.points().size(); i++) {
                int point = i;
                pieces.add(out -> ComparisonLines.rows(comparison, point, out));
            }
            return pieces;
        });
    }

    /// Lines of JSON, each sent as soon as there is something to say.
    static <P> RunAnswer<P> lines(Exchange exchange, Patience patience, Lines<P> lines) {
        LineStream stream = new LineStream(exchange, "application/x-ndjson; charset=utf-8", patience);
        return new RunAnswer<>() {

            private boolean started;

            @Override
            public void progress(String stage, long done, long of) {
                stream.send(out -> ApiJson.progress(stage, done, of, out));
            }

            @Override
            public void part(P part) {
                boolean first = !started;
                started = true;
                lines.of(part, first).forEach(stream::send);
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
    static RunAnswer<LensResult> table(Exchange exchange, Patience patience) {
        LineStream stream = new LineStream(exchange, "text/csv; charset=utf-8", patience);
        List<LensResult> parts = new ArrayList<>();
        return new RunAnswer<>() {

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

    /// A whole as bytes.
    ///
    /// @param <P> what is whole in one part
    interface Bytes<P> {

        /// Makes them.
        ///
        /// @throws Refusal if it cannot be made so
        byte[] of(P whole) throws IOException;
    }

    /// An answer in one piece, which begins when it is made.
    static <P> RunAnswer<P> whole(Exchange exchange, Patience patience, String contentType, Bytes<P> bytes) {
        return new RunAnswer<>() {

            private P whole;

            @Override
            public void progress(String stage, long done, long of) {
                // no place for it
            }

            @Override
            public void part(P part) {
                whole = part;
            }

            @Override
            public void done(long millis) {
                try {
                    byte[] made = bytes.of(whole);
                    patience.send(() -> Reply.bytes(exchange, 200, contentType, made));
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

    /// Writes a whole as text.
    ///
    /// @param <P> what is whole in one part
    interface Document<P> {

        /// Writes all of it.
        void write(P whole, Writer out) throws IOException;
    }

    /// A document of JSON.
    static <P> RunAnswer<P> document(Exchange exchange, Patience patience, Document<P> document) {
        return whole(exchange, patience, "application/json; charset=utf-8", whole -> {
            StringWriter out = new StringWriter();
            document.write(whole, out);
            return out.toString().getBytes(StandardCharsets.UTF_8);
        });
    }
}
