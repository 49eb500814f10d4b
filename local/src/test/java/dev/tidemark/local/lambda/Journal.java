package dev.tidemark.local.lambda;

import java.util.ArrayList;
import java.util.List;

/** What a function asked for, of Lambda and of the other services, in order. Thread-safe. */
final class Journal {

    private final List<String> entries = new ArrayList<>();

    synchronized void add(String entry) {
        entries.add(entry);
    }

    synchronized List<String> entries() {
        return List.copyOf(entries);
    }

    synchronized void clear() {
        entries.clear();
    }

    /** The entries before the first one that is equal. */
    List<String> before(String entry) {
        return entries().stream().takeWhile(each -> !each.equals(entry)).toList();
    }
}
