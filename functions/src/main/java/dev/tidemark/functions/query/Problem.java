package dev.tidemark.functions.query;

import java.util.List;

/**
 * What a problem document says (RFC 9457), besides its instance.
 *
 * @param kind which problem, and its HTTP status
 * @param detail what is wrong with this request, naming the offending value
 * @param remedy what to do about it
 * @param available what could be asked for instead; empty if the problem is not a name
 * @param errors every mistake in the body; empty if the problem is not in the body
 * @param retryAfterSeconds when to ask again; 0 if waiting does not help
 */
record Problem(
        Kind kind, String detail, String remedy, List<String> available, List<Place> errors, long retryAfterSeconds) {

    /** Kinds of problem; the type is part of the API. */
    enum Kind {
        BAD_PARAMETER(400, "A parameter is wrong"),
        BAD_BODY(400, "The request body is wrong"),
        BAD_ENTITY(400, "The entity key is wrong"),
        UNKNOWN_ROUTE(404, "No such resource"),
        UNKNOWN_VIEW(404, "No such view"),
        UNKNOWN_FEATURE(404, "No such feature"),
        METHOD_NOT_ALLOWED(405, "The resource has no such method"),
        BODY_TOO_LARGE(413, "The request body is too large"),
        TOO_MANY_COSTLY(429, "Too many costly requests"),
        UNANSWERABLE(422, "This question cannot be answered"),
        ANSWER_TOO_LARGE(422, "The answer is too large"),
        INTERNAL(500, "The request failed"),
        DAMAGED_ARCHIVE(500, "The archive or a checkpoint is damaged"),
        STORE_UNAVAILABLE(503, "The state cannot be read at the moment");

        private final int status;
        private final String title;

        Kind(int status, String title) {
            this.status = status;
            this.title = title;
        }

        int status() {
            return status;
        }

        String title() {
            return title;
        }

        /** A tag URI (RFC 4151): an identifier, not an address. */
        String type() {
            return "tag:tidemark.dev,2026:problem/"
                    + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * A mistake in the body.
     *
     * @param pointer where, as a JSON pointer (RFC 6901)
     * @param detail what is wrong
     */
    record Place(String pointer, String detail) {}

    /** How many names a document lists at most. */
    static final int MAX_AVAILABLE = 100;

    /** How many places a document lists at most. */
    static final int MAX_ERRORS = 100;

    Problem {
        if (available.size() > MAX_AVAILABLE) {
            remedy += "; of " + available.size() + " the first " + MAX_AVAILABLE + " are listed";
        }
        available = List.copyOf(available.subList(0, Math.min(MAX_AVAILABLE, available.size())));
        errors = List.copyOf(errors.subList(0, Math.min(MAX_ERRORS, errors.size())));
    }

    Problem(Kind kind, String detail, String remedy, List<String> available, List<Place> errors) {
        this(kind, detail, remedy, available, errors, 0);
    }

    Problem(Kind kind, String detail, String remedy, List<String> available) {
        this(kind, detail, remedy, available, List.of());
    }

    Problem(Kind kind, String detail, String remedy, long retryAfterSeconds) {
        this(kind, detail, remedy, List.of(), List.of(), retryAfterSeconds);
    }

    Problem(Kind kind, String detail, String remedy) {
        this(kind, detail, remedy, List.of());
    }
}
