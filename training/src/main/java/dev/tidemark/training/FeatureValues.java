package dev.tidemark.training;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.tidemark.core.value.ValueJson;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Values of features between computation and output: a long, an exact decimal, a boolean or a text (a list or an object
 * as its JSON); null for none.
 */
final class FeatureValues {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private static final int NULL = 0;
    private static final int LONG = 1;
    private static final int DECIMAL = 2;
    private static final int FALSE = 3;
    private static final int TRUE = 4;
    private static final int TEXT = 5;

    private FeatureValues() {}

    static void write(DataOutputStream out, @Nullable Object value) throws IOException {
        if (value == null) {
            out.writeByte(NULL);
        } else if (value instanceof Long || value instanceof Integer) {
            out.writeByte(LONG);
            out.writeLong(((Number) value).longValue());
        } else if (value instanceof BigDecimal number) {
            out.writeByte(DECIMAL);
            writeText(out, number.toPlainString());
        } else if (value instanceof Boolean flag) {
            out.writeByte(flag ? TRUE : FALSE);
        } else {
            out.writeByte(TEXT);
            writeText(out, text(value));
        }
    }

    static @Nullable Object read(DataInputStream in) throws IOException {
        int tag = in.readByte();
        return switch (tag) {
            case NULL -> null;
            case LONG -> in.readLong();
            case DECIMAL -> new BigDecimal(readText(in));
            case FALSE -> false;
            case TRUE -> true;
            case TEXT -> readText(in);
            default -> throw new IOException("a value of kind " + tag);
        };
    }

    private static String text(Object value) throws IOException {
        if (!(value instanceof List<?> || value instanceof Map<?, ?>)) {
            return value.toString();
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            ValueJson.write(out, value);
        }
        return text.toString();
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** For a text file: exact, numbers in plain notation. */
    static @Nullable String plain(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        return value instanceof BigDecimal number ? number.toPlainString() : value.toString();
    }

    /** The value for a Parquet column of {@link ColumnTypes#value}; a double is the nearest to the exact value. */
    static @Nullable Object cell(@Nullable Object value, PrimitiveType type) {
        if (value == null) {
            return null;
        }
        PrimitiveTypeName kind = type.getPrimitiveTypeName();
        if (kind == PrimitiveTypeName.BINARY) {
            return Binary.fromString(String.valueOf(plain(value)));
        }
        if (value instanceof Number number) {
            return kind == PrimitiveTypeName.INT64 ? (Object) number.longValue() : (Object) number.doubleValue();
        }
        return value;
    }

    /** Whether two values are the same for training: numbers by value, regardless of scale. */
    static boolean areEqual(@Nullable Object a, @Nullable Object b) {
        if (a instanceof Number && b instanceof Number) {
            return new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0;
        }
        return java.util.Objects.equals(a, b);
    }
}
