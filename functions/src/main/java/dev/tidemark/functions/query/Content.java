package dev.tidemark.functions.query;

import java.util.Base64;

/**
 * The body of a good answer.
 *
 * @param type its media type
 * @param body the text, or bytes in Base64, as API Gateway wants it
 */
record Content(String type, String body, boolean isBase64) {

    static final String JSON = "application/json";

    static Content json(String text) {
        return new Content(JSON, text, false);
    }

    static Content binary(String type, byte[] bytes) {
        return new Content(type, Base64.getEncoder().encodeToString(bytes), true);
    }
}
