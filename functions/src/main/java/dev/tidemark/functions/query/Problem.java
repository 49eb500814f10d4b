package dev.tidemark.functions.query;

import dev.tidemark.core.view.Model;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a problem document says (RFC 9457), besides its instance.
 *
 * @param kind which problem, and its HTTP status
 * @param detail what is wrong with this request, naming the offending value
 * @param remedy what to do about it
 * @param available what could be asked for instead; empty if the problem is not a name
 * @param errors every mistake in the body; empty if the problem is not in the body
 * @param retryAfterSeconds when to ask again; 0 if waiting does not help
 * @param definitions of a model, if another one was pinned
 */
record Problem(
        Kind kind,
        String detail,
        String remedy,
        List<String> available,
        List<Place> errors,
        long retryAfterSeconds,
        @Nullable Definitions definitions) {

    /** Kinds of problem; the type is part of the API. */
    enum Kind {
        BAD_PARAMETER(400, "A parameter is wrong"),
        BAD_BODY(400, "The request body is wrong"),
        BAD_ENTITY(400, "The entity key is wrong"),
        UNKNOWN_ROUTE(404, "No such resource"),
        UNKNOWN_VIEW(404, "No such view"),
        UNKNOWN_FEATURE(404, "No such feature"),
        UNKNOWN_MODEL(404, "No such model"),
        NO_CHAMPION(404, "The model has no champion"),
        METHOD_NOT_ALLOWED(405, "The resource has no such method"),
        DEFINITION_CHANGED(412, "The model has another definition"),
        BODY_TOO_LARGE(413, "The request body is too large"),
        TOO_MANY_COSTLY(429, "Too many costly requests"),
        UNANSWERABLE(422, "This question cannot be answered"),
        ANSWER_TOO_LARGE(422, "The answer is too large"),
        INTERNAL(500, "The request failed"),
        DAMAGED_ARCHIVE(500, "The archive or a checkpoint is damaged"),
        STALE(503, "The state is older than the model allows"),
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

    /**
     * Two definitions of a model; what differs between them are the facts that one of them has.
     *
     * @param served the one that answers callers without a pin
     * @param pinned the one that the caller pinned; null if the deployment does not know it
     */
    record Definitions(Model served, @Nullable Model pinned) {}

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
        this(kind, detail, remedy, available, errors, 0, null);
    }

    Problem(Kind kind, String detail, String remedy, List<String> available) {
        this(kind, detail, remedy, available, List.of());
    }

    Problem(Kind kind, String detail, String remedy, long retryAfterSeconds) {
        this(kind, detail, remedy, List.of(), List.of(), retryAfterSeconds, null);
    }

    Problem(Kind kind, String detail, String remedy, Definitions definitions) {
        this(kind, detail, remedy, List.of(), List.of(), 0, definitions);
    }

    Problem(Kind kind, String detail, String remedy) {
        this(kind, detail, remedy, List.of());
    }
}
