package dev.tidemark.core.fold;

import dev.tidemark.core.async.Failures;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Why requests failed, for the log: the first few different causes. Thread-safe. */
final class Troubles {

    private static final int MAX = 5;

    private final Set<String> seen = new LinkedHashSet<>();

    /** @param what names the request in words; never a key or a payload */
    synchronized void add(String what, Throwable failure) {
        Throwable cause = Failures.cause(failure);
        add(what + ": " + cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }

    /** @param what in words; never a key or a payload */
    synchronized void add(String what) {
        if (seen.size() < MAX) {
            seen.add(what);
        }
    }

    synchronized List<String> list() {
        return List.copyOf(seen);
    }
}
