package dev.tidemark.cli.imports;

import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Plural;
import dev.tidemark.cli.terminal.ShownText;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.history.Range;
import dev.tidemark.core.overlap.EventFields;
import dev.tidemark.core.overlap.RepeatedIds;
import dev.tidemark.core.overlap.SourceRecords;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.tables.TableFile;
import dev.tidemark.tables.TableFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Refuses an import of which rows that count share an event id, with each other or with rows of earlier imports (rule I5): both
 * would count. Or drops all but one of them. Holds eight bytes for each row, and the rows whose ids are shared. Not
 * thread-safe.
 */
final class SameIds {

    private static final int NAMED = 10;

    private final EventFields fields;
    private final long untilMillis;
    private final JsonEventReader reader;
    private final EventRow row;
    private final RepeatedIds ids = new RepeatedIds();

    SameIds(Catalog catalog, Catalog.Source source, long untilMillis) {
        this.fields = new EventFields(catalog, source, null);
        this.untilMillis = untilMillis;
        this.reader = new JsonEventReader(fields.source().shape());
        this.row = new EventRow(fields.source().shape().fields().size());
    }

    /** Takes a row of the files. */
    void add(MappedRow mapped) {
        String id = id(mapped);
        if (id != null) {
            ids.add(id);
        }
    }

    private @Nullable String id(MappedRow mapped) {
        return id(mapped.eventTimeMillis(), mapped.event());
    }

    /** Of a row that counts. */
    private @Nullable String id(long millis, byte[] event) {
        if (!fields.hasId() || millis >= untilMillis) {
            return null;
        }
        reader.read(event, row);
        return fields.id(row);
    }

    /**
     * After all rows of the files.
     *
     * @param stores have the earlier imports
     * @param before the number of this import; those from it on are not looked at
     * @throws Failure if ids are shared: it names the first of them
     */
    void refuse(Stores stores, long before, TableFiles tables, List<TableFile> files, MappedFiles mapped)
            throws IOException {
        RepeatedIds.Candidates candidates = candidates(stores, before);
        if (candidates == null) {
            return;
        }
        Map<String, List<String>> places = new TreeMap<>();
        imported(stores, before, (id, place) -> note(candidates, places, id, place));
        mapped.each(tables, files, new MappedFiles.Sink() {
            @Override
            public void row(MappedRow again) {
                String id = id(again);
                if (id != null) {
                    note(candidates, places, id, again.place());
                }
            }

            @Override
            public void bad(String place, String problem) {
                // Told before.
            }
        });
        places.values().removeIf(of -> of.size() < 2 || of.stream().allMatch(place -> place.startsWith("import ")));
        if (!places.isEmpty()) {
            throw new Failure(text(places));
        }
    }

    /** Those that any two rows may share; null if all are different. */
    private RepeatedIds.@Nullable Candidates candidates(Stores stores, long before) {
        if (!fields.hasId()) {
            return null;
        }
        imported(stores, before, (id, place) -> ids.add(id));
        RepeatedIds.Candidates candidates = ids.candidates();
        return candidates.isEmpty() ? null : candidates;
    }

    /**
     * After all rows of the files: of the rows that share an id, the first by event time, then by its bytes, stays, and none
     * if an earlier import has the id.
     *
     * @param before the number of this import; those from it on are not looked at
     * @return which rows of the spool stay; to be asked once for each, those of one part in its order
     */
    Spool.Choice dropping(Stores stores, long before, Spool spool) {
        RepeatedIds.Candidates candidates = candidates(stores, before);
        if (candidates == null) {
            return (millis, event) -> true;
        }
        Map<String, First> first = new HashMap<>();
        spool.each((millis, event) -> {
            String id = id(millis, event);
            if (id != null && candidates.mayHold(id)) {
                first.merge(id, new First(millis, event), First::earlier);
            }
            return true;
        });
        // No row is the one that stays.
        imported(stores, before, (id, place) -> first.computeIfPresent(id, (shared, one) -> NOBODY));
        return (millis, event) -> {
            String id = id(millis, event);
            First stays = id == null ? null : first.get(id);
            if (stays == null) {
                return true;
            }
            boolean isFirst = stays.is(millis, event);
            if (isFirst) {
                first.put(id, NOBODY);
            }
            return isFirst;
        };
    }

    private static final First NOBODY = new First(-1, new byte[0]);

    @SuppressWarnings("ArrayRecordComponent") // Compared by is.
    private record First(long millis, byte[] event) {

        private static final Comparator<First> ORDER =
                Comparator.comparingLong(First::millis).thenComparing(First::event, Arrays::compareUnsigned);

        First earlier(First other) {
            return ORDER.compare(this, other) <= 0 ? this : other;
        }

        boolean is(long otherMillis, byte[] other) {
            return millis == otherMillis && Arrays.equals(event, other);
        }
    }

    private static void note(
            RepeatedIds.Candidates candidates, Map<String, List<String>> places, String id, String place) {
        if (candidates.mayHold(id)) {
            places.computeIfAbsent(id, absent -> new ArrayList<>()).add(place);
        }
    }

    private interface Ids {
        void take(String id, String place);
    }

    private void imported(Stores stores, long before, Ids taken) {
        if (before == 1) {
            return;
        }
        SourceRecords records = new SourceRecords(stores.past(), fields.source());
        stores.await(records.read(Range.ALL, lane -> isEarlier(lane, before), (lane, record, event, timeMillis) -> {
            String id = fields.id(event);
            if (id != null && timeMillis < untilMillis) {
                taken.take(id, "import " + Lane.importOf(lane.id()));
            }
        }));
    }

    private static boolean isEarlier(String laneId, long before) {
        return Lane.isImport(laneId) && Lane.importOf(laneId) < before;
    }

    private static String text(Map<String, List<String>> places) {
        return Plural.of(places.size(), "event id") + " of these rows would count more than once:\n"
                + places.entrySet().stream()
                        .limit(NAMED)
                        .map(id -> ShownText.text("  " + id.getKey() + ": " + String.join(", ", id.getValue())))
                        .collect(Collectors.joining("\n"))
                + "\nLeave all but one row of each out, in the export by the map's where, or with --same-id drop, which keeps"
                + " the first of them in time; nothing was written";
    }
}
