package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/// An answer that goes out piece by piece. It begins with its first piece that is not empty: until then the request can still be
/// refused.
final class LineStream implements AutoCloseable {

    /// Whole lines in the making.
    @FunctionalInterface
    interface Lines {

        /// Writes them.
        void write(Writer out) throws IOException;
    }

    /// The page went away, or has stopped reading.
    static final class ReaderGone extends UncheckedIOException {

        private static final long serialVersionUID = 1L;

        ReaderGone(IOException cause) {
            super(cause);
        }
    }

    private final Exchange exchange;
    private final String contentType;
    private final Patience patience;
    private OutputStream out;

    LineStream(Exchange exchange, String contentType, Patience patience) {
        this.exchange = exchange;
        this.contentType = contentType;
        this.patience = patience;
    }

    boolean begun() {
        return out != null;
    }

    /// Sends lines at once.
    ///
    /// @throws ReaderGone if nobody reads any more
    void send(Lines lines) {
        try {
            StringWriter text = new StringWriter();
            lines.write(text);
            if (!text.getBuffer().isEmpty()) {
                byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
                patience.send(() -> send(bytes));
            }
        } catch (IOException e) {
            throw new ReaderGone(e);
        }
    }

    private void send(byte[] bytes) throws IOException {
        if (out == null) {
            out = Reply.lines(exchange, contentType);
        }
        out.write(bytes);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            patience.send(out::close);
        }
    }
}
