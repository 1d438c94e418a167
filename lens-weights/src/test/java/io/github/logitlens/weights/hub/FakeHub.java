package io.github.logitlens.weights.hub;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;

/// A hub on this machine's loopback interface that does what a test wants, bytes on the wire included. Large files come from
/// another "host": the same server under the name `localhost`.
final class FakeHub implements AutoCloseable {

    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    record Request(String method, String path, Map<String, String> headers) {

        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        boolean isHead() {
            return method.equals("HEAD");
        }

        boolean isFile(String name) {
            return path.endsWith("/" + name);
        }

        /// Where a range begins, 0 without one.
        int start() {
            String range = header("Range");
            return range.isEmpty() ? 0 : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        }
    }

    /// Writes a whole answer. An exception, or returning early, ends the connection.
    @FunctionalInterface
    interface Handler {
        void answer(Request request, OutputStream out) throws Exception;
    }

    private final String scheme;
    private final ServerSocket socket;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final Map<String, byte[]> files = new TreeMap<>();
    /// The commits that the model has; main is [#COMMIT].
    final Set<String> commits = ConcurrentHashMap.newKeySet();
    volatile Handler handler = this::serve;

    FakeHub() throws IOException {
        this("http", ServerSocketFactory.getDefault());
    }

    /// @param sockets of TLS for `https`
    FakeHub(String scheme, ServerSocketFactory sockets) throws IOException {
        this.scheme = scheme;
        commits.add(COMMIT);
        socket = sockets.createServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try {
                    Socket connection = socket.accept();
                    connections.add(connection);
                    Thread.ofVirtual().start(() -> serve(connection));
                } catch (IOException _) {
                    // Closed.
                }
            }
        });
    }

    FakeHub file(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    FakeHub file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /// A hub with a complete model, whose weights are `weights`.
    static FakeHub withModel(byte[] weights) throws IOException {
        return new FakeHub().model(weights);
    }

    FakeHub model(byte[] weights) {
        return file("config.json", "{\"model_type\": \"gpt2\"}").file("tokenizer.json", "{}")
                .file("model.safetensors", weights);
    }

    byte[] content(String name) {
        return files.get(name);
    }

    String endpoint() {
        return scheme + "://127.0.0.1:" + port();
    }

    /// The other host.
    String storage() {
        return scheme + "://localhost:" + port();
    }

    int port() {
        return socket.getLocalPort();
    }

    List<Request> requests() {
        return requests;
    }

    long gets(String file) {
        return requests.stream().filter(r -> !r.isHead() && r.path().contains("/resolve/") && r.isFile(file)).count();
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            String[] first = line(in).split(" ");
            if (first.length < 2) {
                return;
            }
            Map<String, String> headers = new LinkedHashMap<>();
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
            }
            Request request = new Request(first[0],
                    URLDecoder.decode(first[1].replaceFirst("\\?.*", ""), StandardCharsets.UTF_8), headers);
            requests.add(request);
            OutputStream out = connection.getOutputStream();
            handler.answer(request, out);
            out.flush();
        } catch (Exception _) {
            // The client went away, or the test wants the connection to end here.
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    /// What a good hub does.
    void serve(Request request, OutputStream out) throws IOException {
        String revision = request.path().replaceFirst("^.*/resolve/([^/]*)/.*$", "$1");
        boolean isCommit = revision.matches("[0-9a-f]{40}");
        if (isCommit && !commits.contains(revision)) {
            out.write(headers("404 Not Found", "X-Error-Code: RevisionNotFound", "Content-Length: 0"));
            return;
        }
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        serveFile(request, answer);
        String text = answer.toString(StandardCharsets.ISO_8859_1);
        out.write((isCommit ? text.replaceFirst("X-Repo-Commit: [0-9a-f]*", "X-Repo-Commit: " + revision) : text)
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    private void serveFile(Request request, OutputStream out) throws IOException {
        String name = request.path().substring(request.path().lastIndexOf('/') + 1);
        byte[] content = files.get(name);
        if (content == null) {
            out.write(headers("404 Not Found", "X-Error-Code: EntryNotFound", "Content-Length: 0"));
        } else if (name.endsWith(".safetensors") && request.path().contains("/resolve/")) {
            out.write(headers("302 Found", "X-Repo-Commit: " + COMMIT, "X-Linked-Etag: \"" + sha256(content) + "\"",
                    "X-Linked-Size: " + content.length, "ETag: \"of-the-redirect\"", "Content-Length: 0",
                    "Location: " + storage() + "/storage/" + name + "?signature=query-secret"));
        } else {
            out.write(content(request, content, content));
        }
    }

    /// The answer with a file's content, or with the range of it that was asked for.
    static byte[] content(Request request, byte[] content, byte[] tagged) {
        int start = request.start();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes(start == 0
                ? headers("200 OK", "X-Repo-Commit: " + COMMIT, "ETag: \"" + gitHash(tagged) + "\"",
                        "Content-Length: " + content.length)
                : headers("206 Partial Content", "Content-Length: " + (content.length - start),
                        "Content-Range: bytes " + start + "-" + (content.length - 1) + "/" + content.length));
        if (!request.isHead()) {
            answer.write(content, start, content.length - start);
        }
        return answer.toByteArray();
    }

    static byte[] headers(String status, String... headers) {
        StringBuilder text = new StringBuilder("HTTP/1.1 ").append(status).append("\r\n");
        for (String header : headers) {
            text.append(header).append("\r\n");
        }
        return text.append("Connection: close\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    static String sha256(byte[] content) {
        return hash("SHA-256", content);
    }

    static String gitHash(byte[] content) {
        ByteArrayOutputStream blob = new ByteArrayOutputStream();
        blob.writeBytes(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
        blob.writeBytes(content);
        return hash("SHA-1", blob.toByteArray());
    }

    private static String hash(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
