package dev.tidemark.core.change;

import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.RawRecord;

/**
 * A quarantined record that a redrive is asked for.
 *
 * @param quarantined as stored in quarantine
 * @param data the payload to fold: the one in quarantine, or a repaired one; not copied, nobody may change it
 */
@SuppressWarnings("ArrayRecordComponent") // A payload on its way into a RawRecord; never compared.
public record Candidate(Quarantine.Entry quarantined, byte[] data) {

    /** The record as stored in quarantine. */
    public static Candidate unrepaired(Quarantine.Entry quarantined) {
        return new Candidate(quarantined, quarantined.record().data());
    }

    /** The record with the data to fold; everything else is unchanged. */
    RawRecord record() {
        return quarantined.record().withData(data);
    }
}
