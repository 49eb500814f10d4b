package dev.tidemark.aws.s3;

import dev.tidemark.core.store.Quarantine.Entry;
import dev.tidemark.core.stream.Position;
import java.util.List;

/**
 * Lets every quarantined record through once, although redeliveries with other boundaries leave it in several objects.
 * Must see all objects of a lane in the order of their keys, which is that of their first records. An object holds
 * every record that its view cannot fold between its first and its last, so a record at or before the last one of an
 * earlier object is in that object too.
 */
public final class QuarantineSieve {

    private String folder = "";
    private Position last = Position.ORIGIN;

    /** The records of the next object that were in no earlier one. */
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
