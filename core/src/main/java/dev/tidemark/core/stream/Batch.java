package dev.tidemark.core.stream;

import java.util.List;

/**
 * The records of one invocation: of one lane, in strictly increasing position.
 *
 * @param records not empty
 */
public record Batch(Lane lane, List<RawRecord> records) {

    public Batch {
        records = List.copyOf(records);
        if (records.isEmpty()) {
            throw new IllegalArgumentException("a batch of no records");
        }
        for (int i = 1; i < records.size(); i++) {
            Position before = records.get(i - 1).position();
            Position at = records.get(i).position();
            if (!at.isAfter(before)) {
                throw new IllegalArgumentException(
                        "records of one shard must increase: " + at.text() + " follows " + before.text());
            }
        }
    }

    public Position first() {
        return records.get(0).position();
    }

    public Position last() {
        return records.get(records.size() - 1).position();
    }
}
