package dev.tidemark.core.change;

import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.Admission;

/** What a redrive does with one candidate. */
public sealed interface Decision {

    Candidate candidate();

    /**
     * The view takes it, so it goes into the manifest.
     *
     * @param verdict what the fold will do with it
     */
    record Accepted(Candidate candidate, Admission.Verdict verdict) implements Decision {}

    /** It stays in quarantine, to be repaired. */
    record StillBad(Candidate candidate, InvalidEvent reason) implements Decision {}

    /** Another redrive has claimed it. */
    record Claimed(Candidate candidate, long manifest) implements Decision {}

    /**
     * The view version that quarantined it is no longer folded, or not known here.
     *
     * @param problem in words
     */
    record ViewGone(Candidate candidate, String problem) implements Decision {}
}
