package io.github.logitlens.tools.corpus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.github.logitlens.CorpusDocument;
import io.github.logitlens.CorpusPlace;
import io.github.logitlens.Prompt;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;

/// The documents of files: each file one, or each line of one.
///
/// A line that is no document is an empty document here, so that documents and lines are as many and in one order; [#take] says what
/// is wrong with it.
public final class CorpusInput implements Iterator<CorpusDocument>, AutoCloseable {

    /// The name of standard input.
    public static final String STDIN = "-";

    /// A line is held in memory several times over; a longer text is a file.
    private static final int MAX_LINE = 64 << 20;
    private static final int BUFFER = 1 << 16;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
            .build();

    private final List<String> files;
    private final Form form;
    private final InputStream stdin;
    private final OptionalLong total;
    /// Given out, and not yet taken.
    private final Deque<Given> given = new ArrayDeque<>();
    private Start next;
    /// Bytes of the first text that are not wanted.
    private long skipped;
    private long document;
    /// Of the file that is being read; null between files.
    private Source in;
    /// Bytes of the files before it.
    private long before;

    /// What a document is.
    ///
    /// @param lines whether each line is one
    /// @param field the field of a line's JSON object that holds the text, if it is JSON
    public record Form(boolean lines, Optional<String> field) {
    }

    /// Where a document begins.
    ///
    /// @param file   which file, from 0
    /// @param line   which line, from 1
    /// @param offset as many bytes of the file are before the line
    public record Start(int file, long line, long offset) {
    }

    /// A document that was given out.
    ///
    /// @param place what a message calls it: a file, or a file and line
    /// @param start where it begins
    /// @param fault why its line is no document, if it is none
    public record Given(String place, Start start, Optional<String> fault) {
    }

    /// Why a line is no document.
    private static final class FaultException extends Exception {

        private static final long serialVersionUID = 1L;

        FaultException(String message) {
            super(message);
        }
    }

    /// A file, and how much of it was read.
    private static final class Source extends InputStream {

        private final String name;
        private final InputStream in;
        private final byte[] buffer = new byte[BUFFER];
        private int at;
        private int end;
        /// Of the end of the buffer.
        private long offset;

        /// @param offset as many bytes are skipped
        Source(String name, InputStream in, long offset) throws IOException {
            this.name = name;
            this.in = in;
            this.offset = offset;
            in.skipNBytes(offset);
        }

        long count() {
            return offset - (end - at);
        }

        boolean atEnd() throws IOException {
            if (at == end) {
                at = 0;
                end = Math.max(0, in.read(buffer));
                offset += end;
            }
            return at == end;
        }

        @Override
        public int read() throws IOException {
            return atEnd() ? -1 : buffer[at++] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (atEnd()) {
                return -1;
            }
            int count = Math.min(length, end - at);
            System.arraycopy(buffer, at, bytes, from, count);
            at += count;
            return count;
        }

        /// Reads to the end of the line, which is read too.
        ///
        /// @param line given at most `most` of its bytes, without the line feed
        void line(ByteArrayOutputStream line, int most) throws IOException {
            while (!atEnd()) {
                int feed = at;
                while (feed < end && buffer[feed] != '\n') {
                    feed++;
                }
                line.write(buffer, at, Math.min(feed - at, most - line.size()));
                at = feed;
                if (feed < end) {
                    at++;
                    return;
                }
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /// @param files paths; [#STDIN] for standard input, at most once
    /// @param form  what a document is
    /// @param stdin what [#STDIN] reads; left open
    /// @throws IllegalArgumentException if a file is not there, or is none
    public CorpusInput(List<String> files, Form form, InputStream stdin) {
        this.files = List.copyOf(files);
        this.form = form;
        this.stdin = stdin;
        next = new Start(0, 1, 0);
        long bytes = 0;
        boolean known = true;
        for (String file : files) {
            OptionalLong size = size(file);
            known &= size.isPresent();
            bytes += size.orElse(0);
        }
        total = known ? OptionalLong.of(bytes) : OptionalLong.empty();
    }

    private static OptionalLong size(String file) {
        if (file.equals(STDIN)) {
            return OptionalLong.empty();
        }
        try {
            Path path = Path.of(file);
            if (Files.isDirectory(path)) {
                throw new IllegalArgumentException(file + ": expected a file, got a directory");
            }
            if (!Files.isReadable(path)) {
                throw new IllegalArgumentException(
                        file + ": cannot be read, " + (Files.exists(path) ? "permission denied" : "there is no such file"));
            }
            return Files.isRegularFile(path) ? OptionalLong.of(Files.size(path)) : OptionalLong.empty();
        } catch (InvalidPathException | IOException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /// How many bytes the files have.
    ///
    /// @return empty where one of them does not say
    public OptionalLong total() {
        return total;
    }

    /// How many bytes were read, or skipped.
    ///
    /// @return of all files together
    public long read() {
        return before + (in == null ? 0 : in.count());
    }

    /// Leaves out the first documents.
    ///
    /// @param documents how many; if there are not so many, nothing is left
    /// @throws UncheckedIOException if a file cannot be read
    public void skip(long documents) {
        try {
            for (long i = 0; i < documents && hasNext(); i++) {
                if (form.lines) {
                    readLine(0);
                } else {
                    before += size(files.get(next.file)).orElse(0);
                    next = new Start(next.file + 1, 1, 0);
                }
                document++;
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// Begins at a document whose place is known, and within its text.
    ///
    /// @param start where the document begins
    /// @param place which document it is, and how much of its text is not wanted
    /// @throws UncheckedIOException if a file cannot be read
    public void startAt(Start start, CorpusPlace place) {
        for (String file : files.subList(0, start.file)) {
            before += size(file).orElse(0);
        }
        next = start;
        skipped = place.bytes();
        document = place.document();
    }

    @Override
    public boolean hasNext() {
        try {
            while (form.lines && (in == null || in.atEnd())) {
                if (in != null) {
                    next = new Start(next.file + 1, 1, 0);
                }
                if (next.file >= files.size()) {
                    return false;
                }
                open(next.offset);
            }
            return next.file < files.size();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// Opens the next file.
    private void open(long offset) throws IOException {
        close();
        before = read();
        in = null;
        String file = files.get(next.file);
        in = file.equals(STDIN) ? new Source("standard input", new KeptOpen(stdin), offset)
                : new Source(file, new FileInputStream(file), offset);
    }

    @Override
    public CorpusDocument next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        try {
            return form.lines ? line() : text();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private UncheckedIOException unreadable(IOException e) {
        String name = in == null ? files.get(Math.min(next.file, files.size() - 1)) : in.name;
        String message = String.valueOf(e.getMessage());
        return new UncheckedIOException(new IOException(message.startsWith(name) ? message : name + ": " + message, e));
    }

    private CorpusDocument text() throws IOException {
        open(skipped);
        given.add(new Given(in.name, next, Optional.empty()));
        next = new Start(next.file + 1, 1, 0);
        document++;
        Utf8Reader text = new Utf8Reader(in.name, in, skipped);
        skipped = 0;
        return CorpusDocument.of(in.name, text);
    }

    private CorpusDocument line() throws IOException {
        Start start = next;
        String place = in.name + ":" + start.line;
        ByteBuffer bytes = readLine(MAX_LINE);
        document++;
        try {
            CorpusDocument read = read(bytes, place);
            given.add(new Given(place, start, Optional.empty()));
            return read;
        } catch (FaultException e) {
            given.add(new Given(place, start, Optional.of(e.getMessage())));
            return CorpusDocument.of(place, Prompt.ids());
        }
    }

    private CorpusDocument read(ByteBuffer bytes, String place) throws FaultException {
        if (bytes.limit() > MAX_LINE) {
            throw new FaultException("line: expected at most " + MAX_LINE + " bytes, got more");
        }
        String text = decoded(bytes);
        return form.field.isEmpty() ? CorpusDocument.of(place, Prompt.of(text)) : new Fields(form.field.get()).read(text, place);
    }

    /// The next line, less its end.
    ///
    /// @param most how many of its bytes are wanted; one more says that there are more
    private ByteBuffer readLine(int most) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long count = in.count();
        in.line(line, most + 1);
        next = new Start(next.file, next.line + 1, next.offset + in.count() - count);
        byte[] bytes = line.toByteArray();
        return ByteBuffer.wrap(bytes, 0, bytes.length - (bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? 1 : 0));
    }

    private static String decoded(ByteBuffer bytes) throws FaultException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        try {
            return decoder.decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new FaultException("line: expected UTF-8, got a byte that does not belong there at offset " + bytes.position());
        }
    }

    /// What a line of JSON says.
    private record Fields(String name) {

        CorpusDocument read(String line, String place) throws FaultException {
            Optional<String> text = Optional.empty();
            String id = place;
            try (JsonParser json = JSON.createParser(line)) {
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    throw new FaultException("line: expected a JSON object, got "
                            + (json.currentToken() == null ? "nothing" : json.currentToken().toString()));
                }
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String field = json.currentName();
                    JsonToken value = json.nextToken();
                    if (field.equals(name)) {
                        if (value != JsonToken.VALUE_STRING) {
                            throw new FaultException("line: expected field \"" + name + "\" to be a string, got " + value);
                        }
                        text = Optional.of(json.getText());
                    } else if (field.equals("id") && value.isScalarValue() && value != JsonToken.VALUE_NULL) {
                        id = json.getText();
                    } else {
                        json.skipChildren();
                    }
                }
                if (json.nextToken() != null) {
                    throw new FaultException("line: expected one JSON object, got more");
                }
            } catch (JsonProcessingException e) {
                throw new FaultException("line: expected JSON: " + e.getOriginalMessage());
            } catch (IOException e) {
                throw new AssertionError("a text in memory is always readable", e);
            }
            if (text.isEmpty()) {
                throw new FaultException("line: expected a field \"" + name + "\", got none");
            }
            return CorpusDocument.of(id, Prompt.of(text.get()));
        }
    }

    /// The earliest document that was not taken yet.
    ///
    /// @return what is known of it besides its text
    public Given take() {
        return given.remove();
    }

    /// Where a document begins that was not taken yet, or that comes next.
    ///
    /// @param index which, from 0
    /// @return the place for [#startAt]
    public Start start(long index) {
        int ahead = (int) (document - index);
        return ahead == 0 ? next : given.stream().skip(given.size() - ahead).findFirst().orElseThrow().start;
    }

    @Override
    public void close() {
        try {
            if (in != null) {
                in.close();
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /// Standard input is not ours to close.
    private static final class KeptOpen extends FilterInputStream {

        KeptOpen(InputStream in) {
            super(in);
        }

        @Override
        public void close() {
            // left open for whoever owns it
        }
    }
}
