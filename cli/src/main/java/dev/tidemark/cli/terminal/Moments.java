package dev.tidemark.cli.terminal;

import dev.tidemark.core.event.IsoTime;
import java.time.Instant;

/** Moments on the command line, in any form that events may use. */
public final class Moments {

    private Moments() {}

    /** @throws Failure if the text is none in ISO 8601, from 1970 to 9999 */
    public static Instant parse(String option, String text) {
        long millis = IsoTime.parseMillis(text);
        if (millis == IsoTime.NONE) {
            throw new Failure(option + " '" + text + "' is no moment: write it like 2026-01-31T10:00:00Z");
        }
        return Instant.ofEpochMilli(millis);
    }
}
