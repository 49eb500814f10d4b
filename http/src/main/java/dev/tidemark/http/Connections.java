package dev.tidemark.http;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.io.Connection;

/**
 * The open connections of one server, by the time since they last completed a request, longest first. Slow clients get
 * to the front, and are closed there if there are too many connections or bodies, or after too long.
 */
final class Connections implements Connection.Listener {

    private final Limits limits;
    private final Map<Connection, Progress> open = new LinkedHashMap<>();
    private long heldBytes;

    Connections(Limits limits) {
        this.limits = limits;
    }

    private static final class Progress {
        private final long sinceNanos = System.nanoTime();
        private long heldBytes;
    }

    @Override
    public void onOpened(Connection connection) {
        synchronized (this) {
            open.put(connection, new Progress());
        }
        closeExcess();
    }

    @Override
    public void onClosed(Connection connection) {
        forget(connection);
    }

    /** A request is answered, and the answer read. */
    synchronized void completed(Connection connection) {
        if (forget(connection)) {
            open.put(connection, new Progress());
        }
    }

    /** Counts memory for a request's body or answer until the request is completed. */
    void held(Connection connection, int bytes) {
        synchronized (this) {
            Progress progress = open.get(connection);
            if (progress != null) {
                progress.heldBytes += bytes;
                heldBytes += bytes;
            }
        }
        closeExcess();
    }

    /** Closes what has taken too long. */
    void closeOverdue() {
        long nowNanos = System.nanoTime();
        List<Connection> overdue = new ArrayList<>();
        synchronized (this) {
            open.forEach((connection, progress) -> {
                if (nowNanos - progress.sinceNanos > limits.requestMillis() * 1_000_000) {
                    overdue.add(connection);
                }
            });
        }
        overdue.forEach(Connection::close);
    }

    private synchronized boolean forget(Connection connection) {
        Progress progress = open.remove(connection);
        if (progress == null) {
            return false;
        }
        heldBytes -= progress.heldBytes;
        return true;
    }

    private void closeExcess() {
        List<Connection> excess = new ArrayList<>();
        synchronized (this) {
            Iterator<Map.Entry<Connection, Progress>> oldest = open.entrySet().iterator();
            while (open.size() > limits.maxConnections() || heldBytes > limits.maxHeldBytes()) {
                Map.Entry<Connection, Progress> next = oldest.next();
                heldBytes -= next.getValue().heldBytes;
                oldest.remove();
                excess.add(next.getKey());
            }
        }
        excess.forEach(Connection::close);
    }
}
