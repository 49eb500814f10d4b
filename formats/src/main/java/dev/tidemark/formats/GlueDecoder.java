package dev.tidemark.formats;

import dev.tidemark.core.catalog.Formats.UnusableFormat;
import dev.tidemark.core.event.EventDecoder;
import dev.tidemark.core.event.RegisteredSchema;
import dev.tidemark.core.event.RegistryDecoder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Avro behind the header of AWS Glue's schema registry: the header's version, 3; how what follows is compressed; and the id of
 * the schema's version, 16 bytes.
 */
final class GlueDecoder implements RegistryDecoder {

    private static final int HEADER_BYTES = 18;
    private static final byte VERSION = 3;
    private static final byte PLAIN = 0;
    private static final byte ZLIB = 5;

    private final Map<String, EventDecoder> known = new ConcurrentHashMap<>();

    static boolean isFramed(byte[] data) {
        return data.length > HEADER_BYTES && data[0] == VERSION && (data[1] == PLAIN || data[1] == ZLIB);
    }

    /** Such as producers of Kafka send; JSON and Protocol Buffers hardly begin so. */
    static boolean isConfluent(byte[] data) {
        return data.length > 5 && data[0] == 0;
    }

    @Override
    public Optional<String> missing(byte[] data) {
        return Optional.of(data)
                .filter(GlueDecoder::isFramed)
                .map(GlueDecoder::id)
                .filter(id -> !known.containsKey(id));
    }

    private static String id(byte[] data) {
        ByteBuffer header = ByteBuffer.wrap(data, 2, 2 * Long.BYTES);
        return new UUID(header.getLong(), header.getLong()).toString();
    }

    @Override
    public void learn(RegisteredSchema schema) {
        known.computeIfAbsent(schema.id(), id -> decoder(schema));
    }

    private static EventDecoder decoder(RegisteredSchema schema) {
        if (schema.text() == null) {
            return refusing(schema.id(), schema.refused());
        }
        try {
            return AvroDecoder.of(schema.text());
        } catch (UnusableFormat e) {
            return refusing(schema.id(), e.getMessage());
        }
    }

    private static EventDecoder refusing(String id, @Nullable String why) {
        return data -> {
            throw NotDecoded.because("the record names schema " + id + " of AWS Glue's registry: " + why);
        };
    }

    @Override
    public byte[] decode(byte[] data) {
        if (!isFramed(data)) {
            throw NotDecoded.because("the record does not begin with the header of AWS Glue's schema registry"
                    + (isConfluent(data) ? ": it may be that of Confluent's, which is not read" : ""));
        }
        EventDecoder decoder = known.get(id(data));
        if (decoder == null) {
            throw new IllegalStateException("schema " + id(data) + " was not learned before its event is decoded");
        }
        byte[] event = Arrays.copyOfRange(data, HEADER_BYTES, data.length);
        return decoder.decode(data[1] == ZLIB ? Inflater.ZLIB.inflate(event) : event);
    }
}
