package dev.tidemark.training;

import dev.tidemark.core.value.ValueJson;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * Values of features between computation and output: a long, an exact decimal, a boolean, a text, or a list or a map of
 * these; null for none.
 */
final class FeatureValues {

    private static final int NULL = 0;
    private static final int LONG = 1;
    private static final int DECIMAL = 2;
    private static final int FALSE = 3;
    private static final int TRUE = 4;
    private static final int TEXT = 5;
    private static final int LIST = 6;
    private static final int MAP = 7;

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
        } else if (value instanceof String text) {
            out.writeByte(TEXT);
            writeText(out, text);
        } else if (value instanceof List<?> list) {
            out.writeByte(LIST);
            out.writeInt(list.size());
            for (Object element : list) {
                write(out, element);
            }
        } else if (value instanceof Map<?, ?> map) {
            out.writeByte(MAP);
            out.writeInt(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                writeText(out, String.valueOf(entry.getKey()));
                write(out, entry.getValue());
            }
        } else {
            throw new IllegalStateException("a feature value of " + value.getClass());
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
            case LIST -> readList(in);
            case MAP -> readMap(in);
            default -> throw new IOException("a value of kind " + tag);
        };
    }

    private static List<@Nullable Object> readList(DataInputStream in) throws IOException {
        int size = in.readInt();
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(read(in));
        }
        return list;
    }

    private static Map<String, @Nullable Object> readMap(DataInputStream in) throws IOException {
        int size = in.readInt();
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            map.put(readText(in), read(in));
        }
        return map;
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

    /** For a text file: exact, numbers in plain notation, a list or an object as its JSON. */
    static @Nullable String plain(@Nullable Object value) {
        return value == null ? null : ValueJson.plain(value);
    }

    /** A single value for a column of {@link ColumnTypes#value}; a double is the nearest to the exact value. */
    static Object cell(Object value, PrimitiveType type) {
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
        if (a instanceof List<?> listA && b instanceof List<?> listB) {
            return listA.size() == listB.size()
                    && IntStream.range(0, listA.size()).allMatch(i -> areEqual(listA.get(i), listB.get(i)));
        }
        if (a instanceof Map<?, ?> mapA && b instanceof Map<?, ?> mapB) {
            return mapA.keySet().equals(mapB.keySet())
                    && mapA.keySet().stream().allMatch(key -> areEqual(mapA.get(key), mapB.get(key)));
        }
        return Objects.equals(a, b);
    }
}
