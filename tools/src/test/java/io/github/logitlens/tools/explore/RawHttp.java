package io.github.logitlens.tools.explore;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// A connection over which a test sends bytes that no client library would.
final class RawHttp implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 120_000;

    private final Socket socket;

    RawHttp(int port) {
        try {
            socket = new Socket(InetAddress.getByName("127.0.0.1"), port);
            socket.setSoTimeout(TIMEOUT_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What came back.
    record Answer(int status, List<String> headers, String body) {

        String header(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return headers.stream().filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).strip()).findFirst().orElse("");
        }
    }

    /// Sends a whole request that asks for the connection to be closed, and reads the answer.
    static Answer ask(int port, String... lines) {
        try (RawHttp http = new RawHttp(port)) {
            http.send(String.join("\r\n", lines));
            return http.answer();
        }
    }

    static Answer get(int port, String path) {
        return ask(port, "GET " + path + " HTTP/1.1", "Host: 127.0.0.1:" + port, "Connection: close", "", "");
    }

    static Answer post(int port, String path, String body, String... headers) {
        String more = headers.length == 0 ? "Content-Type: application/json" : String.join("\r\n", headers);
        return ask(port, "POST " + path + " HTTP/1.1", "Host: 127.0.0.1:" + port, "Connection: close", more,
                "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length, "", body);
    }

    /// Sends text; that the other side has closed meanwhile is for the answer to tell.
    void send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
        } catch (SocketException e) {
            // seen by answer()
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All that comes until the other side closes, as it comes.
    String all() {
        try (InputStream in = socket.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Everything until the other side closes. Status 0: it closed without an answer.
    Answer answer() {
        byte[] bytes;
        try (InputStream in = socket.getInputStream()) {
            bytes = in.readAllBytes();
        } catch (SocketException e) {
            return new Answer(0, List.of(), e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("no answer within " + TIMEOUT_MILLIS + " ms", e);
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.isEmpty()) {
            return new Answer(0, List.of(), "");
        }
        int end = text.indexOf("\r\n\r\n");
        List<String> head = text.substring(0, end).lines().toList();
        Answer answer = new Answer(
                Integer.parseInt(head.getFirst().split(" ")[1]), head.subList(1, head.size()), text.substring(end + 4));
        return answer.header("Transfer-Encoding").equals("chunked")
                ? new Answer(answer.status, answer.headers, dechunked(bytes, text.substring(0, end + 4).length()))
                : answer;
    }

    /// @param at where the first chunk begins: the head is ASCII
    private static String dechunked(byte[] bytes, int at) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int next = at;
        while (next < bytes.length) {
            int lineEnd = next;
            while (bytes[lineEnd] != '\r') {
                lineEnd++;
            }
            int length = Integer.parseInt(new String(bytes, next, lineEnd - next, StandardCharsets.US_ASCII), 16);
            body.write(bytes, lineEnd + 2, length);
            next = lineEnd + 2 + length + 2;
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
