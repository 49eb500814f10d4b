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
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.aws.s3.S3Quarantine;
import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.core.audit.AuditReport;
import dev.tidemark.core.audit.AuditStart;
import dev.tidemark.core.audit.Difference;
import dev.tidemark.core.audit.Receipt;
import dev.tidemark.core.audit.ReceiptReplay;
import dev.tidemark.core.audit.StateAudit;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.JsonEventReader;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.past.TimeTravel;
import dev.tidemark.core.port.ControlRow;
import dev.tidemark.core.port.ControlRow.ViewStatus;
import dev.tidemark.core.port.ControlStore;
import dev.tidemark.core.port.LaneRow;
import dev.tidemark.core.port.Pause;
import dev.tidemark.core.port.StateScan;
import dev.tidemark.core.replay.Checkpoints;
import dev.tidemark.core.replay.ReplayPorts;
import dev.tidemark.core.restore.RestoreListener;
import dev.tidemark.core.restore.RestorePorts;
import dev.tidemark.core.restore.RestoreSettings;
import dev.tidemark.core.restore.Restorer;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.ValueJson;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.tile.ItemKey;
import dev.tidemark.core.tile.StoredItem;
import dev.tidemark.core.view.View;
import dev.tidemark.samplesevents.oracle.Answers;
import dev.tidemark.samplesevents.oracle.Oracle;
import dev.tidemark.simulation.check.Ledger;
import dev.tidemark.simulation.cloud.Cloud;
import dev.tidemark.simulation.engine.Engine;
import dev.tidemark.simulation.world.World;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What must hold of the past when a run is over and quiet: a restore of every checkpoint leads to the live state, item by
 * item; every answer that was served comes out of its receipt again, and out of its moment if nothing was in flight; a
 * backfilled view answers as the oracle does; an audit finds no fault.
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
    private final ReplayPorts replay;

    /**
     * @param scene of a run that is over
     * @param tally is told what was compared
     */
    public Reckoning(World.Scene scene, Tally tally) {
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
        this.replay = new ReplayPorts(archive, redrives, checkpoints, control);
    }

    /** Reports what does not hold to the engine. */
    public void judge(List<Clerk.Kept> answers) {
        if (control.readControl().join().isEmpty()) {
            return;
        }
        List<String> ids = checkpoints.list().join();
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
        for (View view : scene.plan().after().catalog().views()) {
            asFromTheStart(view);
        }
    }

    /** A backfilled view answers as one that was there from the first record on. */
    private void asFromTheStart(View view) {
        ControlRow row = control.readControl().join().orElseThrow();
        ViewStatus status = row.views().get(view.version());
        boolean backfilled = control.readLanes().join().stream()
                .map(lane -> lane.views().get(view.version()))
                .anyMatch(act -> act != null && act.isAfter(Position.ORIGIN));
        // Copies of an event on both sides of an activation are not recognized, so the oracle would know better.
        if (view.duplicates() != null || !backfilled || engine.failure() != null) {
            return;
        }
        if (status == null || !status.isComplete()) {
            engine.fail("view " + view.name() + " is " + status + " although its backfill ended");
            return;
        }
        Oracle known = scene.plan()
                .after()
                .oracle()
                .over(
                        ledger.shards().stream()
                                .flatMap(shard -> ledger.of(shard).stream())
                                .map(Ledger.Entry::record)
                                .toList(),
                        List.of());
        long atMillis = Math.max(engine.nowMillis(), ledger.newestArrivalMillis() + 1);
        for (String entity : known.entities(view.name())) {
            JsonNode expected = known.answer(view.name(), entity, atMillis);
            String text = Clerk.answer(cloud, scene.plan().after().catalog(), view, entity, atMillis);
            Answers.differences(expected, Answers.read(text).get("features")).forEach(engine::fail);
            tally.add(Tally.Shown.BACKFILLED_VALUE_AS_THE_ORACLE_HAS_IT, 1);
        }
    }

    private void restore(String checkpoint, String generation) {
        cloud.createTable(generation + STATE);
        cloud.createTable(generation + CONTROL);
        KinesisStreams streams = new KinesisStreams(clients.kinesis(), () -> Instant.ofEpochMilli(engine.nowMillis()));
        RestorePorts ports = new RestorePorts(
                new DynamoItemStore(
                        clients.dynamoDb(), clients.dynamoDb(), generation + STATE, CapacityMeter.NONE, NO_BACKOFF),
                control(generation + CONTROL),
                checkpoints,
                archive,
                new S3Quarantine(clients.s3(), BUCKET, NO_BACKOFF),
                redrives,
                new KinesisLineage(clients.kinesis(), streams),
                NO_PAUSE,
                engine.random());
        new Restorer(catalogsOf(checkpoint), JsonEventReader::new, ports, RestoreSettings.DEFAULT)
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

    /** Of the views that both states fold from the same positions on, every item that has not expired. */
    private void compare(String checkpoint, String generation) {
        Map<ItemKey, StoredItem> live = items(STATE);
        Map<ItemKey, StoredItem> restored = items(generation + STATE);
        Map<String, LaneRow> liveRows = rows(control);
        Map<String, LaneRow> restoredRows = rows(control(generation + CONTROL));
        live.forEach((key, item) -> {
            boolean common = isCommon(key, liveRows, restoredRows);
            tally.add(Tally.Shown.ITEM_RESTORED, common ? 1 : 0);
            if (common && !isExpired(item) && !same(item, restored.get(key))) {
                engine.fail("restored from " + checkpoint + ", item " + key + " is " + brief(restored.get(key))
                        + " instead of " + brief(item));
            }
        });
        restored.forEach((key, item) -> {
            boolean common = isCommon(key, liveRows, restoredRows);
            if (common && !isExpired(item) && !live.containsKey(key)) {
                engine.fail("restored from " + checkpoint + ", there is item " + key + ", which is not live");
            }
        });
    }

    /**
     * Whether the view begins at the same position in the item's lane, and in those that the lane descends from, whose ids
     * it asks (rule T3): a view that was activated after the checkpoint begins later in a restored state.
     */
    private static boolean isCommon(ItemKey key, Map<String, LaneRow> live, Map<String, LaneRow> restored) {
        LaneRow row = live.get(key.lane());
        if (row == null || act(row, key) == null || !begins(key.lane(), key, live, restored)) {
            return false;
        }
        return row.ancestors() == null
                || row.ancestors().keySet().stream().allMatch(ancestor -> begins(ancestor, key, live, restored));
    }

    private static boolean begins(
            String laneId, ItemKey key, Map<String, LaneRow> live, Map<String, LaneRow> restored) {
        return Objects.equals(act(live.get(laneId), key), act(restored.get(laneId), key));
    }

    private static @Nullable Position act(@Nullable LaneRow row, ItemKey key) {
        return row == null ? null : row.views().get(key.viewVersion());
    }

    private static Map<String, LaneRow> rows(ControlStore control) {
        return control.readLanes().join().stream()
                .collect(Collectors.toMap(row -> row.lane().id(), row -> row));
    }

    private boolean isExpired(StoredItem item) {
        return item.expiresAtSeconds() != 0 && item.expiresAtSeconds() * 1_000 < engine.nowMillis() + 3_600_000;
    }

    private static boolean same(StoredItem item, @Nullable StoredItem other) {
        return other != null
                && item.mark().equals(other.mark())
                && Arrays.equals(item.body(), other.body())
                && item.expiresAtSeconds() == other.expiresAtSeconds();
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
            boolean begun = byReceipt(kept, Checkpoints.all(checkpoints));
            tally.add(Tally.Shown.ANSWER_REPRODUCED_FROM_A_CHECKPOINT, begun ? 1 : 0);
        }
    }

    /** @return whether a checkpoint was of use */
    private boolean byReceipt(Clerk.Kept kept, Checkpoints from) {
        ReceiptReplay.Reproduced again = new ReceiptReplay(catalogs, JsonEventReader::new, replay)
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
            Answer again = new TimeTravel(catalogs, JsonEventReader::new, replay)
                    .value(question)
                    .join()
                    .served();
            same("as served", kept, again);
            tally.add(Tally.Shown.ANSWER_AS_SERVED, 1);
        }
    }

    /** A record whose arrival time was given to it later may belong to a moment in which nobody knew it. */
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
            for (String id : checkpoints.list().join()) {
                audit(view, Checkpoints.only(checkpoints, id));
            }
        }
    }

    private void audit(View view, Checkpoints from) {
        StateScan scan = new DynamoStateScan(clients.dynamoDb(), STATE, CapacityMeter.NONE);
        AuditReport report = new StateAudit(catalogs, JsonEventReader::new, replay, scan)
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
