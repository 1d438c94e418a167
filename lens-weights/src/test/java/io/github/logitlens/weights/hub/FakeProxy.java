package io.github.logitlens.weights.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;

/// A proxy on this machine that makes tunnels, all of them to one port, whatever host is asked for.
final class FakeProxy implements AutoCloseable {

    private final ServerSocket socket;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final int target;
    private final String answer;

    /// @param answer a status to every request for a tunnel, such as `200 OK`
    FakeProxy(int target, String answer) throws IOException {
        this(target, answer, ServerSocketFactory.getDefault().createServerSocket(0, 100, InetAddress.getByName("127.0.0.1")));
    }

    /// @param socket where requests come in, perhaps over TLS
    FakeProxy(int target, String answer, ServerSocket socket) {
        this.target = target;
        this.answer = answer;
        this.socket = socket;
        Thread.ofVirtual().start(() -> {
            while (!socket.isClosed()) {
                try {
                    Socket client = socket.accept();
                    connections.add(client);
                    Thread.ofVirtual().start(() -> serve(client));
                } catch (IOException _) {
                    // Closed.
                }
            }
        });
    }

    private void serve(Socket client) {
        try (client) {
            heads.add(head(client.getInputStream()));
            client.getOutputStream().write(("HTTP/1.1 " + answer
                    + "\r\nContent-Length: 0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            if (!answer.startsWith("200")) {
                return;
            }
            try (Socket upstream = new Socket(InetAddress.getByName("127.0.0.1"), target)) {
                connections.add(upstream);
                Thread.ofVirtual().start(() -> {
                    try (upstream) {
                        client.getInputStream().transferTo(upstream.getOutputStream());
                    } catch (IOException _) {
                        // One side went away.
                    }
                });
                upstream.getInputStream().transferTo(client.getOutputStream());
            }
        } catch (IOException _) {
            // One side went away.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("no request");
            }
            head.write(b);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /// The first lines of every request for a tunnel.
    List<String> heads() {
        return heads;
    }

    String address() {
        return socket.getInetAddress().getHostAddress() + ":" + socket.getLocalPort();
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
