package dev.tidemark.local.store;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps the log of SQLite's Java binding off the console. Everything in it is also thrown, and a full disk would log
 * thousands of stack traces.
 */
final class SqliteLog {

    /** Referenced, because a logger without references forgets its level. */
    private static final List<Logger> LOGS = List.of(
            Logger.getLogger("com.almworks.sqlite4java"), Logger.getLogger("com.almworks.sqlite4java.Internal"));

    private SqliteLog() {}

    static void silence() {
        LOGS.forEach(log -> log.setLevel(Level.OFF));
    }
}
