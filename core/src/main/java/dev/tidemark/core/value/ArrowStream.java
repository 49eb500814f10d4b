package dev.tidemark.core.value;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Struct_;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Rows of values as one stream of the Arrow IPC format: a schema, one record batch, the end
 * (https://arrow.apache.org/docs/format/Columnar.html). The messages are made with Arrow's own generated classes; the
 * columns are laid out here, because Arrow's vectors need direct memory and a flag at the start of the JVM.
 *
 * <p>An integer is an Int64, a number the nearest Float64, a text Utf8, a boolean Bool, a list List, a struct Struct, a map
 * Map. What may be any scalar is Utf8, as in training sets: a text as it is, a number in plain
 * notation, true or false.
 */
public final class ArrowStream {

    /** Of such a stream. */
    public static final String MEDIA_TYPE = "application/vnd.apache.arrow.stream";

    private static final int CONTINUATION = -1;
    private static final int INT64_BITS = 64;

    private ArrowStream() {}

    /**
     * Writes the stream.
     *
     * @param names of the columns, in order
     * @param types of the columns, in the same order
     * @param rows each as long as there are columns, with values as {@link ValueJson} takes them
     * @param metadata of the schema
     */
    public static byte[] of(
            List<String> names,
            List<ValueType> types,
            List<? extends List<? extends @Nullable Object>> rows,
            Map<String, String> metadata) {
        ArrowBody body = new ArrowBody();
        for (int column = 0; column < names.size(); column++) {
            int at = column;
            body.add(types.get(column), rows.size(), row -> rows.get(row).get(at));
        }
        byte[] schema = schema(names, types, metadata);
        byte[] batch = batch(rows.size(), body);
        ByteBuffer stream = ByteBuffer.allocate(Math.addExact(3 * 8 + schema.length + batch.length, body.size()))
                .order(ByteOrder.LITTLE_ENDIAN);
        stream.putInt(CONTINUATION).putInt(schema.length).put(schema);
        stream.putInt(CONTINUATION).putInt(batch.length).put(batch);
        body.writeTo(stream);
        return stream.putInt(CONTINUATION).putInt(0).array();
    }

    private static byte[] schema(List<String> names, List<ValueType> types, Map<String, String> metadata) {
        FlatBufferBuilder out = new FlatBufferBuilder();
        int fields = Schema.createFieldsVector(out, fields(out, names, types));
        int[] pairs = metadata.entrySet().stream()
                .mapToInt(one ->
                        KeyValue.createKeyValue(out, out.createString(one.getKey()), out.createString(one.getValue())))
                .toArray();
        int custom = Schema.createCustomMetadataVector(out, pairs);
        int schema = Schema.createSchema(out, Endianness.Little, fields, custom, 0);
        return message(out, MessageHeader.Schema, schema, 0);
    }

    private static int[] fields(FlatBufferBuilder out, List<String> names, List<ValueType> types) {
        int[] fields = new int[names.size()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = field(out, names.get(i), types.get(i), true);
        }
        return fields;
    }

    private static int field(FlatBufferBuilder out, String name, ValueType type, boolean nullable) {
        int[] children = children(out, type);
        int childVector = Field.createChildrenVector(out, children);
        int nameOffset = out.createString(name);
        byte kind = kind(type);
        int typeOffset = type(out, kind);
        return Field.createField(out, nameOffset, nullable, kind, typeOffset, 0, childVector, 0);
    }

    private static int[] children(FlatBufferBuilder out, ValueType type) {
        return switch (type.kind()) {
            case LIST -> new int[] {field(out, "item", type.part(), true)};
            case STRUCT -> fields(out, type.names(), type.parts());
            case MAP -> new int[] {entries(out, type)};
            default -> new int[0];
        };
    }

    /** A map is a list of structs. */
    private static int entries(FlatBufferBuilder out, ValueType map) {
        int key = field(out, "key", ValueType.STRING, false);
        int value = field(out, "value", map.part(), true);
        int children = Field.createChildrenVector(out, new int[] {key, value});
        int name = out.createString("entries");
        return Field.createField(out, name, false, Type.Struct_, type(out, Type.Struct_), 0, children, 0);
    }

    private static byte kind(ValueType type) {
        return switch (type.kind()) {
            case INTEGER -> Type.Int;
            case NUMBER -> Type.FloatingPoint;
            case BOOLEAN -> Type.Bool;
            case STRING, SCALAR -> Type.Utf8;
            case LIST -> Type.List;
            case STRUCT -> Type.Struct_;
            case MAP -> Type.Map;
        };
    }

    private static int type(FlatBufferBuilder out, byte kind) {
        return switch (kind) {
            case Type.Int -> Int.createInt(out, INT64_BITS, true);
            case Type.FloatingPoint -> FloatingPoint.createFloatingPoint(out, Precision.DOUBLE);
            case Type.Map -> org.apache.arrow.flatbuf.Map.createMap(out, false);
            case Type.Bool -> {
                Bool.startBool(out);
                yield Bool.endBool(out);
            }
            case Type.Utf8 -> {
                Utf8.startUtf8(out);
                yield Utf8.endUtf8(out);
            }
            case Type.List -> {
                org.apache.arrow.flatbuf.List.startList(out);
                yield org.apache.arrow.flatbuf.List.endList(out);
            }
            default -> {
                Struct_.startStruct_(out);
                yield Struct_.endStruct_(out);
            }
        };
    }

    private static byte[] batch(int rows, ArrowBody body) {
        FlatBufferBuilder out = new FlatBufferBuilder();
        // Vectors are built from their end.
        RecordBatch.startBuffersVector(out, body.buffers().size());
        for (int i = body.buffers().size() - 1; i >= 0; i--) {
            ArrowBody.Place place = body.buffers().get(i);
            Buffer.createBuffer(out, place.offset(), place.bytes().length);
        }
        int buffers = out.endVector();
        RecordBatch.startNodesVector(out, body.nodes().size());
        for (int i = body.nodes().size() - 1; i >= 0; i--) {
            ArrowBody.Node node = body.nodes().get(i);
            FieldNode.createFieldNode(out, node.length(), node.nulls());
        }
        int nodes = out.endVector();
        RecordBatch.startRecordBatch(out);
        RecordBatch.addLength(out, rows);
        RecordBatch.addNodes(out, nodes);
        RecordBatch.addBuffers(out, buffers);
        return message(out, MessageHeader.RecordBatch, RecordBatch.endRecordBatch(out), body.size());
    }

    /** A message, padded so that what follows it begins at a multiple of eight. */
    private static byte[] message(FlatBufferBuilder out, byte header, int offset, int bodyBytes) {
        out.finish(Message.createMessage(out, MetadataVersion.V5, header, offset, bodyBytes, 0));
        byte[] message = out.sizedByteArray();
        return java.util.Arrays.copyOf(message, ArrowBody.padded(message.length));
    }
}
