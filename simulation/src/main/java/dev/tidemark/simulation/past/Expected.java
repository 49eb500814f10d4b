package dev.tidemark.simulation.past;

import dev.tidemark.core.control.LaneRow;
import dev.tidemark.core.store.RedriveLog;
import dev.tidemark.core.store.RedriveLog.Claim;
import dev.tidemark.core.store.RedriveLog.Manifest;
import dev.tidemark.core.store.RedriveLog.Repairs;
import dev.tidemark.core.stream.Position;
import dev.tidemark.core.view.View;
import dev.tidemark.oracle.ShardDescent;
import dev.tidemark.oracle.StreamRecord;
import dev.tidemark.simulation.check.Ledger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A view's records for the oracle after backfills and redrives: those after the activations as they arrived; those up
 * to the activations with the payload that a redrive had repaired for another version of the view by the time of the
 * plan, if there is one (rule B1); and records redriven for the view itself in place of the bad ones (Q1).
 */
final class Expected {

    private static final String BACKFILL = "bf#";

    private final List<LaneRow> rows;
    private final Ledger ledger;
    private final List<Manifest> manifests;
    private final Function<String, Optional<Repairs>> settled;

    /**
     * @param settled by view version, up to which redrive a backfill takes payloads
     */
    Expected(List<LaneRow> rows, Ledger ledger, List<Manifest> manifests, Function<String, Optional<Repairs>> settled) {
        this.rows = rows;
        this.ledger = ledger;
        this.manifests = manifests;
        this.settled = settled;
    }

    /** A record as redriven for the view itself. */
    @SuppressWarnings("ArrayRecordComponent") // A payload; never compared.
    private record Redriven(long manifest, byte[] data) {}

    /**
     * The records of one view.
     *
     * @param backfilled the shards of which a backfill folded something
     * @param repaired how many archived payloads have a repaired one in their place
     * @param redriven how many records were redriven for the view itself
     */
    record OfView(
            List<StreamRecord> records,
            List<ShardDescent> descents,
            Set<String> backfilled,
            long repaired,
            long redriven) {}

    /** @param descents which shards came out of which */
    OfView of(View view, List<ShardDescent> descents) {
        Map<Claim, Redriven> own = new HashMap<>();
        Map<String, byte[]> repaired = new HashMap<>();
        long last = settled.apply(view.version()).map(Repairs::lastManifest).orElse(0L);
        for (Manifest manifest : manifests) {
            for (RedriveLog.Entry entry : manifest.entries()) {
                byte[] data = entry.record().data();
                if (entry.viewVersion().equals(view.version())) {
                    own.put(entry.claim(), new Redriven(manifest.number(), data));
                } else if (entry.view().equals(view.name()) && manifest.number() <= last) {
                    repaired.put(place(entry.lane().shardId(), entry.record().position()), data);
                }
            }
        }
        // Where something is remembered, it matters in which lane a record is folded: each kind of lane knows its own
        // only; but of pairs, a backfill and the live fold make together what one lane would (rule J4).
        boolean apart = view.remembers();
        List<StreamRecord> records = new ArrayList<>();
        Set<String> backfilled = new HashSet<>();
        long replaced = 0;
        for (LaneRow row : rows) {
            Position activatedAfter = row.views().get(view.version());
            String shardId = row.lane().shardId();
            for (Ledger.Entry entry : ledger.of(shardId)) {
                StreamRecord record = entry.record();
                Redriven redriven = own.get(new Claim(view.version(), row.lane(), entry.position()));
                if (redriven != null) {
                    String lane = "rd" + redriven.manifest() + "#" + shardId;
                    records.add(with(record, apart ? lane : shardId, redriven.data()));
                } else if (activatedAfter != null && entry.position().isAfter(activatedAfter)) {
                    records.add(record);
                } else if (activatedAfter != null) {
                    byte[] data = repaired.get(place(shardId, entry.position()));
                    String lane = view.duplicates() == null ? shardId : BACKFILL + shardId;
                    records.add(with(record, lane, data == null ? record.data() : data));
                    backfilled.add(shardId);
                    replaced += data == null ? 0 : 1;
                }
            }
        }
        return new OfView(records, apart ? withBackfills(descents) : List.of(), backfilled, replaced, own.size());
    }

    private static String place(String shardId, Position position) {
        return shardId + " " + position.text();
    }

    private static StreamRecord with(StreamRecord record, String shardId, byte[] data) {
        return new StreamRecord(
                record.stream(),
                shardId,
                record.sequenceNumber(),
                record.subsequence(),
                record.arrivalMillis(),
                data,
                record.outsideShard());
    }

    private static List<ShardDescent> withBackfills(List<ShardDescent> descents) {
        List<ShardDescent> all = new ArrayList<>(descents);
        descents.forEach(descent -> all.add(
                new ShardDescent(descent.stream(), BACKFILL + descent.shardId(), BACKFILL + descent.parentShardId())));
        return all;
    }
}
