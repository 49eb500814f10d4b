package dev.tidemark.core.stream;

import dev.tidemark.core.stream.KplRecords.UserRecord;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/** Packs records as the Kinesis Producer Library does. */
public final class KplEncoder {

    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};

    private KplEncoder() {}

    /** One aggregated record. */
    public static byte[] encode(List<UserRecord> records) {
        return seal(message(records));
    }

    static byte[] message(List<UserRecord> records) {
        List<String> partitionKeys =
                records.stream().map(UserRecord::partitionKey).distinct().toList();
        List<String> hashKeys = new ArrayList<>();
        for (UserRecord record : records) {
            String hashKey = record.explicitHashKey();
            if (hashKey != null && !hashKeys.contains(hashKey)) {
                hashKeys.add(hashKey);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        partitionKeys.forEach(key -> bytes(out, 1, key.getBytes(StandardCharsets.UTF_8)));
        hashKeys.forEach(key -> bytes(out, 2, key.getBytes(StandardCharsets.UTF_8)));
        for (UserRecord record : records) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            varintField(body, 1, partitionKeys.indexOf(record.partitionKey()));
            String hashKey = record.explicitHashKey();
            if (hashKey != null) {
                varintField(body, 2, hashKeys.indexOf(hashKey));
            }
            bytes(body, 3, record.data());
            bytes(out, 3, body.toByteArray());
        }
        return out.toByteArray();
    }

    /** Puts magic bytes before a message and its MD5 behind it. */
    public static byte[] seal(byte[] message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(MAGIC);
        out.writeBytes(message);
        try {
            out.writeBytes(MessageDigest.getInstance("MD5").digest(message));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
        varint(out, field << 3 | 2);
        varint(out, value.length);
        out.writeBytes(value);
    }

    private static void varintField(ByteArrayOutputStream out, int field, int value) {
        varint(out, field << 3);
        varint(out, value);
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest > 0x7F) {
            out.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }
}
