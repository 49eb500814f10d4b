package dev.tidemark.core.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arrow's own reader finds what was written. */
class ArrowStreamTest {

    @Test
    void aStreamSaysTypesAndMetadata() throws IOException {
        List<String> names = List.of("viewer.avg_price_30m", "n", "t", "b", "a", "l", "s", "m");
        List<ValueType> types = List.of(
                ValueType.NUMBER,
                ValueType.INTEGER,
                ValueType.STRING,
                ValueType.BOOLEAN,
                ValueType.SCALAR,
                ValueType.list(ValueType.STRING),
                ValueType.struct(Map.of("p50", ValueType.NUMBER)),
                ValueType.map(ValueType.INTEGER));

        read(ArrowStream.of(names, types, List.of(), Map.of("tidemark", "{\"é\":1}")), root -> {
            assertThat(root.getRowCount()).isZero();
            assertThat(root.getSchema().getCustomMetadata()).isEqualTo(Map.of("tidemark", "{\"é\":1}"));
            assertThat(root.getSchema().getFields().stream().map(Field::toString))
                    .containsExactly(
                            "viewer.avg_price_30m: FloatingPoint(DOUBLE)",
                            "n: Int(64, true)",
                            "t: Utf8",
                            "b: Bool",
                            "a: Utf8",
                            "l: List<item: Utf8>",
                            "s: Struct<p50: FloatingPoint(DOUBLE)>",
                            "m: Map(false)<entries: Struct<key: Utf8 not null, value: Int(64, true)> not null>");
        });
    }

    @Test
    void aScalarOfAnyTypeIsATextAsInTrainingSets() throws IOException {
        List<List<@Nullable Object>> rows = List.of(
                List.of("a \"b\""), List.of(new BigDecimal("1.50")), List.of(true), Collections.singletonList(null));

        read(ArrowStream.of(List.of("any"), List.of(ValueType.SCALAR), rows, Map.of()), root -> {
            FieldVector any = root.getVector(0);
            assertThat(String.valueOf(any.getObject(0))).isEqualTo("a \"b\"");
            assertThat(String.valueOf(any.getObject(1))).isEqualTo("1.50");
            assertThat(String.valueOf(any.getObject(2))).isEqualTo("true");
            assertThat(any.getObject(3)).isNull();
        });
    }

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatIsWrittenIsRead(long seed) throws IOException {
        Random random = new Random(seed);
        List<String> names = new ArrayList<>();
        List<ValueType> types = new ArrayList<>();
        int columns = random.nextInt(6);
        for (int i = 0; i < columns; i++) {
            names.add("column " + i);
            types.add(type(random, 2));
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        int count = random.nextInt(30);
        for (int i = 0; i < count; i++) {
            List<@Nullable Object> row = new ArrayList<>();
            types.forEach(type -> row.add(value(random, type)));
            rows.add(row);
        }

        read(ArrowStream.of(names, types, rows, Map.of()), root -> {
            assertThat(root.getRowCount()).isEqualTo(rows.size());
            for (int row = 0; row < rows.size(); row++) {
                for (int column = 0; column < types.size(); column++) {
                    assertThat(shown(root.getVector(column).getObject(row)))
                            .as("row %s of %s", row, types.get(column).text())
                            .isEqualTo(shown(
                                    expected(types.get(column), rows.get(row).get(column))));
                }
            }
        });
    }

    private static ValueType type(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 7)) {
            case 0 -> ValueType.INTEGER;
            case 1 -> ValueType.NUMBER;
            case 2 -> ValueType.BOOLEAN;
            case 3 -> ValueType.STRING;
            case 4 -> ValueType.list(type(random, depth - 1));
            case 5 -> ValueType.map(type(random, depth - 1));
            default -> {
                Map<String, ValueType> members = new LinkedHashMap<>();
                members.put("a", type(random, depth - 1));
                members.put("$other", type(random, depth - 1));
                yield ValueType.struct(members);
            }
        };
    }

    private static @Nullable Object value(Random random, ValueType type) {
        if (random.nextInt(5) == 0) {
            return null;
        }
        return switch (type.kind()) {
            case INTEGER -> random.nextLong();
            case NUMBER ->
                random.nextBoolean() ? (Object) (long) random.nextInt() : new BigDecimal(random.nextGaussian());
            case BOOLEAN -> random.nextBoolean();
            case STRING, SCALAR -> "ü€𝄞\n".repeat(random.nextInt(4));
            case LIST -> {
                List<@Nullable Object> list = new ArrayList<>();
                int size = random.nextInt(4);
                for (int i = 0; i < size; i++) {
                    list.add(value(random, type.part()));
                }
                yield list;
            }
            case MAP -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                int size = random.nextInt(4);
                for (int i = 0; i < size; i++) {
                    map.put("key " + i, value(random, type.part()));
                }
                yield map;
            }
            case STRUCT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                for (int i = 0; i < type.names().size(); i++) {
                    map.put(type.names().get(i), value(random, type.parts().get(i)));
                }
                yield map;
            }
        };
    }

    /** In the form in which Arrow's reader shows it. */
    private static @Nullable Object expected(ValueType type, @Nullable Object value) {
        if (value instanceof Number number && type.equals(ValueType.NUMBER)) {
            return number.doubleValue();
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> elements = new ArrayList<>();
            list.forEach(element -> elements.add(expected(type.part(), element)));
            return elements;
        }
        if (value instanceof Map<?, ?> map && type.kind() == ValueType.Kind.MAP) {
            List<Object> entries = new ArrayList<>();
            map.forEach((key, element) -> {
                Map<String, @Nullable Object> entry = new LinkedHashMap<>();
                entry.put("key", key);
                entry.put("value", expected(type.part(), element));
                entries.add(entry);
            });
            return entries;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            for (int i = 0; i < type.names().size(); i++) {
                members.put(
                        type.names().get(i),
                        expected(type.parts().get(i), map.get(type.names().get(i))));
            }
            return members;
        }
        return value;
    }

    /** Members that are null may be left out. */
    private static @Nullable Object shown(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(element -> String.valueOf(shown(element))).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            map.forEach((key, element) -> {
                if (element != null) {
                    members.put(String.valueOf(key), shown(element));
                }
            });
            return members;
        }
        return value instanceof Number || value instanceof Boolean || value == null ? value : value.toString();
    }

    private interface Check {
        void accept(VectorSchemaRoot root);
    }

    private static void read(byte[] stream, Check check) throws IOException {
        try (BufferAllocator memory = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(stream), memory)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            assertThat(reader.loadNextBatch()).isTrue();
            check.accept(root);
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }
}
