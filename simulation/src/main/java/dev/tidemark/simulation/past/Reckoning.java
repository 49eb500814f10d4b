package dev.tidemark.simulation.past;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.aws.dynamodb.DynamoStateScan;
import dev.tidemark.aws.kinesis.KinesisLineage;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3BackfillLog;
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.change.ChangePorts;
import dev.tidemark.core.change.RestoreListener;
import dev.tidemark.core.change.RestoreSettings;
import dev.tidemark.core.change.Restorer;
import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.control.WarmUp;
import dev.tidemark.core.fold.EntityState;
import dev.tidemark.core.history.Checkpoints;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.AuditReport;
import dev.tidemark.core.past.AuditStart;
import dev.tidemark.core.past.Difference;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.past.Receipt;
import dev.tidemark.core.past.ReceiptReplay;
import dev.tidemark.core.past.StateAudit;
import dev.tidemark.core.past.TimeTravel;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.store.CheckpointStore;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.Pause;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.store.RedriveLog.Claim;
import dev.tidemark.core.store.RedriveLog.Manifest;
import dev.tidemark.core.store.StateScan;
import dev.tidemark.core.stream.Lane;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.value.ValueJson;
import dev.tidemark.core.view.View;
import dev.tidemark.oracle.Answers;
import dev.tidemark.oracle.Oracle;
import dev.tidemark.oracle.ShardDescent;
import dev.tidemark.simulation.check.Ledger;
import dev.tidemark.simulation.cloud.Cloud;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.world.World;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of the past when a run is over and quiet. A restore of every checkpoint gives the live state, item by
 * item. Every served answer can be computed again from its receipt, and from its moment if nothing was in flight. Every
 * view answers as the oracle does, with backfills and redrives. An audit finds no fault.
 */
public final class Reckoning {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private static final String STATE = "state";
    private static final String CONTROL = "control";
    private static final String BUCKET = "bucket";
    private static final Pause NO_PAUSE = millis -> CompletableFuture.completedFuture(null);
    private static final Backoff NO_BACKOFF = new Backoff(NO_PAUSE::millis, () -> 0);

    private final World.Scene scene;
    private final List<ShardDescent> descents;
    private final Repairer repairer;
    private final Tally tally;
    private final Engine engine;
    private final Ledger ledger;
    private final Cloud cloud;
    private final Cloud.Clients clients;
    private final Catalogs catalogs;
    private final S3Archive archive;
    private final S3Checkpoints checkpoints;
    private final S3RedriveLog redrives;
    private final ControlStore control;
    private final HistoryPorts replay;

    /**
     * @param scene of a run that is over
     * @param descents which shards came out of which
     * @param repairer who redrove what
     * @param tally is told what was compared
     */
    public Reckoning(World.Scene scene, List<ShardDescent> descents, Repairer repairer, Tally tally) {
        this.descents = descents;
        this.repairer = repairer;
        this.tally = tally;
        this.scene = scene;
        this.engine = scene.engine();
        this.ledger = scene.ledger();
        this.cloud = scene.cloud();
        this.clients = cloud.directClients();
        this.catalogs = new Catalogs(
                scene.plan().before().catalog(), scene.plan().after().catalog());
        this.archive = new S3Archive(clients.s3(), BUCKET, NO_BACKOFF);
        this.checkpoints = new S3Checkpoints(clients.s3(), BUCKET, NO_BACKOFF);
        this.redrives = new S3RedriveLog(clients.s3(), BUCKET, NO_BACKOFF);
        this.control = control(CONTROL);
        this.replay = new HistoryPorts(archive, redrives, checkpoints, control);
    }

    /** Reports what does not hold to the engine. */
    public void judge(List<Clerk.Kept> answers) {
        if (control.readControl().join().isEmpty()) {
            return;
        }
        List<String> ids = usable();
        for (int i = 0; i < ids.size() && engine.failure() == null; i++) {
            restore(ids.get(i), "r" + i);
        }
        for (Clerk.Kept answer : answers) {
            if (engine.failure() == null) {
                byReceipt(answer);
            }
            if (engine.failure() == null) {
                asServed(answer);
            }
        }
        for (View view : catalogs.views()) {
            audit(view);
        }
        Expected expected = new Expected(
                control.readLanes().join(),
                ledger,
                manifests(),
                version -> redrives.repairs(version).join());
        for (View view : scene.plan().after().catalog().views()) {
            asTheOracleHasIt(view, expected);
        }
    }

    /** Every claim is in one manifest, with an offered payload, and nothing promised is missing. */
    private List<Manifest> manifests() {
        List<Manifest> manifests = new ArrayList<>();
        Set<Claim> claims = new HashSet<>();
        RedriveLog.Known known = redrives.known().join();
        for (long number = 1; number <= known.last(); number++) {
            Manifest manifest = redrives.read(number).join();
            manifests.add(manifest);
            for (RedriveLog.Entry entry : manifest.entries()) {
                tally.add(Tally.Shown.RECORD_REDRIVEN, 1);
                if (!claims.add(entry.claim())) {
                    engine.fail("two redrives claim " + entry.claim());
                }
                if (!repairer.hasOffered(entry.claim(), entry.record().data())) {
                    engine.fail("redrive " + number + " has a payload that nobody offered: " + entry.claim());
                }
            }
        }
        if (!claims.containsAll(repairer.promised())) {
            engine.fail("what was said to be redriven is in no redrive");
        }
        return manifests;
    }

    /** A view that is filled from the archive answers like one that existed from the first record on. */
    private void asTheOracleHasIt(View view, Expected expected) {
        ControlRow row = control.readControl().join().orElseThrow();
        ViewStatus status = row.views().get(view.version());
        if (engine.failure() != null) {
            return;
        }
        if (status == null || !status.isComplete()) {
            engine.fail("view " + view.name() + " is " + status + " although its backfill ended");
            return;
        }
        Expected.OfView known = expected.of(view, descents);
        count(known, view);
        Oracle oracle = scene.plan().after().oracle().over(known.records(), known.descents());
        // A warm-up may have lasted so long that no window has anything in it any more.
        long atMillis = view.pairs() == null
                ? Math.max(engine.nowMillis(), ledger.newestArrivalMillis() + 1)
                : ledger.newestArrivalMillis() + 1;
        for (String entity : oracle.entities(view.name())) {
            JsonNode answer = oracle.answer(view.name(), entity, atMillis);
            String text = Clerk.answer(cloud, scene.plan().after().catalog(), view, entity, atMillis);
            Answers.differences(answer, Answers.read(text).get("features")).forEach(engine::fail);
            tally.add(
                    Tally.Shown.BACKFILLED_VALUE_AS_THE_ORACLE_HAS_IT,
                    known.backfilled().isEmpty() ? 0 : 1);
            tally.add(Tally.Shown.REDRIVEN_VALUE_AS_THE_ORACLE_HAS_IT, known.redriven() == 0 ? 0 : 1);
            tally.add(Tally.Shown.PAIRS_AFTER_A_WARM_UP_AS_THE_ORACLE_HAS_IT, isWarmedUp(view) ? 1 : 0);
        }
    }

    /** Whether some lane has folded records after its warm-up, and some before. */
    private boolean isWarmedUp(View view) {
        return control.readLanes().join().stream().anyMatch(row -> {
            WarmUp warmUp = row.warmUps().get(view.version());
            return warmUp != null && row.maxArrivalMillis() > warmUp.untilMillis();
        });
    }

    private void count(Expected.OfView known, View view) {
        tally.add(Tally.Shown.REPAIRED_PAYLOAD_IN_A_BACKFILL, known.repaired());
        long merged = known.backfilled().stream()
                .filter(shard -> descents.stream()
                                .filter(descent -> descent.shardId().equals(shard)
                                        && known.backfilled().contains(descent.parentShardId()))
                                .count()
                        > 1)
                .count();
        tally.add(Tally.Shown.MERGED_LANE_IN_A_BACKFILL, merged);
        tally.add(Tally.Shown.MERGED_LANE_IN_A_BACKFILL_THAT_DROPS_DUPLICATES, view.duplicates() == null ? 0 : merged);
        Map<String, LaneRow> rows = rows(control);
        long forgetful = rows.values().stream()
                .filter(row -> ancestors(row).stream()
                        .anyMatch(parent -> rows.containsKey(parent)
                                && ancestors(Objects.requireNonNull(rows.get(parent)))
                                                .size()
                                        > ancestors(row).size()))
                .count();
        tally.add(Tally.Shown.LANE_WITH_FEWER_ANCESTORS_THAN_ITS_PARENT, view.duplicates() == null ? 0 : forgetful);
    }

    private static Set<String> ancestors(LaneRow row) {
        return row.ancestors() == null ? Set.of() : row.ancestors().keySet();
    }

    /**
     * The checkpoints from which a restore reads the archive far enough back. For a lane that a checkpoint does not
     * know, it reads back as far as the stream is assumed to keep records, and an outage may last longer here.
     */
    private List<String> usable() {
        long keptMillis = catalogs.views().stream()
                .mapToLong(View::streamRetentionMillis)
                .min()
                .orElseThrow();
        return checkpoints.list().join().stream()
                .filter(id -> {
                    CheckpointStore.Positions positions =
                            checkpoints.manifest(id).join().positions();
                    Set<String> known = positions.lanes().stream()
                            .map(row -> row.lane().shardId())
                            .collect(Collectors.toSet());
                    return ledger.shards().stream()
                            .filter(shard -> !known.contains(shard))
                            .flatMap(shard -> ledger.of(shard).stream())
                            .allMatch(entry -> entry.record().arrivalMillis() >= positions.timeMillis() - keptMillis);
                })
                .toList();
    }

    private void restore(String checkpoint, String generation) {
        cloud.createTable(generation + STATE);
        cloud.createTable(generation + CONTROL);
        KinesisStreams streams = new KinesisStreams(clients.kinesis(), () -> Instant.ofEpochMilli(engine.nowMillis()));
        ChangePorts ports = new ChangePorts(
                new HistoryPorts(archive, redrives, checkpoints, control(generation + CONTROL)),
                new DynamoItemStore(
                        clients.dynamoDb(), clients.dynamoDb(), generation + STATE, CapacityMeter.NONE, NO_BACKOFF),
                new S3Quarantine(clients.s3(), BUCKET, NO_BACKOFF),
                new S3BackfillLog(clients.s3(), BUCKET, NO_BACKOFF),
                new KinesisLineage(clients.kinesis(), streams, catalogs::packingOf),
                NO_PAUSE,
                engine::nowMillis,
                engine.random());
        new Restorer(catalogsOf(checkpoint), ports, RestoreSettings.DEFAULT)
                .restore(generation, new ControlRow.Restore(checkpoint, null), RestoreListener.NONE)
                .join();
        compare(checkpoint, generation);
    }

    /** The code of that time: the new one once the old views are retired. */
    private Catalogs catalogsOf(String checkpoint) {
        ControlRow then = checkpoints.manifest(checkpoint).join().positions().control();
        boolean isOld = catalogs.current().views().stream().allMatch(view -> then.folds(view.version()));
        Catalog next = catalogs.next();
        return isOld || next == null ? catalogs : new Catalogs(/* current= */ next, /* next= */ catalogs.current());
    }

    /** Every unexpired item of the views that both states fold from the same positions on. */
    private void compare(String checkpoint, String generation) {
        Map<ItemKey, StoredItem> live = items(STATE);
        Map<ItemKey, StoredItem> restored = items(generation + STATE);
        Predicate<ItemKey> isCommon = common(checkpoint, generation);
        live.forEach((key, item) -> {
            if (isCommon.test(key)) {
                tally.add(kind(key), 1);
                tally.add(Tally.Shown.HALVES_RESTORED, key.isPair() ? 1 : 0);
                if (!isExpired(key, item) && !same(key, item, restored.get(key))) {
                    engine.fail("restored from " + checkpoint + ", item " + key + " is " + brief(restored.get(key))
                            + " instead of " + brief(item));
                }
            }
        });
        restored.forEach((key, item) -> {
            if (isCommon.test(key) && !isExpired(key, item) && !live.containsKey(key)) {
                engine.fail("restored from " + checkpoint + ", there is item " + key + ", which is not live");
            }
        });
    }

    /** Which items must be the same in both states. */
    private Predicate<ItemKey> common(String checkpoint, String generation) {
        Map<String, LaneRow> live = rows(control);
        Map<String, LaneRow> restored = rows(control(generation + CONTROL));
        ControlRow then = checkpoints.manifest(checkpoint).join().positions().control();
        ControlRow now = control.readControl().join().orElseThrow();
        Set<String> dropping = catalogs.views().stream()
                .filter(View::remembers)
                .map(View::version)
                .collect(Collectors.toSet());
        return key -> {
            String version = key.viewVersion();
            LaneRow row = live.get(key.lane());
            LaneRow other = restored.get(key.lane());
            return switch (kind(key)) {
                case BACKFILLED_ITEM_RESTORED -> isComplete(then, version) && isComplete(now, version);
                case REDRIVEN_ITEM_RESTORED -> then.folds(version) && now.folds(version);
                default ->
                    row != null
                            && other != null
                            && row.views().containsKey(version)
                            && other.views().containsKey(version)
                            // A copy is known only where the lanes before fold the view, too.
                            && (!dropping.contains(version)
                                    || ancestors(row).stream()
                                            .allMatch(before -> Objects.equals(
                                                    activatedAfter(live.get(before), version),
                                                    activatedAfter(restored.get(before), version))));
            };
        };
    }

    private static @Nullable Position activatedAfter(@Nullable LaneRow row, String version) {
        return row == null ? null : row.views().get(version);
    }

    private static Map<String, LaneRow> rows(ControlStore store) {
        return LaneRow.byId(store.readLanes().join());
    }

    private static boolean isComplete(ControlRow row, String version) {
        ViewStatus status = row.views().get(version);
        return status != null && status.isComplete();
    }

    private static Tally.Shown kind(ItemKey key) {
        return Lane.isBackfill(key.lane())
                ? Tally.Shown.BACKFILLED_ITEM_RESTORED
                : key.lane().contains("#") ? Tally.Shown.REDRIVEN_ITEM_RESTORED : Tally.Shown.ITEM_RESTORED;
    }

    private boolean isExpired(ItemKey key, StoredItem item) {
        long expiresAtSeconds = key.isHead() ? earliestExpirySeconds(key, item) : item.expiresAtSeconds();
        return expiresAtSeconds != 0 && expiresAtSeconds * 1_000 < engine.nowMillis() + 3_600_000;
    }

    /** A fold of what arrived long ago keeps a head longer than its tiles need (rule U5). */
    private long earliestExpirySeconds(ItemKey key, StoredItem item) {
        View view = catalogs.views().stream()
                .filter(one -> one.version().equals(key.viewVersion()))
                .findFirst()
                .orElseThrow();
        return new EntityState(view, key.shardId(), item).stored().expiresAtSeconds();
    }

    /**
     * Ids of a redrive or a backfill expire some time after they were written (rule T3), and so do heads; a restore keeps
     * heads longer (rule U5).
     */
    private static boolean same(ItemKey key, StoredItem item, @Nullable StoredItem other) {
        boolean anyExpiry = (key.isMemory() || key.isHead()) && !key.isLive();
        boolean mayBeLater = key.isHead() && item.expiresAtSeconds() != 0;
        return other != null
                && item.mark().equals(other.mark())
                && Arrays.equals(item.body(), other.body())
                && (anyExpiry
                        || item.expiresAtSeconds() == other.expiresAtSeconds()
                        || (mayBeLater && item.expiresAtSeconds() < other.expiresAtSeconds()));
    }

    private static String brief(@Nullable StoredItem item) {
        return item == null
                ? "missing"
                : item.body().length + " bytes at " + item.mark().text();
    }

    private Map<ItemKey, StoredItem> items(String table) {
        StateScan scan = new DynamoStateScan(clients.dynamoDb(), table, CapacityMeter.NONE);
        Map<ItemKey, StoredItem> items = new HashMap<>();
        ItemKey after = null;
        do {
            StateScan.Page page = scan.scan(0, 1, after).join();
            page.items().forEach(found -> items.put(found.key(), found.item()));
            after = page.next();
        } while (after != null);
        return items;
    }

    private DynamoControlStore control(String table) {
        return new DynamoControlStore(clients.dynamoDb(), clients.dynamoDb(), table, CapacityMeter.NONE);
    }

    private void byReceipt(Clerk.Kept kept) {
        if (kept.body().at("/freshness/complete").asBoolean()) {
            byReceipt(kept, Checkpoints.none(checkpoints));
            tally.add(Tally.Shown.ANSWER_REPRODUCED_BY_ITS_RECEIPT, 1);
            boolean begun = usable().equals(checkpoints.list().join()) && byReceipt(kept, Checkpoints.all(checkpoints));
            tally.add(Tally.Shown.ANSWER_REPRODUCED_FROM_A_CHECKPOINT, begun ? 1 : 0);
        }
    }

    /** @return whether a checkpoint was of use */
    private boolean byReceipt(Clerk.Kept kept, Checkpoints from) {
        ReceiptReplay.Reproduced again = new ReceiptReplay(catalogs, replay)
                .reproduce(view(kept), receipt(kept), from)
                .join();
        String checkpoint = again.made().checkpoint();
        same(checkpoint == null ? "by its receipt" : "by its receipt from " + checkpoint, kept, again.answer());
        return checkpoint != null;
    }

    /** The same version may stand in both catalogs, with its fields in other places of an event. */
    private View view(Clerk.Kept kept) {
        return catalogs.views().stream()
                .filter(view -> view.version().equals(kept.view().version()))
                .findFirst()
                .orElseThrow();
    }

    private static Receipt receipt(Clerk.Kept kept) {
        JsonNode receipt = kept.body().get("receipt");
        return new Receipt(
                receipt.get("catalog").asText(),
                receipt.get("view").asText(),
                kept.entity(),
                kept.atMillis(),
                names(kept.body().get("features")),
                positions(receipt.get("lanes")),
                positions(receipt.get("ahead")),
                false);
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static Map<String, Position> positions(JsonNode object) {
        Map<String, Position> positions = new HashMap<>();
        object.properties()
                .forEach(entry -> positions.put(
                        entry.getKey(), Position.parse(entry.getValue().asText())));
        return positions;
    }

    private void asServed(Clerk.Kept kept) {
        if (kept.quiet()
                && isAllThatArrived(kept)
                && kept.body().at("/freshness/complete").asBoolean()) {
            TimeTravel.Question question = new TimeTravel.Question(
                    view(kept), kept.entity(), null, kept.atMillis(), Set.of(Knowledge.SERVED), 0);
            Answer again =
                    new TimeTravel(catalogs, replay).value(question).join().served();
            same("as served", kept, again);
            tally.add(Tally.Shown.ANSWER_AS_SERVED, 1);
        }
    }

    /** A record that got its arrival time later may belong to a moment in which it was not known. */
    private boolean isAllThatArrived(Clerk.Kept kept) {
        return ledger.shards().stream()
                .allMatch(shard -> ledger.of(shard).stream()
                                .filter(entry -> entry.newestArrivalMillis() <= kept.atMillis())
                                .count()
                        == kept.arrived().getOrDefault(shard, 0));
    }

    private void same(String how, Clerk.Kept kept, @Nullable Answer again) {
        String features = "\"features\":" + (again == null ? "nothing" : json(again));
        if (!kept.text().contains(features)) {
            engine.fail(kept.entity() + " in view " + kept.view().name() + " was answered with " + kept.text()
                    + ", but " + how + " it is " + features);
        }
    }

    private static String json(Answer answer) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            for (Map.Entry<String, @Nullable Object> value : answer.values().entrySet()) {
                out.writeFieldName(value.getKey());
                ValueJson.write(out, value.getValue());
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private void audit(View view) {
        ViewStatus status = control.readControl().join().orElseThrow().views().get(view.version());
        if (engine.failure() == null && status != null && status.isComplete()) {
            audit(view, Checkpoints.none(checkpoints));
            for (String id : usable()) {
                audit(view, Checkpoints.only(checkpoints, id));
            }
        }
    }

    private void audit(View view, Checkpoints from) {
        StateScan scan = new DynamoStateScan(clients.dynamoDb(), STATE, CapacityMeter.NONE);
        AuditReport report = new StateAudit(catalogs, replay, scan)
                .auditPart(view, 0, 1, new AuditStart(from, Long.MAX_VALUE, Map.of()), engine.nowMillis())
                .join();
        boolean isProven = report.begins().contains(AuditReport.ARCHIVE);
        tally.add(isProven ? Tally.Shown.ITEM_AUDITED : Tally.Shown.ITEM_AUDITED_FROM_A_CHECKPOINT, report.items());
        report.differences().stream()
                .filter(difference -> difference.kind() == Difference.Kind.FAULT)
                .findFirst()
                .ifPresent(fault -> engine.fail("the audit from " + report.begins() + " finds " + fault));
    }
}
