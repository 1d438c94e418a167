package io.github.logitlens.tools;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/// The three standard streams of one run of the command line. Text is UTF-8, whatever the locale.
///
/// @param in       what `-` reads
/// @param out      results, and nothing else
/// @param err      everything else
/// @param terminal what `out` is connected to
/// @param typed    whether `in` is a terminal, where nothing comes unless somebody types it; asked once it matters
record Stdio(InputStream in, OutputStream out, PrintStream err, Terminal terminal, BooleanSupplier typed) {

    /// Streams that are no terminal.
    Stdio(InputStream in, OutputStream out, PrintStream err) {
        this(in, out, err, Terminal.NONE, () -> false);
    }

    /// Writes text to its end or throws.
    @FunctionalInterface
    interface Body {

        /// Writes all of it.
        ///
        /// @param out where to
        /// @throws IOException if `out` does
        void write(Writer out) throws IOException;
    }

    /// Writes bytes to their end or throws.
    @FunctionalInterface
    interface Bytes {

        /// Writes all of them.
        ///
        /// @param out where to
        /// @throws IOException if `out` does
        void write(OutputStream out) throws IOException;

        /// The same from text, in UTF-8.
        static Bytes of(Body body) {
            return out -> {
                Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
                body.write(writer);
                writer.flush();
            };
        }
    }

    /// Standard output could not be written.
    static final class OutputException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        OutputException(IOException cause) {
            super("standard output: " + cause.getMessage(), cause);
        }

        /// Whether the reader went away, as `head` does when it has seen enough: no fault of anybody.
        boolean readerGone() {
            String message = String.valueOf(getCause().getMessage()).toLowerCase(Locale.ROOT);
            return message.contains("broken pipe") || message.contains("pipe is being closed");
        }
    }

    /// Writes results to standard output.
    ///
    /// @param body the results
    /// @throws OutputException if they could not be written
    void print(Body body) {
        printBytes(Bytes.of(body));
    }

    /// Writes results that are no text to standard output.
    ///
    /// @param bytes the results
    /// @throws OutputException if they could not be written
    void printBytes(Bytes bytes) {
        try {
            bytes.write(out);
            out.flush();
        } catch (IOException e) {
            throw new OutputException(e);
        }
    }

    PrintWriter errWriter() {
        return new PrintWriter(new OutputStreamWriter(err, StandardCharsets.UTF_8), true);
    }
}
