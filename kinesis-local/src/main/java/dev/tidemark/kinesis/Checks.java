package dev.tidemark.kinesis;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** The service's limits on arguments, with the service's messages. */
final class Checks {

    static final int MAX_RECORD_BYTES = 1024 * 1024;
    static final int MAX_PUT_RECORDS = 500;
    static final int MAX_PUT_BYTES = 10 * 1024 * 1024;
    static final int MAX_READ_RECORDS = 10_000;
    static final int MAX_READ_BYTES = 10 * 1024 * 1024;
    static final int MIN_RETENTION_HOURS = 24;
    static final int MAX_RETENTION_HOURS = 8760;
    static final int MAX_SHARDS = 500;

    private static final int MAX_NAME = 128;
    private static final int MAX_PARTITION_KEY = 256;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]+");
    private static final Pattern HASH_KEY = Pattern.compile("0|([1-9]\\d{0,38})");

    private Checks() {}

    static KinesisException invalid(String message) {
        return new KinesisException(KinesisError.INVALID_ARGUMENT, message);
    }

    static KinesisException validation(String member, String constraint) {
        return new KinesisException(
                KinesisError.VALIDATION,
                "1 validation error detected: Value at '" + member + "' failed to satisfy constraint: " + constraint);
    }

    static void name(String member, String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw validation(member, "Member must have length between 1 and " + MAX_NAME);
        }
        if (!NAME.matcher(name).matches()) {
            throw validation(member, "Member must satisfy regular expression pattern: " + NAME.pattern());
        }
    }

    static void range(String member, long value, long min, long max) {
        if (value < min) {
            throw validation(member, "Member must have value greater than or equal to " + min);
        }
        if (value > max) {
            throw validation(member, "Member must have value less than or equal to " + max);
        }
    }

    static void record(NewRecord record) {
        int keyLength = record.partitionKey().length();
        if (keyLength == 0 || keyLength > MAX_PARTITION_KEY) {
            throw validation("partitionKey", "Member must have length between 1 and " + MAX_PARTITION_KEY);
        }
        if (record.sizeBytes() > MAX_RECORD_BYTES) {
            throw validation("data", "Member must have length less than or equal to " + MAX_RECORD_BYTES);
        }
    }

    static BigInteger hashKey(String member, String text) {
        if (!HASH_KEY.matcher(text).matches()) {
            throw validation(member, "Member must satisfy regular expression pattern: " + HASH_KEY.pattern());
        }
        BigInteger key = new BigInteger(text);
        if (key.compareTo(HashRange.MAX) > 0) {
            throw invalid("Invalid " + member + ". " + member
                    + " must be in the range: [0, 2^128-1]. Specified value was " + text);
        }
        return key;
    }
}
