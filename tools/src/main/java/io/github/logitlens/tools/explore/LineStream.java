package io.github.logitlens.tools.explore;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/// An answer that goes out line by line. It begins with its first line: until then the request can still be refused.
final class LineStream implements AutoCloseable {

    /// Whole lines in the making.
    @FunctionalInterface
    interface Lines {

        /// Writes them.
        void write(Writer out) throws IOException;
    }

    /// The page went away.
    static final class ReaderGone extends UncheckedIOException {

        private static final long serialVersionUID = 1L;

        ReaderGone(IOException cause) {
            super(cause);
        }
    }

    private final HttpExchange exchange;
    private OutputStream out;

    LineStream(HttpExchange exchange) {
        this.exchange = exchange;
    }

    synchronized boolean begun() {
        return out != null;
    }

    /// Sends lines at once, from any thread.
    ///
    /// @throws ReaderGone if nobody reads any more
    synchronized void send(Lines lines) {
        try {
            StringWriter text = new StringWriter();
            lines.write(text);
            if (out == null) {
                out = Reply.lines(exchange);
            }
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new ReaderGone(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }
}
