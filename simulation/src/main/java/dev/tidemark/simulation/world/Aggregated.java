package dev.tidemark.simulation.world;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** Packs events into one record as the Kinesis Producer Library does: magic, a protobuf message, its MD5. */
final class Aggregated {

    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
    private static final int PARTITION_KEY = (1 << 3) | 2;
    private static final int RECORD = (3 << 3) | 2;
    private static final int KEY_INDEX = 1 << 3;
    private static final int DATA = (3 << 3) | 2;

    private Aggregated() {}

    /** Each event has an entry of its own in the key table. */
    static byte[] pack(List<Plan.UserRecord> events) {
        return pack(events, 0);
    }

    /** Without the first of the events, but with their keys. */
    static byte[] pack(List<Plan.UserRecord> events, int from) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (Plan.UserRecord event : events) {
            bytes(message, PARTITION_KEY, event.partitionKey().getBytes(StandardCharsets.UTF_8));
        }
        for (int i = from; i < events.size(); i++) {
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            varint(record, KEY_INDEX);
            varint(record, i);
            bytes(record, DATA, events.get(i).data());
            bytes(message, RECORD, record.toByteArray());
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.writeBytes(MAGIC);
        packed.writeBytes(message.toByteArray());
        packed.writeBytes(md5(message.toByteArray()));
        return packed.toByteArray();
    }

    private static void bytes(ByteArrayOutputStream out, int tag, byte[] value) {
        varint(out, tag);
        varint(out, value.length);
        out.writeBytes(value);
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest >= 0x80) {
            out.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    private static byte[] md5(byte[] bytes) {
        try {
            return MessageDigest.getInstance("MD5").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
