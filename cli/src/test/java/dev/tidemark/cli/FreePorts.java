package dev.tidemark.cli;

import java.io.IOException;
import java.net.ServerSocket;

/** Finds ports for a run whose services have to be found by its port. */
public final class FreePorts {

    private FreePorts() {}

    /** The first of four in a row, as the run command takes them. */
    public static int fourInARow() throws IOException {
        for (int i = 0; i < 100; i++) {
            try (ServerSocket first = new ServerSocket(0)) {
                int port = first.getLocalPort();
                if (port + 3 < 65_536 && isFree(port + 1) && isFree(port + 2) && isFree(port + 3)) {
                    return port;
                }
            }
        }
        throw new AssertionError("no four free ports in a row");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
