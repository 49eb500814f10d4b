package dev.tidemark.formats;

import dev.tidemark.core.event.InvalidEvent;

/** Why a record is not of its source's format. Never quotes the record. */
final class NotDecoded {

    private static final String REMEDY =
            "correct the producer, or the source's format (docs/formats.md); a repaired record is one JSON event";

    private NotDecoded() {}

    static InvalidEvent because(String problem) {
        return because(problem, REMEDY);
    }

    static InvalidEvent because(String problem, String remedy) {
        return new InvalidEvent(InvalidEvent.Reason.NOT_DECODED, problem, remedy);
    }
}
