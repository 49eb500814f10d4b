package dev.tidemark.core.value;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a record batch in Arrow's layout: of each column whether its values are there (a bit each), then the
 * values, or where those of variable length end; then the columns within it. Every buffer begins at a multiple of eight.
 */
final class ArrowBody {

    private static final int ALIGNMENT = 8;

    private final List<Node> nodes = new ArrayList<>();
    private final List<Place> buffers = new ArrayList<>();
    private int size;

    /** A column, also one within another. */
    record Node(int length, int nulls) {}

    /** A buffer and where it begins. */
    @SuppressWarnings("ArrayRecordComponent") // On its way into the stream; never compared.
    record Place(int offset, byte[] bytes) {}

    /** @param values by row, as {@link ValueJson} takes them */
    void add(ValueType type, int rows, IntFunction<@Nullable Object> values) {
        int nulls = 0;
        byte[] present = new byte[(rows + 7) / 8];
        for (int row = 0; row < rows; row++) {
            if (values.apply(row) == null) {
                nulls++;
            } else {
                present[row / 8] |= (byte) (1 << row % 8);
            }
        }
        nodes.add(new Node(rows, nulls));
        addBuffer(present);
        switch (type.kind()) {
            case INTEGER, NUMBER -> addNumbers(type, rows, values);
            case BOOLEAN -> addBooleans(rows, values);
            case STRING, SCALAR -> addTexts(rows, values);
            case LIST -> addList(type.part(), rows, values);
            case STRUCT -> addStruct(type, rows, values);
            case MAP -> addMap(type.part(), rows, values);
        }
    }

    private void addNumbers(ValueType type, int rows, IntFunction<@Nullable Object> values) {
        byte[] buffer = new byte[rows * Long.BYTES];
        ByteBuffer numbers = little(buffer);
        for (int row = 0; row < rows; row++) {
            Number number = values.apply(row) instanceof Number found ? found : 0L;
            if (type.equals(ValueType.INTEGER)) {
                numbers.putLong(number.longValue());
            } else {
                numbers.putDouble(number.doubleValue());
            }
        }
        addBuffer(buffer);
    }

    private void addBooleans(int rows, IntFunction<@Nullable Object> values) {
        byte[] bits = new byte[(rows + 7) / 8];
        for (int row = 0; row < rows; row++) {
            if (Boolean.TRUE.equals(values.apply(row))) {
                bits[row / 8] |= (byte) (1 << row % 8);
            }
        }
        addBuffer(bits);
    }

    /** What may be any scalar is a text, as in training sets: a number in plain notation, true or false. */
    private void addTexts(int rows, IntFunction<@Nullable Object> values) {
        byte[] buffer = new byte[(rows + 1) * Integer.BYTES];
        ByteBuffer ends = little(buffer).putInt(0);
        ByteArrayOutputStream texts = new ByteArrayOutputStream();
        for (int row = 0; row < rows; row++) {
            Object value = values.apply(row);
            if (value != null) {
                texts.writeBytes(ValueJson.plain(value).getBytes(StandardCharsets.UTF_8));
            }
            ends.putInt(texts.size());
        }
        addBuffer(buffer);
        addBuffer(texts.toByteArray());
    }

    private void addList(ValueType part, int rows, IntFunction<@Nullable Object> values) {
        byte[] buffer = new byte[(rows + 1) * Integer.BYTES];
        ByteBuffer ends = little(buffer).putInt(0);
        List<@Nullable Object> elements = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            if (values.apply(row) instanceof List<?> list) {
                elements.addAll(list);
            }
            ends.putInt(elements.size());
        }
        addBuffer(buffer);
        add(part, elements.size(), elements::get);
    }

    private void addStruct(ValueType type, int rows, IntFunction<@Nullable Object> values) {
        for (int member = 0; member < type.names().size(); member++) {
            String name = type.names().get(member);
            add(
                    type.parts().get(member),
                    rows,
                    row -> values.apply(row) instanceof Map<?, ?> map ? map.get(name) : null);
        }
    }

    private void addMap(ValueType part, int rows, IntFunction<@Nullable Object> values) {
        byte[] buffer = new byte[(rows + 1) * Integer.BYTES];
        ByteBuffer ends = little(buffer).putInt(0);
        List<@Nullable Object> keys = new ArrayList<>();
        List<@Nullable Object> entries = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            if (values.apply(row) instanceof Map<?, ?> map) {
                keys.addAll(map.keySet());
                entries.addAll(map.values());
            }
            ends.putInt(keys.size());
        }
        addBuffer(buffer);
        // The struct of key and value, of which none is missing.
        nodes.add(new Node(keys.size(), 0));
        addBuffer(new byte[0]);
        add(ValueType.STRING, keys.size(), keys::get);
        add(part, entries.size(), entries::get);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void addBuffer(byte[] bytes) {
        buffers.add(new Place(size, bytes));
        size = Math.addExact(size, padded(bytes.length));
    }

    static int padded(int bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    List<Node> nodes() {
        return nodes;
    }

    List<Place> buffers() {
        return buffers;
    }

    /** Of all buffers, each padded. */
    int size() {
        return size;
    }

    void writeTo(ByteBuffer stream) {
        int start = stream.position();
        for (Place place : buffers) {
            stream.position(start + place.offset()).put(place.bytes());
        }
        stream.position(start + size);
    }
}
