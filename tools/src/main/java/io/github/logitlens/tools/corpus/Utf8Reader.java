package io.github.logitlens.tools.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// A text as strict UTF-8, read bit by bit, which says where it is none.
final class Utf8Reader extends Reader {

    private static final int BUFFER = 1 << 16;

    private final String name;
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).flip();
    /// Of the first byte in the buffer.
    private long offset;
    private boolean ended;

    /// @param name   what a message calls the text
    /// @param in     closed with this
    /// @param offset how many bytes of the file are before it
    Utf8Reader(String name, InputStream in, long offset) {
        this.name = name;
        this.in = in;
        this.offset = offset;
    }

    /// Bytes that are not UTF-8, which nothing follows.
    static final class NotUtf8Exception extends CharacterCodingException {

        private static final long serialVersionUID = 1L;

        private final String message;

        NotUtf8Exception(String name, long offset) {
            message = name + ": expected UTF-8, got a byte that does not belong there at offset " + offset;
        }

        @Override
        public String getMessage() {
            return message;
        }
    }

    @Override
    public int read(char[] chars, int from, int length) throws IOException {
        CharBuffer out = CharBuffer.wrap(chars, from, length);
        while (out.position() == from) {
            if (!ended) {
                fill();
            }
            int before = bytes.position();
            CoderResult result = decoder.decode(bytes, out, ended);
            if (result.isError()) {
                if (out.position() > from) {
                    // What is before it is given out first.
                    return out.position() - from;
                }
                throw new NotUtf8Exception(name, offset + bytes.position());
            }
            if (ended && bytes.position() == before && out.position() == from) {
                return -1;
            }
        }
        return out.position() - from;
    }

    private void fill() throws IOException {
        offset += bytes.position();
        bytes.compact();
        int read = bytes.hasRemaining() ? in.read(bytes.array(), bytes.position(), bytes.remaining()) : 0;
        if (read < 0) {
            ended = true;
        } else {
            bytes.position(bytes.position() + read);
        }
        bytes.flip();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
