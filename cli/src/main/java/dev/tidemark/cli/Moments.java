package dev.tidemark.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Moments on the command line. */
final class Moments {

    private Moments() {}

    /** @throws Failure if the text is none in ISO 8601 */
    static Instant parse(String option, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new Failure(option + " '" + text + "' is no moment: write it like 2026-01-31T10:00:00Z");
        }
    }
}
