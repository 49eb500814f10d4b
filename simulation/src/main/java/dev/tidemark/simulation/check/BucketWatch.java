package dev.tidemark.simulation.check;

import dev.tidemark.aws.s3.QuarantineFormat;
import dev.tidemark.aws.s3.SegmentReader;
import dev.tidemark.core.store.Archive.Segment;
import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.RawRecord;
import dev.tidemark.simulation.engine.Engine;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Watches the bucket. Every archive segment holds records of its lane just as they arrived, without a gap, right after
 * those that its header counts (rule F7). Knows what is archived, and what is in quarantine.
 */
public final class BucketWatch {

    private final Engine engine;
    private final Ledger ledger;
    private final Map<String, BitSet> archived = new HashMap<>();
    private final Map<String, String> quarantined = new TreeMap<>();

    public BucketWatch(Engine engine, Ledger ledger) {
        this.engine = engine;
        this.ledger = ledger;
    }

    public void stored(String key, byte[] body) {
        if (key.startsWith("archive/")) {
            segment(SegmentReader.read(body));
        } else if (key.startsWith("quarantine/")) {
            QuarantineFormat.read(body).forEach(this::quarantine);
        } else if (!key.startsWith("checkpoint/") && !key.startsWith("backfill/") && !key.startsWith("redrive/")) {
            engine.fail("an object that belongs to nothing: " + key);
        }
    }

    private void segment(Segment segment) {
        String shardId = segment.lane().shardId();
        List<Ledger.Entry> real = ledger.of(shardId);
        int first = ledger.countUpTo(shardId, segment.last());
        if (segment.count() != first) {
            engine.fail("a segment of " + shardId + " counts " + segment.count() + " records before it, not " + first);
            return;
        }
        for (int i = 0; i < segment.records().size(); i++) {
            boolean same = first + i < real.size() && same(segment.records().get(i), real.get(first + i));
            if (!same) {
                engine.fail("record " + i + " of a segment of " + shardId + " is not the next one of the shard");
                return;
            }
        }
        archived.computeIfAbsent(shardId, id -> new BitSet())
                .set(first, first + segment.records().size());
    }

    private static boolean same(RawRecord archived, Ledger.Entry real) {
        return archived.position().equals(real.position())
                && archived.arrivalMillis() == real.record().arrivalMillis()
                && archived.partitionKey().equals(real.partitionKey())
                && archived.outsideShard() == real.record().outsideShard()
                && Arrays.equals(archived.data(), real.record().data());
    }

    /** A delivery with other boundaries may keep a record again, for the same reason. */
    private void quarantine(Quarantine.Entry entry) {
        String place = place(
                entry.viewVersion(),
                entry.lane().shardId(),
                entry.record().position().sequenceNumber(),
                entry.record().position().subsequence());
        String reason = entry.reason().reason().name();
        String before = quarantined.put(place, reason);
        if (before != null && !before.equals(reason)) {
            engine.fail("a record in quarantine for two reasons, " + before + " and " + reason + ": " + place);
        }
    }

    static String place(String viewVersion, String shardId, String sequence, long subsequence) {
        return viewVersion + " " + shardId + " " + sequence + ":" + subsequence;
    }

    /** How many records of a shard are archived from its first on, without a gap. */
    int archivedWithoutGap(String shardId) {
        return archived.getOrDefault(shardId, new BitSet()).nextClearBit(0);
    }

    /** The quarantined records of a view version: place to reason. */
    Map<String, String> quarantined(String viewVersion) {
        Map<String, String> ofView = new TreeMap<>();
        quarantined.forEach((place, reason) -> {
            if (place.startsWith(viewVersion + " ")) {
                ofView.put(place, reason);
            }
        });
        return ofView;
    }
}
