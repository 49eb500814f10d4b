package dev.tidemark.aws.s3;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.core.stream.RawRecord;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One JSON object of a stored file: a record's fields, and the others by name; inner objects and arrays are passed over. */
final class RecordLine {

    private final String what;
    private final Map<String, String> texts = new HashMap<>();
    private final RecordJson.Builder record = new RecordJson.Builder();

    /**
     * @param what it is, for messages
     * @param start the token that the parser stands on; null at the end
     * @throws InvalidObjectException if no JSON object begins there
     */
    RecordLine(String what, JsonParser json, @Nullable JsonToken start) throws IOException {
        this.what = what;
        if (start != JsonToken.START_OBJECT) {
            throw new InvalidObjectException(what + " is no JSON object");
        }
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            if (json.nextToken().isStructStart()) {
                json.skipChildren();
            } else if (!record.accept(field, json)) {
                texts.put(field, json.getText());
            }
        }
    }

    RawRecord record() {
        return record.build();
    }

    String text(String field) {
        String value = texts.get(field);
        if (value == null) {
            throw new InvalidObjectException(what + " lacks " + field);
        }
        return value;
    }

    long number(String field) {
        return Long.parseLong(text(field));
    }
}
