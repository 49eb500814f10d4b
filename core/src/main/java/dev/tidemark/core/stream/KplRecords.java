package dev.tidemark.core.stream;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks records that the Kinesis Producer Library put together: the bytes {@code F3 89 9A C2}, a protobuf message,
 * the MD5 of the message. The message is {@code AggregatedRecord} of the library's aggregation format:
 *
 * <pre>
 * repeated string partition_key_table = 1;      message Record {
 * repeated string explicit_hash_key_table = 2;    required uint64 partition_key_index = 1;
 * repeated Record records = 3;                    optional uint64 explicit_hash_key_index = 2;
 *                                                 required bytes data = 3;
 *                                                 repeated Tag tags = 4; }
 * </pre>
 */
public final class KplRecords {

    /**
     * How many records one may hold: as many as Lambda delivers at most in one batch, so that no record is more work
     * than a full batch. The producer library's default, 50 KB, can hold no more.
     */
    public static final int MAX_RECORDS = 10_000;

    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
    private static final int DIGEST_BYTES = 16;
    private static final int MAX_HASH_KEY_DIGITS = 39;

    private static final int PARTITION_KEY = tag(1, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    private static final int EXPLICIT_HASH_KEY = tag(2, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    private static final int RECORD = tag(3, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    private static final int PARTITION_KEY_INDEX = tag(1, WireFormat.WIRETYPE_VARINT);
    private static final int EXPLICIT_HASH_KEY_INDEX = tag(2, WireFormat.WIRETYPE_VARINT);
    private static final int DATA = tag(3, WireFormat.WIRETYPE_LENGTH_DELIMITED);

    private final List<String> partitionKeys = new ArrayList<>();
    private final List<String> explicitHashKeys = new ArrayList<>();
    private final List<Indexed> records = new ArrayList<>();

    private KplRecords() {}

    /**
     * One record as its producer sent it.
     *
     * @param partitionKey the producer's partition key
     * @param explicitHashKey decimal digits, less than 2^128; null if the producer gave none
     * @param data the record's bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // A payload on its way into a RawRecord; never compared.
    public record UserRecord(String partitionKey, @Nullable String explicitHashKey, byte[] data) {

        /**
         * What decides the shard, as Kinesis computes it: the explicit hash key, or else the MD5 of the partition key's
         * UTF-8 bytes as an unsigned number of 128 bits.
         */
        public BigInteger hashKey() {
            return explicitHashKey != null ? new BigInteger(explicitHashKey) : HashRange.hashKey(partitionKey);
        }
    }

    /** A record of the message before its indexes are looked up. */
    @SuppressWarnings("ArrayRecordComponent") // As above.
    private record Indexed(long partitionKeyIndex, long explicitHashKeyIndex, byte[] data) {

        static final long NONE = -1;
    }

    /**
     * The user records in the order in which they were put together, at least one; the index of each is its subsequence
     * number. Empty if the bytes are no aggregated record. Bytes that begin like one but are damaged in any way, or
     * hold no record, are none: they are then one plain record, so that nothing is lost uncounted. (Where the message
     * is whole but refers to a key that is not there, the Kinesis client library delivers the records before the bad
     * reference; here the whole is a plain record.)
     *
     * <p>After {@link #MAX_RECORDS} records there is one more, with any key: the rest, still packed.
     */
    public static Optional<List<UserRecord>> unpack(byte[] data) {
        return read(data, message -> message.userRecords(data));
    }

    /** How many records are packed into the bytes; empty if they are no aggregated record. */
    public static Optional<Integer> count(byte[] data) {
        return read(data, message -> message.userRecords(data).isEmpty() ? 0 : message.records.size());
    }

    private interface Reading<T> {

        T of(KplRecords message) throws IOException;
    }

    private static <T> Optional<T> read(byte[] data, Reading<T> reading) {
        int messageBytes = data.length - MAGIC.length - DIGEST_BYTES;
        if (messageBytes <= 0 || !isMarked(data)) {
            return Optional.empty();
        }
        MessageDigest md5 = md5();
        md5.update(data, MAGIC.length, messageBytes);
        int digestAt = MAGIC.length + messageBytes;
        if (!Arrays.equals(md5.digest(), 0, DIGEST_BYTES, data, digestAt, data.length)) {
            return Optional.empty();
        }
        try {
            KplRecords message = new KplRecords();
            message.read(CodedInputStream.newInstance(data, MAGIC.length, messageBytes));
            return message.records.isEmpty() ? Optional.empty() : Optional.of(reading.of(message));
        } catch (InvalidProtocolBufferException damaged) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("reading bytes in memory cannot fail", e);
        }
    }

    /** Whether bytes begin as an aggregated record does, which no text in UTF-8 can. */
    public static boolean isMarked(byte[] data) {
        return data.length >= MAGIC.length && Arrays.equals(data, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    private void read(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == PARTITION_KEY) {
                partitionKeys.add(in.readString());
            } else if (tag == EXPLICIT_HASH_KEY) {
                explicitHashKeys.add(in.readString());
            } else if (tag == RECORD) {
                int outer = in.pushLimit(in.readRawVarint32());
                records.add(readRecord(in));
                in.popLimit(outer);
            } else {
                skip(in, tag);
            }
        }
    }

    private static Indexed readRecord(CodedInputStream in) throws IOException {
        long partitionKeyIndex = Indexed.NONE;
        long explicitHashKeyIndex = Indexed.NONE;
        byte @Nullable [] data = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == PARTITION_KEY_INDEX) {
                partitionKeyIndex = index(in.readUInt64());
            } else if (tag == EXPLICIT_HASH_KEY_INDEX) {
                explicitHashKeyIndex = index(in.readUInt64());
            } else if (tag == DATA) {
                data = in.readByteArray();
            } else {
                skip(in, tag);
            }
        }
        if (data == null) {
            throw new InvalidProtocolBufferException("a record without data");
        }
        return new Indexed(partitionKeyIndex, explicitHashKeyIndex, data);
    }

    private List<UserRecord> userRecords(byte[] data) throws IOException {
        List<UserRecord> users = new ArrayList<>(Math.min(records.size(), MAX_RECORDS + 1));
        for (Indexed record : records) {
            UserRecord user = userRecord(record);
            if (users.size() < MAX_RECORDS) {
                users.add(user);
            } else if (users.size() == MAX_RECORDS) {
                users.add(new UserRecord(user.partitionKey(), user.explicitHashKey(), rest(data)));
            }
        }
        return users;
    }

    private UserRecord userRecord(Indexed record) throws InvalidProtocolBufferException {
        String explicitHashKey = record.explicitHashKeyIndex() == Indexed.NONE
                ? null
                : hashKey(at(explicitHashKeys, record.explicitHashKeyIndex()));
        return new UserRecord(at(partitionKeys, record.partitionKeyIndex()), explicitHashKey, record.data());
    }

    /** The same without its first records. */
    private static byte[] rest(byte[] data) throws IOException {
        CodedInputStream in =
                CodedInputStream.newInstance(data, MAGIC.length, data.length - MAGIC.length - DIGEST_BYTES);
        ByteArrayOutputStream rest = new ByteArrayOutputStream(data.length);
        rest.write(MAGIC);
        MessageDigest md5 = md5();
        int passed = 0;
        int from = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            skip(in, tag);
            int to = in.getTotalBytesRead();
            if (tag != RECORD || passed++ >= MAX_RECORDS) {
                rest.write(data, MAGIC.length + from, to - from);
                md5.update(data, MAGIC.length + from, to - from);
            }
            from = to;
        }
        rest.write(md5.digest());
        return rest.toByteArray();
    }

    /** Keeps an index that no table can have apart from {@link Indexed#NONE}. */
    private static long index(long unsigned) {
        return unsigned < 0 ? Long.MAX_VALUE : unsigned;
    }

    private static String at(List<String> table, long index) throws InvalidProtocolBufferException {
        if (index < 0 || index >= table.size()) {
            throw new InvalidProtocolBufferException("index " + index + " in a table of " + table.size());
        }
        return table.get((int) index);
    }

    private static String hashKey(String text) throws InvalidProtocolBufferException {
        boolean digits = !text.isEmpty()
                && text.length() <= MAX_HASH_KEY_DIGITS
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || new BigInteger(text).compareTo(HashRange.MAX) > 0) {
            throw new InvalidProtocolBufferException("not an explicit hash key");
        }
        return text;
    }

    private static void skip(CodedInputStream in, int tag) throws IOException {
        if (!in.skipField(tag)) {
            throw new InvalidProtocolBufferException("the end of a group that never began");
        }
    }

    private static int tag(int field, int wireType) {
        return field << 3 | wireType;
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
