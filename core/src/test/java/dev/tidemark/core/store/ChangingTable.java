package dev.tidemark.core.store;

import dev.tidemark.core.change.ReferencePublisher;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.fold.ReferenceInputs;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.SnapshotRows;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;

/** A reference whose rows are published anew now and then, and plainly what it says at a moment. */
public final class ChangingTable {

    /** Published and effective later; the first one always. */
    private record Version(long effectiveMillis, Map<String, Map<String, Object>> rows) {}

    public final InMemoryReferenceLog log = new InMemoryReferenceLog();
    private final Reference reference;
    private final LongSupplier clockMillis;
    private final List<Version> versions = new ArrayList<>();

    /** @param reference with a text {@code country}, a number {@code age} and one key */
    public ChangingTable(Reference reference, LongSupplier clockMillis) {
        this.reference = reference;
        this.clockMillis = clockMillis;
    }

    /** As a process has it that was just started. */
    public Inputs inputs() {
        return new ReferenceInputs(log, clockMillis);
    }

    /** Rows for some of the keys, with some of the fields. */
    public void publish(List<String> keys, Random random) {
        Map<String, Map<String, Object>> rows = new HashMap<>();
        SnapshotRows written = new SnapshotRows();
        for (String key : keys) {
            if (random.nextInt(4) > 0) {
                Map<String, Object> row = new HashMap<>();
                if (random.nextInt(4) > 0) {
                    row.put("country", "c" + random.nextInt(1_000));
                }
                row.put(
                        "age",
                        new BigDecimal(random.nextInt(1_000)).movePointLeft(1).stripTrailingZeros());
                rows.put(key, row);
                written.add(key, new Snapshot.Row(Snapshot.ALWAYS, row));
            }
        }
        long effective =
                versions.isEmpty() ? Long.MIN_VALUE : clockMillis.getAsLong() + reference.effectiveAfterMillis();
        versions.add(new Version(effective, rows));
        new ReferencePublisher(log, clockMillis)
                .publish(reference, written, null)
                .join();
    }

    /** The number of the last table that was effective by a moment. */
    public int numberAt(long millis) {
        int number = 1;
        for (int i = 0; i < versions.size(); i++) {
            number = versions.get(i).effectiveMillis() <= millis ? i + 1 : number;
        }
        return number;
    }

    /** The row of a key at a moment; empty if it has none. */
    public Map<String, Object> rowAt(String key, long millis) {
        return versions.get(numberAt(millis) - 1).rows().getOrDefault(key, Map.of());
    }
}
