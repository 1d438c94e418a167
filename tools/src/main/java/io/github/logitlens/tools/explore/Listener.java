package io.github.logitlens.tools.explore;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/// Listens for this machine's HTTP, a thread for each connection.
///
/// The JDK's server answers what it cannot read by itself, with pages of its own that have no header of ours; ends a connection
/// before what it refused has been sent, whose sender may then never see the answer; and has no room left while enough others
/// say nothing.
final class Listener implements AutoCloseable {

    private static final int BACKLOG = 256;

    private final ServerSocket socket;
    private final FrontDoor door;
    private final ExecutorService threads;
    private final Limits limits;
    /// In the order in which they came, or have last been answered.
    private final Set<Connection> connections = new LinkedHashSet<>();
    private boolean closed;

    private Listener(ServerSocket socket, FrontDoor door, ExecutorService threads, Limits limits) {
        this.socket = socket;
        this.door = door;
        this.threads = threads;
        this.limits = limits;
    }

    /// A socket on the loopback interface only.
    ///
    /// @param port 0 for any that is free
    /// @throws IOException if the port cannot be had
    static ServerSocket bind(int port) throws IOException {
        return new ServerSocket(port, BACKLOG, InetAddress.getByName("127.0.0.1"));
    }

    /// Begins to listen.
    ///
    /// @param socket  owned from here on
    /// @param threads virtual ones: an interrupt of such a thread closes its connection
    static Listener start(ServerSocket socket, FrontDoor door, ExecutorService threads, Limits limits) {
        Listener listener = new Listener(socket, door, threads, limits);
        threads.execute(listener::accept);
        return listener;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                take(socket.accept());
            } catch (IOException | RejectedExecutionException e) {
                // Closed, or a connection that ended before it began.
            }
        }
    }

    private void take(Socket from) throws IOException {
        Connection connection = new Connection(from, door, limits, this);
        if (enter(connection)) {
            threads.execute(connection);
        } else {
            from.close();
        }
    }

    /// Takes the place of another where all are taken, of one that waits if there is any: nobody is kept out.
    ///
    /// @return false if the server is closed
    private synchronized boolean enter(Connection connection) {
        if (connections.size() >= limits.connections()) {
            Connection eldest = connections.stream().filter(Connection::waits).findFirst().orElseGet(connections.iterator()::next);
            connections.remove(eldest);
            eldest.close();
        }
        return !closed && connections.add(connection);
    }

    /// Hears that a connection has been answered.
    synchronized void answered(Connection connection) {
        if (connections.remove(connection)) {
            connections.add(connection);
        }
    }

    /// Hears that a connection is over.
    synchronized void left(Connection connection) {
        connections.remove(connection);
    }

    /// Takes no more connections, and ends those there are.
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // What cannot be closed is not listening.
        }
        synchronized (this) {
            closed = true;
            connections.forEach(Connection::close);
            connections.clear();
        }
    }
}
