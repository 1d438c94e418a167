package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// An answer's bytes on their way: as they are, or a chunk for what is written at once.
final class AnswerBody extends OutputStream {

    private final OutputStream out;
    private final boolean chunked;
    private final boolean left;
    private boolean closed;

    /// @param left whether only the head is sent
    AnswerBody(OutputStream out, boolean chunked, boolean left) {
        this.out = out;
        this.chunked = chunked;
        this.left = left;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        if (left || length == 0) {
            return;
        }
        if (chunked) {
            out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        out.write(bytes, from, length);
        if (chunked) {
            out.write(new byte[] {'\r', '\n'});
        }
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            if (chunked && !left) {
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            out.flush();
            closed = true;
        }
    }
}
