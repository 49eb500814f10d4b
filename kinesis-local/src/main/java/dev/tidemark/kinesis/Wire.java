package dev.tidemark.kinesis;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The two encodings of the service's messages: JSON 1.1 (most clients) and CBOR (the SDK for Java). They differ in
 * two types: binary data is base64 or bytes, a time is decimal seconds or whole milliseconds.
 */
@SuppressWarnings("ImmutableEnumChecker") // The mappers are not changed once they are made.
enum Wire {
    JSON("application/x-amz-json-1.1", new ObjectMapper()),
    CBOR("application/x-amz-cbor-1.1", new ObjectMapper(new CBORFactory()));

    private static final int EPOCH_TIME_TAG = 1;

    private final String contentType;
    private final ObjectMapper mapper;

    Wire(String contentType, ObjectMapper mapper) {
        this.contentType = contentType;
        this.mapper = mapper;
    }

    /** The encoding of a request's Content-Type header; JSON where it is something else. */
    static Wire of(@Nullable String contentType) {
        return contentType != null && contentType.startsWith(CBOR.contentType) ? CBOR : JSON;
    }

    String contentType() {
        return contentType;
    }

    /** A message; an empty body is an empty message. */
    JsonNode read(byte[] body) {
        try {
            JsonNode message = body.length == 0 ? JsonNodeFactory.instance.objectNode() : mapper.readTree(body);
            if (!message.isObject()) {
                throw new KinesisException(KinesisError.SERIALIZATION, "The request's body is not a structure");
            }
            return message;
        } catch (IOException e) {
            throw new KinesisException(KinesisError.SERIALIZATION, "The request's body cannot be read");
        }
    }

    byte[] write(ObjectNode message) throws IOException {
        return mapper.writeValueAsBytes(message);
    }

    /** A time in a request as milliseconds. */
    long millis(JsonNode value) {
        return this == CBOR
                ? value.longValue()
                : value.decimalValue().movePointRight(3).longValue();
    }

    /** A time in an answer. */
    static void putTime(ObjectNode into, String name, long millis) {
        into.putPOJO(name, new Time(millis));
    }

    private record Time(long millis) implements JsonSerializable {

        @Override
        public void serialize(JsonGenerator generator, SerializerProvider provider) throws IOException {
            if (generator instanceof CBORGenerator cbor) {
                cbor.writeTag(EPOCH_TIME_TAG);
                cbor.writeNumber(millis);
            } else {
                generator.writeNumber(BigDecimal.valueOf(millis, 3));
            }
        }

        @Override
        public void serializeWithType(JsonGenerator generator, SerializerProvider provider, TypeSerializer types)
                throws IOException {
            serialize(generator, provider);
        }
    }
}
