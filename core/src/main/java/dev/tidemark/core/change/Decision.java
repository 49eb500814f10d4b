package dev.tidemark.core.change;

import dev.tidemark.core.event.InvalidEvent;
import dev.tidemark.core.fold.Admission;

/** What a redrive does with one candidate. */
public sealed interface Decision {

    Candidate candidate();

    /**
     * The view takes it: it goes into the manifest.
     *
     * @param verdict what the fold will make of it
     */
    record Accepted(Candidate candidate, Admission.Verdict verdict) implements Decision {}

    /** It stays in quarantine, to be repaired. */
    record StillBad(Candidate candidate, InvalidEvent reason) implements Decision {}

    /** An earlier redrive, or another operator's, has claimed it. */
    record Claimed(Candidate candidate, long manifest) implements Decision {}

    /**
     * The version of the view that quarantined it is not folded any more, or not known here.
     *
     * @param problem in words
     */
    record ViewGone(Candidate candidate, String problem) implements Decision {}
}
