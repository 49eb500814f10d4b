package dev.tidemark.kinesis;

/**
 * A record as the stream keeps it.
 *
 * @param sequenceNumber decimal, about 56 digits
 * @param arrivalMillis approximate arrival, milliseconds since the epoch
 * @param partitionKey the producer's
 * @param data the producer's bytes; shared with the stream, so they must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Identified by its sequence number; copying each payload would cost twice.
public record StreamRecord(String sequenceNumber, long arrivalMillis, String partitionKey, byte[] data) {}
