package io.github.logitlens.weights.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/// The way to a proxy that wants a user and a password, or is spoken to over TLS, for what the JDK's HTTP client
/// tunnels through it. That client sends no password when it asks for a tunnel, unless a property of the whole JVM
/// allows it (`jdk.http.auth.tunneling.disabledSchemes`). So it asks here, on the loopback interface, and what it asks
/// for is asked again at the proxy with the password; from then on bytes are passed on as they come, encrypted from end
/// to end.
///
/// Whoever asks has to show a secret that only this process knows: other users of this machine do not get to the proxy.
final class ProxyTunnel implements AutoCloseable {

    private static final int LONGEST_HEAD = 1 << 16;

    private final HubTiming timing;
    private final SSLSocketFactory sockets;
    private final String secret;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private Optional<ServerSocket> server = Optional.empty();
    private volatile Optional<String> failure = Optional.empty();
    private boolean closed;

    /// @param sockets for proxies that are spoken to over TLS
    ProxyTunnel(HubTiming timing, SSLSocketFactory sockets) {
        this.timing = timing;
        this.sockets = sockets;
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        this.secret = "Bearer " + HexFormat.of().formatHex(random);
    }

    /// Whether an address is asked through here and not at the proxy itself.
    boolean serves(HubProxy proxy, URI uri) {
        return HubProxies.isSecure(uri) && (proxy.isSecure() || proxy.authorization().isPresent());
    }

    /// What the header `Proxy-Authorization` has to say here.
    String authorization() {
        return secret;
    }

    /// Why the proxy could not be reached the last time, if it could not.
    Optional<String> failure() {
        return failure;
    }

    /// Where tunnels through `proxy` are asked for, which is the same one each time.
    synchronized InetSocketAddress address(HubProxy proxy) {
        try {
            if (server.isEmpty()) {
                ServerSocket socket = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
                server = Optional.of(socket);
                Thread.ofVirtual().name("tunnel").start(() -> serve(socket, proxy));
            }
            return (InetSocketAddress) server.get().getLocalSocketAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(ServerSocket socket, HubProxy proxy) {
        try {
            while (true) {
                Socket client = socket.accept();
                if (!keep(client)) {
                    return;
                }
                Thread.ofVirtual().start(() -> serve(client, proxy));
            }
        } catch (IOException _) {
            // Closed: nobody asks any more.
        }
    }

    /// Remembers a connection, to be closed with this, or closes it because this is closed.
    private synchronized boolean keep(Socket socket) throws IOException {
        if (closed) {
            socket.close();
            return false;
        }
        return open.add(socket);
    }

    private void serve(Socket client, HubProxy proxy) {
        try (client) {
            String head = head(client.getInputStream());
            String target = head.startsWith("CONNECT ") ? head.split(" ", 3)[1] : "";
            if (target.isEmpty() || !hasSecret(head)) {
                client.getOutputStream().write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
                return;
            }
            try (Socket upstream = connect(proxy)) {
                String request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n"
                        + proxy.authorization().map(value -> "Proxy-Authorization: " + value + "\r\n").orElse("")
                        + "\r\n";
                upstream.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                pass(client, upstream);
            } catch (IOException e) {
                failure = Optional.of(String.valueOf(e.getMessage()));
                client.getOutputStream().write("HTTP/1.1 504 No Proxy\r\nContent-Length: 0\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException _) {
            // The client gave up.
        } finally {
            open.remove(client);
        }
    }

    private boolean hasSecret(String head) {
        for (String line : head.split("\r\n")) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).equalsIgnoreCase("Proxy-Authorization")) {
                return MessageDigest.isEqual(line.substring(colon + 1).strip().getBytes(StandardCharsets.ISO_8859_1),
                        secret.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return false;
    }

    private Socket connect(HubProxy proxy) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(proxy.host(), proxy.port()), (int) timing.connect().toMillis());
            Socket spoken = proxy.isSecure() ? secured(socket, proxy) : socket;
            if (!keep(spoken)) {
                throw new IOException("closed");
            }
            return spoken;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// TLS to the proxy, whose certificate has to be for its name: it gets a password.
    private Socket secured(Socket socket, HubProxy proxy) throws IOException {
        SSLSocket secured = (SSLSocket) sockets.createSocket(socket, proxy.host(), proxy.port(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    /// Passes on what either side sends, until one ends.
    private void pass(Socket client, Socket upstream) throws IOException {
        Thread.ofVirtual().start(() -> {
            try (upstream) {
                client.getInputStream().transferTo(upstream.getOutputStream());
            } catch (IOException _) {
                // One side ended, and so does the other.
            }
        });
        InputStream in = upstream.getInputStream();
        OutputStream out = client.getOutputStream();
        byte[] bytes = new byte[1 << 14];
        boolean any = false;
        try {
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                out.write(bytes, 0, length);
                any = true;
            }
        } catch (IOException e) {
            if (!any) {
                throw e;
            }
        } finally {
            open.remove(upstream);
        }
    }

    /// A request's first lines, up to the empty one.
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int newlines = 0;
        while (newlines < 2) {
            int b = in.read();
            if (b < 0 || head.size() == LONGEST_HEAD) {
                throw new IOException("no request");
            }
            head.write(b);
            newlines = b == '\n' ? newlines + 1 : b == '\r' ? newlines : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (server.isPresent()) {
                server.get().close();
            }
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException _) {
            // Nothing is left to be done about a socket that cannot be closed.
        }
    }
}
