package dev.tidemark.simulation.imported;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.checkpoint.CheckpointPorts;
import dev.tidemark.core.checkpoint.CheckpointSettings;
import dev.tidemark.core.checkpoint.Checkpointer;
import dev.tidemark.core.control.LaneDecisions;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.fold.BatchFold;
import dev.tidemark.core.fold.BatchOutcome;
import dev.tidemark.core.fold.FoldPorts;
import dev.tidemark.core.fold.FoldSettings;
import dev.tidemark.core.history.CutWalk;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.store.Archive;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.Cas;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.store.ImportLog;
import dev.tidemark.core.store.InMemoryArchive;
import dev.tidemark.core.store.InMemoryBackfillLog;
import dev.tidemark.core.store.InMemoryCheckpoints;
import dev.tidemark.core.store.InMemoryControlStore;
import dev.tidemark.core.store.InMemoryImportLog;
import dev.tidemark.core.store.InMemoryItemStore;
import dev.tidemark.core.store.InMemoryLineage;
import dev.tidemark.core.store.InMemoryQuarantine;
import dev.tidemark.core.store.InMemoryRedriveLog;
import dev.tidemark.core.store.InMemoryScan;
import dev.tidemark.core.stream.Batch;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.core.stream.Sha256;
import dev.tidemark.core.view.View;
import dev.tidemark.oracle.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A shop's events of some days, drawn from a seed. An export has those of before a seam, and some later ones; the stream has
 * those from the seam on, and some earlier ones; both are complete. In the middle of the stream the export is imported.
 */
final class ImportWorld {

    static final String STREAM = "shop";
    static final List<String> USERS = List.of("ann", "bob", "cid", "dot", "eve");
    static final long HOUR_MILLIS = 3_600_000;
    static final long DELAY_MILLIS = 2_000;

    private static final String ARN = "arn:aws:kinesis:eu-central-1:111122223333:stream/" + STREAM;
    private static final long START_MILLIS = 1_790_000_000_000L - 1_790_000_000_000L % HOUR_MILLIS;
    private static final int EVENTS = 400;
    private static final long HOURS = 72;

    final InMemoryArchive archive = new InMemoryArchive();
    final InMemoryControlStore control = new InMemoryControlStore();
    final InMemoryItemStore items = new InMemoryItemStore();
    final InMemoryQuarantine quarantine = new InMemoryQuarantine();
    final InMemoryRedriveLog redrives = new InMemoryRedriveLog();
    final InMemoryCheckpoints checkpoints = new InMemoryCheckpoints();
    final Seam seam;
    final String yaml;
    final Catalog catalog;

    /** What counts, each event once: imported rows of before the seam, and records of the stream from it on. */
    final List<StreamRecord> union = new ArrayList<>();

    final List<ImportLog.Manifest> imports = new ArrayList<>();
    private final InMemoryImportLog log = new InMemoryImportLog();

    /** Answers as they were given, before and after the import. */
    final List<Answer> asked = new ArrayList<>();

    /** Cuts of before, during and after the imports, with what counted up to them when they were made. */
    final List<CutThen> cuts = new ArrayList<>();

    private final Random random;
    private final BatchFold fold;
    private final Map<Lane, List<RawRecord>> waiting = new HashMap<>();
    private final List<Event> events = new ArrayList<>();
    private int sequence = 1_000_000;
    private int across;
    long nowMillis;

    record CutThen(Cut cut, Set<String> fates) {}

    private record Event(String user, long timeMillis, String json) {}

    /** @param others views that a later catalog has too; empty for none */
    static String yaml(Seam seam, String others) {
        return """
                tidemark: 1
                sources:
                  shop:
                    stream: shop
                    event_time: {field: ts, format: epoch_millis}
                    event_id: id
                    history: {until: '%s', arrival_delay: 2s}
                views:
                  buyer:
                    source: shop
                    entity: user
                    retention: 3d
                    features:
                      buys: {function: count, windows: [1h, 30h, lifetime]}
                      spent: {function: sum, input: price, windows: [6h, 30h, lifetime]}
                      newest: {function: last_n, n: 3, input: price, windows: [30h]}
                  once:
                    source: shop
                    entity: user
                    retention: 3d
                    drop_duplicates: {horizon: 10m, max_ids: 1000}
                    features:
                      buys: {function: count, windows: [30h, lifetime]}
                """.formatted(Instant.ofEpochMilli(seam.untilMillis())) + others;
    }

    static final String LATER = """
              later:
                source: shop
                entity: user
                retention: 3d
                where: price > 2
                features:
                  dear: {function: count, windows: [30h, lifetime]}
            """;

    ImportWorld(long seed) {
        random = new Random(seed);
        long until = START_MILLIS + (20 + random.nextInt(20)) * HOUR_MILLIS + random.nextInt(3_600) * 1_000L;
        seam = new Seam(until, DELAY_MILLIS);
        yaml = yaml(seam, "");
        catalog = new CatalogCompiler().compile(yaml);
        fold = fold(catalog, archive);
        draw();
        List<Event> onStream = events.stream()
                .filter(event -> event.timeMillis() >= until - random.nextInt(6) * HOUR_MILLIS)
                .toList();
        long importAt = until + (3 + random.nextInt(20)) * HOUR_MILLIS;
        nowMillis = START_MILLIS;
        List<RawRecordOf> arrivals = arrivals(onStream);
        boolean imported = false;
        for (RawRecordOf one : arrivals) {
            if (!imported && one.record().arrivalMillis() > importAt) {
                drain();
                nowMillis = importAt;
                ask();
                cut();
                importHistory(until);
                checkpoint();
                imported = true;
            }
            nowMillis = Math.max(nowMillis, one.record().arrivalMillis());
            waiting.computeIfAbsent(one.lane(), lane -> new ArrayList<>()).add(one.record());
            if (random.nextInt(6) == 0) {
                drain();
                ask();
                if (random.nextInt(10) == 0) {
                    checkpoint();
                }
            }
        }
        drain();
        if (!imported) {
            throw new AssertionError("no record came after the import");
        }
        nowMillis += 1;
        ask();
        checkpoint();
        cut();
    }

    private record RawRecordOf(Lane lane, RawRecord record) {}

    /** Records on the wrong side of the seam, of stream and export. */
    int across() {
        return across;
    }

    private void draw() {
        for (int i = 0; i < EVENTS; i++) {
            String user = USERS.get(random.nextInt(USERS.size()));
            long time = START_MILLIS + random.nextLong(HOURS * HOUR_MILLIS);
            if (random.nextInt(20) == 0) {
                time = seam.untilMillis() + random.nextInt(3) - 1;
            }
            String json = "{\"user\":\"" + user + "\",\"ts\":" + time + ",\"price\":" + random.nextInt(1000) / 100.0
                    + ",\"id\":\"id" + (random.nextInt(15) == 0 ? Math.max(0, i - 1) : i) + "\"}";
            events.add(new Event(user, time, json));
        }
    }

    /** In order of arrival; some come late, some a little before they happen, some twice. */
    private List<RawRecordOf> arrivals(List<Event> onStream) {
        List<Event> sent = new ArrayList<>(onStream);
        List<Long> times = new ArrayList<>();
        onStream.forEach(event -> times.add(event.timeMillis() + lateness()));
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparing(times::get));
        List<RawRecordOf> arrivals = new ArrayList<>();
        for (int i : order) {
            Event event = sent.get(i);
            Lane lane = new Lane(
                    ARN,
                    1_700_000_000_000L,
                    "shardId-00000000000" + Math.floorMod(event.user().hashCode(), 2));
            byte[] data = event.json().getBytes(StandardCharsets.UTF_8);
            RawRecord record =
                    new RawRecord(new Position(Integer.toString(sequence++), 0), times.get(i), event.user(), data);
            arrivals.add(new RawRecordOf(lane, record));
            count(lane, record, event.timeMillis() >= seam.untilMillis());
        }
        return arrivals;
    }

    private long lateness() {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextLong(20 * HOUR_MILLIS);
            case 1 -> -random.nextInt(30_000);
            default -> random.nextInt(3_000);
        };
    }

    private void count(Lane lane, RawRecord record, boolean counts) {
        if (counts) {
            union.add(new StreamRecord(
                    STREAM,
                    lane.shardId(),
                    record.position().sequenceNumber(),
                    0,
                    record.arrivalMillis(),
                    record.data()));
        } else {
            across++;
        }
    }

    private BatchFold fold(Catalog of, Archive appended) {
        FoldPorts ports = new FoldPorts(
                items,
                control,
                appended,
                quarantine,
                new InMemoryLineage(),
                millis -> CompletableFuture.completedFuture(null),
                () -> nowMillis,
                new Random(1));
        return new BatchFold(of, ports, new FoldSettings("g1", 4, 3, 1 << 20));
    }

    private void drain() {
        waiting.forEach((lane, records) -> deliver(fold, lane, records));
        waiting.clear();
    }

    private void deliver(BatchFold into, Lane lane, List<RawRecord> records) {
        BatchOutcome outcome =
                into.fold(new Batch(lane, List.copyOf(records)), Long.MAX_VALUE).join();
        if (!outcome.isDone() || !outcome.violations().isEmpty()) {
            throw new AssertionError(outcome.held() + " " + outcome.troubles() + " " + outcome.violations());
        }
    }

    /** I1: the manifest, the archive, the rows of all parts, and then the parts; in some imports. */
    private void importHistory(long until) {
        int number = random.nextInt(3) + 1;
        List<List<Event>> exports = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            exports.add(new ArrayList<>());
        }
        long beyond = until + random.nextInt(4) * HOUR_MILLIS;
        events.stream()
                .filter(event -> event.timeMillis() < Math.min(beyond, nowMillis))
                .forEach(event -> exports.get(random.nextInt(number)).add(event));
        exports.stream().filter(export -> !export.isEmpty()).forEach(this::importOne);
    }

    private void importOne(List<Event> export) {
        nowMillis += 1_000;
        int parts = 1 + random.nextInt(3);
        Map<Integer, List<Event>> byPart = new TreeMap<>();
        export.forEach(event -> byPart.computeIfAbsent(
                        Math.floorMod(event.user().hashCode() / 7, parts), part -> new ArrayList<>())
                .add(event));
        List<ImportLog.Part> listed = new ArrayList<>();
        byPart.forEach((index, rows) -> {
            rows.sort(Comparator.comparingLong(Event::timeMillis).thenComparing(Event::json));
            listed.add(new ImportLog.Part(index, rows.size(), Sha256.hex(rows.toString())));
        });
        ImportLog.Manifest manifest = new ImportLog.Manifest(
                imports.size() + 1L, nowMillis, "shop", ARN, seam, List.of(), "", ImportLog.SameId.REFUSE, listed);
        imports.add(manifest);
        log.append(manifest).join();
        Map<Lane, List<RawRecord>> records = new HashMap<>();
        manifest.parts().forEach(part -> records.put(manifest.lane(part), records(manifest, part, byPart)));
        records.forEach(this::archive);
        records.keySet().forEach(this::begin);
        cut();
        records.forEach((lane, rows) -> {
            BatchFold into = fold(catalog, segment -> CompletableFuture.completedFuture(null));
            for (int from = 0; from < rows.size(); ) {
                int to = Math.min(rows.size(), from + 1 + random.nextInt(40));
                deliver(into, lane, rows.subList(from, to));
                from = to;
            }
            LaneRow row = Objects.requireNonNull(control.lanes.get(lane.id()));
            if (!(control.writeLane(row.atItsEnd()).join() instanceof Cas.Stored)) {
                throw new AssertionError("lane " + lane.id() + " was not ended");
            }
        });
    }

    private List<RawRecord> records(ImportLog.Manifest manifest, ImportLog.Part part, Map<Integer, List<Event>> rows) {
        List<RawRecord> records = new ArrayList<>();
        for (Event event : Objects.requireNonNull(rows.get(part.index()))) {
            RawRecord record = new RawRecord(
                    ImportLog.Part.position(records.size() + 1L),
                    manifest.arrivalMillis(event.timeMillis()),
                    event.user(),
                    event.json().getBytes(StandardCharsets.UTF_8));
            records.add(record);
            count(manifest.lane(part), record, event.timeMillis() < seam.untilMillis());
        }
        return records;
    }

    private void archive(Lane lane, List<RawRecord> rows) {
        Position last = Position.ORIGIN;
        for (int from = 0; from < rows.size(); ) {
            int to = Math.min(rows.size(), from + 1 + random.nextInt(50));
            List<RawRecord> some = List.copyOf(rows.subList(from, to));
            archive.append(new Segment(lane, last, from, some)).join();
            last = some.get(some.size() - 1).position();
            from = to;
        }
    }

    private void begin(Lane lane) {
        LaneRow born = LaneDecisions.born(lane, Objects.requireNonNull(control.control));
        if (!(control.createLane(born, Objects.requireNonNull(control.control).rev())
                        .join()
                instanceof Cas.Stored)) {
            throw new AssertionError("lane " + lane.id() + " has a row");
        }
    }

    private void ask() {
        if (control.control == null) {
            return;
        }
        for (View view : catalog.views()) {
            asked.add(answer(catalog, view, USERS.get(random.nextInt(USERS.size())), nowMillis));
        }
    }

    Answer answer(Catalog of, View view, String user, long atMillis) {
        return new FeatureServer(of, items, new ProgressCache(control, 0))
                .answer(QueryPlan.of(view, null, null, atMillis), List.of(user), atMillis)
                .join()
                .get(0);
    }

    HistoryPorts past() {
        return new HistoryPorts(archive, redrives, checkpoints, control);
    }

    ChangePorts change() {
        return changeInto(items, control);
    }

    /** Ports of jobs that change another state, made of this one's past. */
    ChangePorts changeInto(InMemoryItemStore otherItems, InMemoryControlStore otherControl) {
        return new ChangePorts(
                new HistoryPorts(archive, redrives, checkpoints, otherControl),
                otherItems,
                new InMemoryQuarantine(),
                new InMemoryBackfillLog(),
                new InMemoryLineage(),
                millis -> CompletableFuture.completedFuture(null),
                () -> nowMillis,
                new Random(1),
                log);
    }

    private void cut() {
        List<LaneRow> rows = List.copyOf(control.lanes.values());
        Cut cut = new Cut("model", "hash", catalog.hash(), cuts.size() + 1L, nowMillis, rows, 0);
        cuts.add(new CutThen(cut, CutWalk.fates(past(), catalog, cut)));
    }

    private void checkpoint() {
        if (control.control == null) {
            return;
        }
        new Checkpointer(
                        Catalogs.of(catalog),
                        new CheckpointPorts(new InMemoryScan(items), control, checkpoints, () -> nowMillis),
                        new CheckpointSettings(1, 2, 1, 1_000))
                .run(
                        String.format("%013d-%04d", nowMillis, checkpoints.manifests.size()),
                        "attempt",
                        Long.MAX_VALUE,
                        (done, segments, items, bytes) -> {})
                .join();
    }
}
