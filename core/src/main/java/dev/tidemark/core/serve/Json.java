package dev.tidemark.core.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes JSON: members in the order given, exact numbers in plain notation. */
public final class Json {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private Json() {}

    /** Writes one document. */
    public interface Body {
        void writeTo(JsonGenerator out) throws IOException;
    }

    public static String write(Body body) {
        StringWriter text = new StringWriter(1_024);
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            body.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    /** A member with the moment in ISO 8601, or null. */
    public static void moment(JsonGenerator out, String name, @Nullable Long millis) throws IOException {
        if (millis == null) {
            out.writeNullField(name);
        } else {
            out.writeStringField(name, Instant.ofEpochMilli(millis).toString());
        }
    }
}
