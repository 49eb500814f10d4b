package dev.tidemark.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tidemark.core.catalog.Formats.UnusableFormat;
import dev.tidemark.core.event.EventDecoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.SchemaParseException;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/** Avro's binary encoding of one record, without a header, or as a single object with its schema's fingerprint. */
final class AvroDecoder implements EventDecoder {

    private static final int SINGLE_OBJECT_BYTES = 10;

    private final Schema schema;
    private final byte[] fingerprint;

    private AvroDecoder(Schema schema) {
        this.schema = schema;
        this.fingerprint = fingerprint(schema);
    }

    static AvroDecoder of(String text) throws UnusableFormat {
        Schema schema;
        try {
            schema = new Schema.Parser().parse(text);
        } catch (SchemaParseException e) {
            throw new UnusableFormat("the schema is no schema of Avro: " + e.getMessage(), "correct the schema");
        }
        if (schema.getType() != Schema.Type.RECORD) {
            throw new UnusableFormat(
                    "the schema is of " + schema.getType().getName() + ", so that its events have no fields",
                    "name the schema of a record");
        }
        check(schema, new HashSet<>());
        return new AvroDecoder(schema);
    }

    private static byte[] fingerprint(Schema schema) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.putLong(SchemaNormalization.parsingFingerprint64(schema)).array();
    }

    /** Both would let a short record cost memory or time without bound. */
    private static void check(Schema schema, Set<String> outer) throws UnusableFormat {
        switch (schema.getType()) {
            case RECORD -> {
                if (!outer.add(schema.getFullName())) {
                    throw new UnusableFormat(
                            "the schema's record " + schema.getFullName() + " contains itself",
                            "use a schema of bounded depth");
                }
                for (Schema.Field field : schema.getFields()) {
                    check(field.schema(), outer);
                }
                outer.remove(schema.getFullName());
            }
            case ARRAY -> {
                if (isEmpty(schema.getElementType())) {
                    throw new UnusableFormat(
                            "the schema has an array whose elements take no bytes", "give its elements a value");
                }
                check(schema.getElementType(), outer);
            }
            case MAP -> check(schema.getValueType(), outer);
            case UNION -> {
                for (Schema one : schema.getTypes()) {
                    check(one, outer);
                }
            }
            default -> {
                // Bounded by the bytes that it takes.
            }
        }
    }

    private static boolean isEmpty(Schema schema) {
        return switch (schema.getType()) {
            case NULL -> true;
            case FIXED -> schema.getFixedSize() == 0;
            case RECORD -> schema.getFields().stream().allMatch(field -> isEmpty(field.schema()));
            default -> false;
        };
    }

    @Override
    public byte[] decode(byte[] data) {
        int from = isSingleObject(data) ? SINGLE_OBJECT_BYTES : 0;
        ByteArrayOutputStream out = new ByteArrayOutputStream(2 * data.length);
        try (JsonGenerator json = JsonTools.FACTORY.createGenerator(out)) {
            write(schema, read(data, from), json);
        } catch (IOException | RuntimeException e) {
            // The library has no one exception for bytes that are none of its schema.
            throw NotDecoded.because("the record is no event of Avro's schema " + schema.getFullName() + hint(data));
        }
        return out.toByteArray();
    }

    /** Passed over first, which allocates nothing: a damaged length would else allocate what it says. */
    private Object read(byte[] data, int from) throws IOException {
        BinaryDecoder over = DecoderFactory.get().binaryDecoder(data, from, data.length - from, null);
        GenericDatumReader.skip(schema, over);
        if (!over.isEnd()) {
            throw new IOException("bytes follow the event");
        }
        BinaryDecoder in = DecoderFactory.get().binaryDecoder(data, from, data.length - from, null);
        return new GenericDatumReader<>(schema, schema, GenericData.get()).read(null, in);
    }

    /** The two bytes C3 01, and the schema's fingerprint. */
    private boolean isSingleObject(byte[] data) {
        return data.length >= SINGLE_OBJECT_BYTES
                && (data[0] & 0xFF) == 0xC3
                && data[1] == 1
                && ByteBuffer.wrap(data, 2, Long.BYTES).slice().equals(ByteBuffer.wrap(fingerprint));
    }

    /** What a serializer that asks a registry puts before the event. */
    private static String hint(byte[] data) {
        if (GlueDecoder.isFramed(data)) {
            return ": it seems to begin with the header of AWS Glue's schema registry, which needs"
                    + " {avro: {registry: glue}}";
        }
        if (data.length > 4 && data[0] == 'O' && data[1] == 'b' && data[2] == 'j' && data[3] == 1) {
            return ": it is a container file of Avro, and each event must be a record of its own";
        }
        return GlueDecoder.isConfluent(data)
                ? ": it may begin with the header of Confluent's schema registry, which is not read"
                : "";
    }

    private static void write(Schema schema, Object value, JsonGenerator json) throws IOException {
        switch (schema.getType()) {
            case RECORD -> {
                json.writeStartObject();
                for (Schema.Field field : schema.getFields()) {
                    json.writeFieldName(field.name());
                    write(field.schema(), ((IndexedRecord) value).get(field.pos()), json);
                }
                json.writeEndObject();
            }
            case MAP -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                    json.writeFieldName(entry.getKey().toString());
                    write(schema.getValueType(), entry.getValue(), json);
                }
                json.writeEndObject();
            }
            case ARRAY -> {
                json.writeStartArray();
                for (Object element : (Collection<?>) value) {
                    write(schema.getElementType(), element, json);
                }
                json.writeEndArray();
            }
            case UNION -> write(schema.getTypes().get(GenericData.get().resolveUnion(schema, value)), value, json);
            case NULL -> json.writeNull();
            case BOOLEAN -> json.writeBoolean((Boolean) value);
            case INT, LONG -> writeWhole(schema.getLogicalType(), ((Number) value).longValue(), json);
            case FLOAT, DOUBLE -> Numbers.write(value.toString(), json);
            case BYTES -> writeBytes(schema.getLogicalType(), bytes((ByteBuffer) value), json);
            case FIXED -> writeBytes(schema.getLogicalType(), ((GenericFixed) value).bytes(), json);
            case STRING, ENUM -> json.writeString(value.toString());
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static void writeBytes(@Nullable LogicalType type, byte[] bytes, JsonGenerator json) throws IOException {
        if (type instanceof LogicalTypes.Decimal decimal) {
            Numbers.write(new BigDecimal(new BigInteger(bytes), decimal.getScale()).toPlainString(), json);
        } else {
            json.writeString(Base64.getEncoder().encodeToString(bytes));
        }
    }

    private static void writeWhole(@Nullable LogicalType type, long value, JsonGenerator json) throws IOException {
        switch (type == null ? "" : type.getName()) {
            case "date" -> json.writeString(LocalDate.ofEpochDay(value).toString());
            case "time-millis" ->
                json.writeString(LocalTime.ofNanoOfDay(value * 1_000_000).toString());
            case "time-micros" ->
                json.writeString(LocalTime.ofNanoOfDay(value * 1_000).toString());
            case "timestamp-millis" ->
                json.writeString(at(value, ChronoUnit.MILLIS).toString());
            case "timestamp-micros" ->
                json.writeString(at(value, ChronoUnit.MICROS).toString());
            case "timestamp-nanos" ->
                json.writeString(at(value, ChronoUnit.NANOS).toString());
            case "local-timestamp-millis" -> json.writeString(local(value, ChronoUnit.MILLIS));
            case "local-timestamp-micros" -> json.writeString(local(value, ChronoUnit.MICROS));
            case "local-timestamp-nanos" -> json.writeString(local(value, ChronoUnit.NANOS));
            default -> json.writeNumber(value);
        }
    }

    private static Instant at(long value, ChronoUnit unit) {
        return Instant.EPOCH.plus(value, unit);
    }

    private static String local(long value, ChronoUnit unit) {
        return LocalDateTime.ofInstant(at(value, unit), ZoneOffset.UTC).toString();
    }
}
