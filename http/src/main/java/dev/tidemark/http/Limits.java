package dev.tidemark.http;

/**
 * What a server grants all its clients together, and each of them. Slow clients, however many, can use no more than
 * this, and take nothing from those who complete their requests.
 *
 * @param maxConnections how many are open at once; one more closes the one that has gone longest without completing a
 *     request
 * @param idleMillis how long a connection may be silent
 * @param requestMillis how long a connection may go without completing a request, however little of one it sends or
 *     reads
 * @param maxBodyBytes how long the body of a request may be, where bodies are held in memory
 * @param maxHeldBytes how much memory all bodies and answers may take; more closes connections as above
 */
public record Limits(int maxConnections, long idleMillis, long requestMillis, int maxBodyBytes, long maxHeldBytes) {

    public Limits {
        check("maxConnections", maxConnections);
        check("idleMillis", idleMillis);
        check("requestMillis", requestMillis);
        check("maxBodyBytes", maxBodyBytes);
        if (maxHeldBytes < maxBodyBytes) {
            throw new IllegalArgumentException(
                    "maxHeldBytes is less than one body of " + maxBodyBytes + " bytes: " + maxHeldBytes);
        }
    }

    private static void check(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is not positive: " + value);
        }
    }
}
