package dev.tidemark.core.fold;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.reference.EffectiveSnapshots;
import dev.tidemark.core.reference.LookUp;
import dev.tidemark.core.reference.Snapshot;
import dev.tidemark.core.reference.Snapshots;
import dev.tidemark.core.stream.RawRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Brings what reading records needs besides their bytes: snapshots of references. Whoever reads records asks for it before,
 * so that reading itself waits for nothing. What it brings is a function of the records, of their arrivals, and of numbered,
 * immutable objects: the same whenever and wherever they are read.
 */
@FunctionalInterface
public interface Inputs extends EffectiveSnapshots {

    /** For sources whose records are read without anything else. */
    Inputs NONE = new Inputs() {
        private final CompletableFuture<Ready> nothing = CompletableFuture.completedFuture(Ready.NOTHING);

        @Override
        public CompletableFuture<Ready> prepare(Catalog.Source source, List<RawRecord> records) {
            return nothing;
        }
    };

    /** For rehearsals, which decide nothing: every reference as an empty table. */
    Inputs EMPTY_TABLES = new Inputs() {
        @Override
        public CompletableFuture<Ready> prepare(Catalog.Source source, List<RawRecord> records) {
            return effective(source.lookUps().stream().map(LookUp::reference).toList(), 0, 0)
                    .thenApply(Ready::new);
        }

        @Override
        public CompletableFuture<Map<String, Snapshots>> effective(List<String> names, long fromMillis, long toMillis) {
            Map<String, Snapshots> empty = new HashMap<>();
            names.forEach(name -> empty.put(name, new Snapshots(List.of(new Snapshot(1, Snapshot.ALWAYS, Map.of())))));
            return CompletableFuture.completedFuture(empty);
        }
    };

    /**
     * Everything that reading these records of a source takes.
     *
     * @return completes exceptionally if it cannot be had now, or it is not certain that it is all
     */
    CompletableFuture<Ready> prepare(Catalog.Source source, List<RawRecord> records);

    @Override
    default CompletableFuture<Map<String, Snapshots>> effective(List<String> names, long fromMillis, long toMillis) {
        return names.isEmpty()
                ? CompletableFuture.completedFuture(Map.of())
                : CompletableFuture.failedFuture(
                        new IllegalStateException("the references " + names + " cannot be read here"));
    }

    /**
     * What was brought for some records of one source. Immutable.
     *
     * @param references by name: the snapshots that are effective for the arrivals of the records
     */
    record Ready(Map<String, Snapshots> references) {

        public static final Ready NOTHING = new Ready(Map.of());

        public Ready {
            references = Map.copyOf(references);
        }
    }
}
