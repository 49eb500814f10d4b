package dev.tidemark.cli;

import dev.tidemark.aws.s3.KeyPage;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.fold.Admission;
import dev.tidemark.core.fold.RecordJudge;
import dev.tidemark.core.port.Archive;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.port.RedriveLog;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Judges archived records as the fold did, and keeps those that were too late. */
final class TooLateSearch {

    /** Segments that are read at once. */
    private static final int WIDTH = 16;

    private final Stores stores;
    private final View view;
    private final String stream;
    private final RecordJudge judge;

    /**
     * An event that came too late.
     *
     * @param record as archived
     * @param eventTimeMillis milliseconds since the epoch
     * @param redrive the number of the redrive that brought it; 0 if it came with the stream
     */
    record Event(Lane lane, RawRecord record, long eventTimeMillis, long redrive) {}

    /** What identifies an event: segments may overlap. */
    private record Place(Lane lane, Position position) {}

    TooLateSearch(Stores stores, Catalog catalog, View view) {
        Catalog.Source source = catalog.sources().stream()
                .filter(each -> each.name().equals(view.source()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no source '" + view.source() + "' in the catalog"));
        this.stores = stores;
        this.view = view;
        this.stream = source.stream();
        this.judge = new RecordJudge(view, source, JsonEventReader::new);
    }

    /**
     * Events that arrived in [from, to), those of the stream first.
     *
     * @param found is told each once
     */
    void run(long fromMillis, long toMillis, Consumer<Event> found) {
        Map<Lane, Position> acts = acts();
        Set<Place> seen = new HashSet<>();
        S3Archive archive = stores.archive();
        // A segment stands under the hour of its first record, and holds what waited in the stream together with it.
        long firstMillis = fromMillis - view.streamRetentionMillis();
        String after = null;
        do {
            KeyPage page = stores.await(archive.list(stream, firstMillis, toMillis, after, KeyPage.MAX_KEYS));
            for (int i = 0; i < page.keys().size(); i += WIDTH) {
                for (Archive.Segment segment : read(archive, page.keys(), i)) {
                    Position act = acts.getOrDefault(segment.lane(), Position.ORIGIN);
                    segment.records().stream()
                            .filter(record -> record.position().isAfter(act))
                            .forEach(record -> judge(segment.lane(), record, 0, fromMillis, toMillis, event -> {
                                if (seen.add(
                                        new Place(event.lane(), event.record().position()))) {
                                    found.accept(event);
                                }
                            }));
                }
            }
            after = page.next();
        } while (after != null);
        redriven(fromMillis, toMillis, found);
    }

    private List<Archive.Segment> read(S3Archive archive, List<String> keys, int first) {
        List<CompletableFuture<Archive.Segment>> segments = new ArrayList<>();
        keys.subList(first, Math.min(first + WIDTH, keys.size())).forEach(key -> segments.add(archive.read(key)));
        return segments.stream().map(stores::await).toList();
    }

    /** A lane gave a view that was activated later only the records after that. */
    private Map<Lane, Position> acts() {
        Map<Lane, Position> acts = new HashMap<>();
        for (LaneRow row : stores.await(stores.control().readLanes())) {
            Position act = row.views().get(view.version());
            if (act != null) {
                acts.put(row.lane(), act);
            }
        }
        return acts;
    }

    /** What was bad at first and too late once it was repaired. */
    private void redriven(long fromMillis, long toMillis, Consumer<Event> found) {
        S3RedriveLog log = stores.redriveLog();
        long last = stores.await(log.known()).last();
        for (long number = 1; number <= last; number++) {
            for (RedriveLog.Entry entry : stores.await(log.read(number)).entries()) {
                if (entry.viewVersion().equals(view.version())) {
                    judge(entry.lane(), entry.record(), number, fromMillis, toMillis, found);
                }
            }
        }
    }

    private void judge(
            Lane lane, RawRecord record, long redrive, long fromMillis, long toMillis, Consumer<Event> found) {
        if (record.arrivalMillis() < fromMillis || record.arrivalMillis() >= toMillis) {
            return;
        }
        try {
            if (judge.judge(record) == Admission.Verdict.TOO_LATE) {
                found.accept(new Event(lane, record, judge.statedTimeMillis(), redrive));
            }
        } catch (InvalidEvent inQuarantine) {
            // Bad records are not too late; `tidemark quarantine list` has them.
            return;
        }
    }
}
