package dev.tidemark.aws.s3;

import dev.tidemark.core.store.Quarantine.Entry;
import dev.tidemark.core.stream.Position;
import java.util.List;

/**
 * Lets every quarantined record through once, although redeliveries with other boundaries leave it in several objects. Must
 * be shown all objects of a lane in the order of their keys, which is that of their first records. An object holds all that
 * its view refuses between its first record and its last, so whatever lies at or before the last record of an object that
 * came before is in that object too.
 */
public final class QuarantineSieve {

    private String folder = "";
    private Position last = Position.ORIGIN;

    /** The records of the next object that were in none before. */
    public List<Entry> next(String objectKey, List<Entry> entries) {
        String of = objectKey.substring(0, objectKey.lastIndexOf('/') + 1);
        if (!of.equals(folder)) {
            folder = of;
            last = Position.ORIGIN;
        }
        Position before = last;
        last = Position.max(last, entries.get(entries.size() - 1).record().position());
        return entries.stream()
                .filter(entry -> entry.record().position().isAfter(before))
                .toList();
    }
}
