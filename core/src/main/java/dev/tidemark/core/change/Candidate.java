package dev.tidemark.core.change;

import dev.tidemark.core.store.Quarantine;
import dev.tidemark.core.stream.RawRecord;

/**
 * A record in quarantine that somebody wants to redrive.
 *
 * @param quarantined as it lies there
 * @param data the payload to fold: the one in quarantine, or a repaired one; not copied, nobody may change it
 */
@SuppressWarnings("ArrayRecordComponent") // A payload on its way into a RawRecord; never compared.
public record Candidate(Quarantine.Entry quarantined, byte[] data) {

    /** The record as it lies in quarantine. */
    public static Candidate unrepaired(Quarantine.Entry quarantined) {
        return new Candidate(quarantined, quarantined.record().data());
    }

    /** With the data to fold, and everything else as it always was. */
    RawRecord record() {
        return quarantined.record().withData(data);
    }
}
